import { Webhook } from 'standardwebhooks'
import { expect, onTestFinished, test } from 'vitest'
import { createSimulator } from '../../src/simulator/server.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'
import { type Ringpost, startRingpost, temporaryDataDir } from './ringpost.ts'

interface Source {
  state: string
  totals: { enrichment_requests: number }
}

/** A ringpost on the simulator whose source enriches, with its baseline taken. */
async function startEnriching() {
  const data = await temporaryDataDir()
  onTestFinished(() => data.remove())
  const simulator = await createSimulator()
  onTestFinished(() => simulator.close())
  simulator.seed({ users: 120, newestUnixSecs: Math.floor(Date.now() / 1000) - 3600 })
  const env = {
    ELEVENLABS_API_KEY: 'sim_key',
    ELEVENLABS_BASE_URL: simulator.url,
    RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8',
    RINGPOST_POLL_INTERVAL: '1s',
    RINGPOST_RETRY_SCHEDULE: '500ms,500ms,500ms,500ms',
  }
  const running: { ringpost: Ringpost } = { ringpost: await startRingpost({ dataDir: data.dataDir, env }) }
  onTestFinished(async () => void (await running.ringpost.stop()))
  const api = async <T>(method: string, path: string, body?: unknown) =>
    (await running.ringpost.api<T>(method, path, body)).body
  const source = () => api<Source>('GET', '/v1/sources/src_default')
  await until(async () => (await source()).state === 'live')
  await api('PATCH', '/v1/sources/src_default', { enrich: true })
  return {
    simulator,
    api,
    source,
    call: (more: object = {}) =>
      simulator.call({ user_id: '+15550100', duration_secs: 187, summary: 'Booked a table.', ...more }),
    conversationRequests: () =>
      simulator.requests.log.filter(({ path }) => path.startsWith('/v1/convai/conversations/')).length,
    async subscribe(receiver: TestReceiver, fields: object = {}) {
      return api<{ secret: string }>('POST', '/v1/endpoints', { url: receiver.url, ...fields })
    },
    async killAndStart() {
      await running.ringpost.stop('SIGKILL')
      running.ringpost = await startRingpost({ dataDir: data.dataDir, env })
    },
  }
}

async function startReceiver(): Promise<TestReceiver> {
  const receiver = await startTestReceiver()
  onTestFinished(() => receiver.close())
  return receiver
}

test('an event has its conversation, asked for once, in the same bytes for every endpoint', async () => {
  const { subscribe, call, conversationRequests, source, api } = await startEnriching()
  const [one, two] = [await startReceiver(), await startReceiver()]
  const { secret } = await subscribe(one)
  await subscribe(two, { filter: { 'data.conversation.summary': ['Booked a table.'] } })
  const id = call({ successful: true, agent_id: 'agent_front' })
  await until(() => one.webhooks.length === 1 && two.webhooks.length === 1)
  const [webhook] = one.webhooks
  if (webhook === undefined) throw new Error('It is there.')
  new Webhook(secret).verify(webhook.body, webhook.headers as Record<string, string>)
  expect(webhook.event.data.conversation).toMatchObject({
    conversation_id: id,
    duration_secs: 187,
    outcome: 'success',
    summary: 'Booked a table.',
    phone_number: '+15550100',
  })
  expect(two.webhooks[0]?.body).toBe(webhook.body)
  expect(await api('GET', `/v1/events/${webhook.id}`)).toEqual(webhook.event)
  expect([conversationRequests(), (await source()).totals.enrichment_requests]).toEqual([1, 1])
})

test('killed while an event waits, and between two attempts: it has its conversation, and the same bytes each time', async () => {
  const { subscribe, call, killAndStart, api } = await startEnriching()
  const receiver = await startReceiver()
  await subscribe(receiver)
  receiver.answer(() => (receiver.webhooks.length < 2 ? 500 : 204))
  call({ detail_after_ms: 3_000 })
  await until(async () => (await api<{ data: object[] }>('GET', '/v1/events')).data.length === 1)
  expect(receiver.webhooks).toEqual([])
  await killAndStart()
  await until(() => receiver.webhooks.length === 1)
  expect(receiver.webhooks[0]?.event.data.conversation).toMatchObject({ summary: 'Booked a table.' })
  await killAndStart()
  await until(() => receiver.accepted().size === 1)
  expect(receiver.webhooks.length).toBeGreaterThan(1)
  expect(new Set(receiver.webhooks.map(({ body }) => body)).size).toBe(1)
})

test('an event whose conversation never comes goes without it, and holds nothing of another source up', async () => {
  const { subscribe, call, simulator, api } = await startEnriching()
  const receiver = await startReceiver()
  await subscribe(receiver)
  const other = await createSimulator()
  onTestFinished(() => other.close())
  other.seed({ users: 10, newestUnixSecs: Math.floor(Date.now() / 1000) - 3600 })
  const { id } = await api<{ id: string }>('POST', '/v1/sources', {
    ...{ name: 'other', api_key: 'sim_key', base_url: other.url },
  })
  await until(async () => (await api<Source>('GET', `/v1/sources/${id}`)).state === 'live')

  simulator.fault({ kind: 'stalled_body', on: 'conversations', times: 'always' })
  call()
  await until(async () => (await api<{ data: object[] }>('GET', '/v1/events')).data.length === 1)
  other.call({ user_id: 'of-the-other' })
  await until(() => receiver.webhooks.length === 1)
  expect(receiver.webhooks[0]?.event.data.user).toMatchObject({ user_id: 'of-the-other' })
  expect(receiver.webhooks[0]?.event.data).not.toHaveProperty('conversation')
  await until(() => receiver.webhooks.length === 2)
  expect(receiver.webhooks[1]?.event.data).toMatchObject({
    user: { user_id: '+15550100' },
    conversation: null,
  })
})
