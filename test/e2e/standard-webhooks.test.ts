import { createHmac, createPublicKey, verify as verifyEd25519 } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { Webhook as StandardWebhook } from 'standardwebhooks'
import { Webhook as SvixWebhook } from 'svix'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseConfig } from '../../src/config/parse.ts'
import { createSimulator } from '../../src/simulator/server.ts'
import type { Simulator } from '../../src/simulator/types.ts'
import type { Event } from '../../src/types.ts'
import { until } from '../support/until.ts'
import { type Ringpost, startRingpost, temporaryDataDir } from './ringpost.ts'

/**
 * What Standard Webhooks 1.0.0 asks of who sends, point by point and in its order, of requests as they arrive.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
interface Arrived {
  method: string
  path: string
  /** As they were written, and how often. */
  rawHeaders: [string, string][]
  headers: Record<string, string>
  bytes: Buffer
  atSecs: number
}

interface Created {
  id: string
  secret: string
  public_key: string
}

let simulator: Simulator
let ringpost: Ringpost
let data: Awaited<ReturnType<typeof temporaryDataDir>>
const arrived: Arrived[] = []
/** What a path answers next; 204 where nothing is left. */
const answers: Record<string, number[]> = {}
const server = createServer(async (req, res) => {
  const rawHeaders: [string, string][] = []
  for (let n = 0; n < req.rawHeaders.length; n += 2) {
    rawHeaders.push([req.rawHeaders[n] ?? '', req.rawHeaders[n + 1] ?? ''])
  }
  const [method = '', path = ''] = [req.method, req.url]
  const headers = Object.fromEntries(rawHeaders.map(([name, value]) => [name.toLowerCase(), value]))
  const atSecs = Math.floor(Date.now() / 1000)
  arrived.push({ method, path, rawHeaders, headers, bytes: await buffer(req), atSecs })
  res.writeHead(answers[path]?.shift() ?? 204, { location: '/redirected' }).end()
})

beforeAll(async () => {
  data = await temporaryDataDir()
  simulator = await createSimulator()
  simulator.seed({ users: 5, newestUnixSecs: Math.floor(Date.now() / 1000) - 3600 })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ringpost = await startRingpost({
    dataDir: data.dataDir,
    env: {
      ELEVENLABS_API_KEY: 'sim_key',
      ELEVENLABS_BASE_URL: simulator.url,
      RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8',
      RINGPOST_POLL_INTERVAL: '1s',
      // Longer than a second, so that the attempts have timestamps of their own.
      RINGPOST_RETRY_SCHEDULE: '1100ms,1100ms',
    },
  })
  await until(async () => {
    const { body } = await ringpost.api<{ state: string }>('GET', '/v1/sources/src_default')
    return body.state === 'live'
  })
})
afterAll(async () => {
  await ringpost.stop()
  server.close()
  server.closeAllConnections()
  await Promise.all([simulator.close(), data.remove()])
})

