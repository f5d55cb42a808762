import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSimulator } from '../../src/simulator/server.ts'
import type { Simulator } from '../../src/simulator/types.ts'
import { traceOfEvent } from '../../src/traces/trace-of-event.ts'
import { type Ringpost, startRingpost, temporaryDataDir } from '../e2e/ringpost.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'

/** A span as OTLP over HTTP has it in JSON. */
interface Span {
  traceId: string
  spanId: string
  parentSpanId?: string
  name: string
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[]
  links?: { traceId: string; spanId: string }[]
  status?: { code?: number }
}

/** A collector: takes what a real one takes, and keeps it. */
async function startCollector() {
  const spans: Span[] = []
  const requests: { path: string; key: string | undefined; type: string | undefined }[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    requests.push({
      path: request.url ?? '',
      key: request.headers['x-key'] as string | undefined,
      type: request.headers['content-type'],
    })
    const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
      resourceSpans: { scopeSpans: { spans: Span[] }[] }[]
    }
    spans.push(...body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)))
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    requests,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

let data: Awaited<ReturnType<typeof temporaryDataDir>>
let simulator: Simulator
let receiver: TestReceiver
let collector: Awaited<ReturnType<typeof startCollector>>
let ringpost: Ringpost | undefined

beforeEach(async () => {
  data = await temporaryDataDir()
  collector = await startCollector()
  simulator = await createSimulator()
  simulator.seed({ users: 10, newestUnixSecs: Math.floor(Date.now() / 1000) - 3600 })
  receiver = await startTestReceiver()
})
afterEach(async () => {
  await ringpost?.stop('SIGKILL')
  ringpost = undefined
  await Promise.all([simulator.close(), receiver.close(), collector.close()])
  await data.remove()
})

async function start(env: Record<string, string>): Promise<Ringpost> {
  const started = await startRingpost({
    dataDir: data.dataDir,
    env: {
      ELEVENLABS_API_KEY: 'sim_key',
      ELEVENLABS_BASE_URL: simulator.url,
      RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8',
      RINGPOST_POLL_INTERVAL: '1s',
      RINGPOST_RETRY_SCHEDULE: '100ms,100ms',
      ...env,
    },
  })
  ringpost = started
  await started.api('POST', '/v1/endpoints', { url: receiver.url })
  await until(async () => {
    const { body } = await started.api<{ state: string }>('GET', '/v1/sources/src_default')
    return body.state === 'live'
  })
  return started
}

const attributeOf = (span: Span | undefined, key: string) => {
  const value = span?.attributes.find((one) => one.key === key)?.value
  return value?.stringValue ?? value?.intValue
}

test('an event has one trace: linked to the poll that found it, with its fan-out and every attempt', async () => {
  const started = await start({
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_HEADERS: 'x-key=se%20cret',
  })
  let answers = 0
  receiver.answer(() => (answers++ === 0 ? 500 : 204))
  simulator.call({ user_id: '+15550100' })
  await until(() => receiver.webhooks.length === 2)
  // What has not been sent yet is sent at the end.
  expect(await started.stop()).toBe(0)
  const id = receiver.webhooks[0]?.id ?? ''
  const { traceId, spanId } = traceOfEvent(id)
  const ofEvent = collector.spans.filter((span) => span.traceId === traceId)
  expect(ofEvent.map(({ name }) => name)).toEqual(['event user.created', 'fan out', 'attempt', 'attempt'])
  const [event, fanOut, ...attempts] = ofEvent
  expect(event?.spanId).toBe(spanId)
  expect(event?.parentSpanId).toBeUndefined()
  const poll = collector.spans.find((span) => span.spanId === event?.links?.[0]?.spanId)
  expect(poll?.name).toBe('poll')
  expect(poll?.traceId).not.toBe(traceId)
  expect([attributeOf(poll, 'ringpost.outcome'), attributeOf(poll, 'ringpost.poll.events')]).toEqual([
    'done',
    1,
  ])
  for (const span of [fanOut, ...attempts]) {
    expect(span?.parentSpanId).toBe(spanId)
    expect(attributeOf(span, 'ringpost.event')).toBe(id)
    expect(attributeOf(span, 'ringpost.delivery')).toMatch(/^dlv_/)
  }
  expect(attempts.map((span) => attributeOf(span, 'http.response.status_code'))).toEqual([500, 204])
  expect(attempts.map(({ status }) => status?.code ?? 0)).toEqual([2, 0])
  expect(new Set(collector.requests.map(({ path, key, type }) => `${path} ${key} ${type}`))).toEqual(
    new Set(['/v1/traces se cret application/json']),
  )
  // A caller's number is personal data, and goes to nobody but the endpoints.
  expect(JSON.stringify(collector.spans)).not.toContain('5550100')
})

test('events that are not in the share are not traced', async () => {
  const started = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER_ARG: '0' })
  simulator.call({ user_id: '+15550100' })
  await until(() => receiver.webhooks.length === 1)
  expect(await started.stop()).toBe(0)
  expect(collector.spans).toEqual([])
})

test('a collector that is away holds up neither webhooks nor the end', async () => {
  const started = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url })
  await collector.close()
  simulator.call({ user_id: '+15550100' })
  await until(() => receiver.webhooks.length === 1)
  expect(await started.stop()).toBe(0)
})