async function subscribe(path: string, fields: object = {}): Promise<Created> {
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}${path}`
  const { status, body } = await ringpost.api<Created>('POST', '/v1/endpoints', { url, ...fields })
  expect(status).toBe(201)
  return body
}

async function remove({ id }: Created): Promise<void> {
  await ringpost.api('DELETE', `/v1/endpoints/${id}`)
}

const at = (path: string) => arrived.filter((one) => one.path === path)
const first = async (path: string) => until(() => at(path)[0])
const eventIn = (one: Arrived) => JSON.parse(one.bytes.toString('utf8')) as Event

/** Verifies as the public packages do; throws where one of them refuses. */
function verifyWith(secret: string, one: Arrived): void {
  const body = one.bytes.toString('utf8')
  expect(new StandardWebhook(secret).verify(body, one.headers)).toEqual(JSON.parse(body))
  new SvixWebhook(secret).verify(body, one.headers)
}

test('payload: in the body of a POST, minified JSON with type, timestamp and data, well below 20 KB', async () => {
  const endpoint = await subscribe('/payload', { headers: { 'X-Team': 'front desk' } })
  simulator.call({ user_id: 'caller_é_📞', agent_id: 'agent_front' })
  const one = await first('/payload')
  expect(one.method).toBe('POST')
  expect(one.headers['content-type']).toBe('application/json')
  const text = one.bytes.toString('utf8')
  expect(text).toBe(JSON.stringify(JSON.parse(text)))
  expect(Number(one.headers['content-length'])).toBe(one.bytes.length)
  expect(one.bytes.length).toBeLessThan(20_000)
  const event = eventIn(one)
  expect(event.type).toMatch(/^[a-zA-Z0-9_]+(\.[a-zA-Z0-9_]+)*$/)
  expect(new Date(event.timestamp).toISOString()).toBe(event.timestamp)
  expect(event.data).toMatchObject({ user: { user_id: 'caller_é_📞' } })
  expect(one.headers['x-team']).toBe('front desk')
  expect(one.headers['user-agent']).toMatch(/^ringpost\/\d/)
  await remove(endpoint)
})

test('metadata: the id is the event’s, the same over attempts and endpoints; the timestamp is the attempt’s', async () => {
  const endpoints = [await subscribe('/retried'), await subscribe('/other')]
  answers['/retried'] = [500, 503]
  simulator.call({ user_id: 'retried' })
  await until(() => at('/retried').length === 3 && at('/other').length === 1)
  const attempts = at('/retried')
  const id = attempts[0]?.headers['webhook-id'] ?? ''
  expect(id).toMatch(/^evt_[^.]+$/)
  for (const one of [...attempts, ...at('/other')]) {
    expect(one.headers['webhook-id']).toBe(id)
    expect(eventIn(one).id).toBe(id)
    // Not serialised again: the same bytes.
    expect(one.bytes.equals(attempts[0]?.bytes ?? Buffer.alloc(0))).toBe(true)
    expect(one.headers['webhook-timestamp']).toMatch(/^\d{10}$/)
    expect(Math.abs(Number(one.headers['webhook-timestamp']) - one.atSecs)).toBeLessThanOrEqual(5)
  }
  const times = attempts.map(({ headers }) => Number(headers['webhook-timestamp']))
  expect(times).toEqual([...new Set(times)].sort((a, b) => a - b))
  expect(new Set(attempts.map(({ headers }) => headers['webhook-signature'])).size).toBe(3)
  for (const one of attempts) verifyWith(endpoints[0]?.secret ?? '', one)

  simulator.call({ user_id: 'retried' })
  await until(() => at('/other').length === 2)
  expect(at('/other')[1]?.headers['webhook-id']).not.toBe(id)
  for (const endpoint of endpoints) await remove(endpoint)
})

test('headers: webhook-id, webhook-timestamp and webhook-signature, each once', async () => {
  const endpoint = await subscribe('/headers')
  simulator.call({ user_id: 'headers' })
  const { rawHeaders } = await first('/headers')
  const names = rawHeaders.map(([name]) => name).filter((name) => /^webhook-/i.test(name))
  expect(names.sort()).toEqual(['webhook-id', 'webhook-signature', 'webhook-timestamp'])
  expect(new Set(rawHeaders.map(([name]) => name.toLowerCase())).size).toBe(rawHeaders.length)
  await remove(endpoint)
})

describe('signature scheme', () => {
  test('symmetric: HMAC-SHA256 over id.timestamp.body with the bytes in whsec_, which each endpoint has of its own', async () => {
    const endpoints = [await subscribe('/hmac'), await subscribe('/hmac-2')]
    simulator.call({ user_id: 'hmac' })
    const one = await first('/hmac')
    const other = await first('/hmac-2')
    const [secret = '', second = ''] = endpoints.map((endpoint) => endpoint.secret)
    expect(secret).not.toBe(second)
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    expect(key.length).toBeGreaterThanOrEqual(24)
    expect(key.length).toBeLessThanOrEqual(64)
    const mac = createHmac('sha256', key)
      .update(`${one.headers['webhook-id']}.${one.headers['webhook-timestamp']}.`)
      .update(one.bytes)
    expect(one.headers['webhook-signature']).toBe(`v1,${mac.digest('base64')}`)
    verifyWith(secret, one)
    verifyWith(second, other)
    expect(() => verifyWith(second, one)).toThrow(/No matching signature/)
    for (const endpoint of endpoints) await remove(endpoint)
  })

  test('asymmetric: Ed25519 as v1a, verified with the key in whpk_', async () => {
    const endpoint = await subscribe('/ed25519', { signing: 'ed25519' })
    simulator.call({ user_id: 'ed25519' })
    const one = await first('/ed25519')
    const {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature = '',
    } = one.headers
    expect(signature).toMatch(/^v1a,[A-Za-z0-9+/]{86}==$/)
    const x = Buffer.from(endpoint.public_key.replace(/^whpk_/, ''), 'base64').toString('base64url')
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
    const content = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), one.bytes])
    const given = Buffer.from(signature.slice('v1a,'.length), 'base64')
    expect(verifyEd25519(null, content, key, given)).toBe(true)
    expect(verifyEd25519(null, Buffer.concat([content, Buffer.from(' ')]), key, given)).toBe(false)
    await remove(endpoint)
  })

  test('the public packages refuse what was tampered with, or is old', async () => {
    const endpoint = await subscribe('/tampered')
    simulator.call({ user_id: 'tampered' })
    const one = await first('/tampered')
    verifyWith(endpoint.secret, one)
    const changed: Partial<Arrived>[] = [
      { bytes: Buffer.concat([one.bytes, Buffer.from(' ')]) },
      { bytes: Buffer.from(one.bytes.toString('utf8').replace('tampered', 'tampereD')) },
      { headers: { ...one.headers, 'webhook-id': 'evt_other' } },
      {
        headers: {
          ...one.headers,
          'webhook-timestamp': String(Number(one.headers['webhook-timestamp']) + 1),
        },
      },
      { headers: { ...one.headers, 'webhook-timestamp': String(one.atSecs - 301) } },
      { headers: { ...one.headers, 'webhook-signature': '' } },
    ]
    for (const change of changed) {
      const body = String(change.bytes ?? one.bytes)
      const headers = change.headers ?? one.headers
      expect(() => new StandardWebhook(endpoint.secret).verify(body, headers)).toThrow()
      expect(() => new SvixWebhook(endpoint.secret).verify(body, headers)).toThrow()
    }
    await remove(endpoint)
  })

  test('zero downtime rotation: signed with both secrets, space delimited, until the old one ends', async () => {
    const endpoint = await subscribe('/rotated')
    const rotate = (overlap: string) =>
      ringpost.api<Created>('POST', `/v1/endpoints/${endpoint.id}/rotate-secret`, { overlap })
    const second = (await rotate('1h')).body.secret
    simulator.call({ user_id: 'rotated' })
    const both = await first('/rotated')
    expect(both.headers['webhook-signature']).toMatch(/^v1,\S+ v1,\S+$/)
    verifyWith(endpoint.secret, both)
    verifyWith(second, both)

    const third = (await rotate('0s')).body.secret
    simulator.call({ user_id: 'rotated' })
    const alone = await until(() => at('/rotated')[1])
    expect(alone.headers['webhook-signature']).toMatch(/^v1,\S+$/)
    verifyWith(third, alone)
    for (const secret of [endpoint.secret, second]) {
      expect(() => verifyWith(secret, alone)).toThrow(/No matching signature/)
    }
    await remove(endpoint)
  })

  test('a secret of one’s own signs', async () => {
    const secret = `whsec_${Buffer.alloc(24, 'own').toString('base64')}`
    const endpoint = await subscribe('/own', { secret })
    simulator.call({ user_id: 'own' })
    verifyWith(secret, await first('/own'))
    await remove(endpoint)
  })
})

describe('operational considerations', () => {
  test('event types and content are filtered before anything is sent', async () => {
    const endpoints = [
      await subscribe('/filtered', { filter: { 'data.user.user_id': ['wanted'] } }),
      await subscribe('/removals', { event_types: ['user.removed'] }),
      await subscribe('/all'),
    ]
    simulator.call({ user_id: 'unwanted' })
    simulator.call({ user_id: 'wanted' })
    await until(() => at('/filtered').length === 1 && at('/all').length === 2)
    expect(at('/filtered').map((one) => eventIn(one).data.user)).toMatchObject([{ user_id: 'wanted' }])
    expect(at('/removals')).toEqual([])
    for (const endpoint of endpoints) await remove(endpoint)
  })

  test('success is 2xx, redirects are failures that are not followed, 410 disables', async () => {
    const endpoints = [await subscribe('/redirecting'), await subscribe('/gone')]
    answers['/redirecting'] = [301]
    answers['/gone'] = [410]
    simulator.call({ user_id: 'statuses' })
    await until(() => at('/redirecting').length === 2)
    expect(at('/redirected')).toEqual([])
    const gone = await until(async () => {
      const { body } = await ringpost.api<{ enabled: boolean; disabled_reason: string }>(
        'GET',
        `/v1/endpoints/${endpoints[1]?.id}`,
      )
      return !body.enabled && body
    })
    expect(gone.disabled_reason).toMatch(/410 Gone/)
    expect(at('/gone')).toHaveLength(1)
    for (const endpoint of endpoints) await remove(endpoint)
  })

  test('the schedule and the timeout are those that are recommended', () => {
    const config = parseConfig({}, '/')
    const seconds = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]
    expect(config.retrySchedule).toEqual(seconds.map((secs) => secs * 1000))
    expect(config.deliveryTimeoutMs).toBeGreaterThanOrEqual(15_000)
    expect(config.deliveryTimeoutMs).toBeLessThanOrEqual(30_000)
  })

  test.each([
    ['HTTPS is enforced', 'http://8.8.8.8/', /without encryption: use https/],
    ['private networks are not asked', 'https://10.0.0.1/', /not public: 10\.0\.0\.0\/8/],
    ['nor is the metadata service of a cloud', 'https://169.254.169.254/', /cloud metadata/],
  ])('%s', async (_, url, sentence) => {
    const { status, body } = await ringpost.api<{ detail: string }>('POST', '/v1/endpoints', { url })
    expect(status).toBe(422)
    expect(body.detail).toMatch(sentence)
  })
})
