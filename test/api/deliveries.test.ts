import { describe, expect, test } from 'vitest'
import { locator, locatorOf } from '../../src/ids.ts'
import type { Attempt, DeliveryStatus } from '../../src/types.ts'
import { deliveryOf, NOON, startTestApi, type TestApi, userEvent, walk } from './support.ts'

const ATTEMPT: Attempt = {
  number: 1,
  at: '2026-11-23T10:00:00.000Z',
  duration_ms: 12,
  url: 'https://hooks.example.com/ringpost',
  request: { headers: { 'webhook-id': 'evt_1' }, body: '{"sent":"body"}' },
  response: { status: 503, headers: { 'retry-after': '5' }, body: 'answered body' },
  error: { code: 'http_status', message: 'The endpoint answered 503.' },
}

const SUCCEEDED = { status: 'succeeded', error: null, nextAttemptAt: null, health: 'up' } as const

/** One event for an endpoint, attempted once where a status says so. */
async function deliver(api: TestApi, endpointId: string, userId: string, status: DeliveryStatus = 'pending') {
  const event = userEvent('src_a', userId)
  const skip =
    status === 'skipped' ? { code: 'endpoint_disabled', message: 'The endpoint was disabled.' } : null
  const [id] = await api.log.accept(endpointId, [deliveryOf(event, 'src_a')], skip)
  if (id === undefined || status === 'pending' || status === 'skipped') return event
  const claim = await api.claim(endpointId, id, 1_000)
  if (claim === null) throw new Error('A new delivery can be claimed.')
  const failed = status !== 'succeeded'
  await api.record(endpointId, claim, {
    status,
    attempt: failed
      ? ATTEMPT
      : { ...ATTEMPT, response: { status: 200, headers: {}, body: 'ok' }, error: null },
    error: failed ? ATTEMPT.error : null,
    nextAttemptAt: status === 'retrying' ? api.clock.now + 5_000 : null,
    health: failed ? 'down' : 'up',
  })
  return event
}

describe('a delivery', () => {
  test('has the shape of the contract, with every attempt', async () => {
    const api = await startTestApi()
    const { id: endpointId } = await api.addEndpoint()
    const event = await deliver(api, endpointId, 'u1', 'retrying')
    const listed = (await api.get('/v1/deliveries')).json.data[0]
    const { status, json } = await api.get(`/v1/deliveries/${listed.id}`)
    expect(status).toBe(200)
    expect(json).toEqual({
      id: expect.stringMatching(/^dlv_[0-9a-f]{32}$/),
      event_id: event.id,
      event_type: 'user.created',
      endpoint_id: endpointId,
      user_id: null,
      backfill: false,
      status: 'retrying',
      created_at: '2026-11-23T10:00:00.000Z',
      next_attempt_at: '2026-11-23T10:00:05.000Z',
      error: ATTEMPT.error,
      attempts: [ATTEMPT],
    })
    const { request: _, ...attempt } = ATTEMPT
    expect(listed).toEqual({ ...json, attempts: [{ ...attempt, response: { status: 503 } }] })
  })

  test('in a list leaves out what was sent and received', async () => {
    const api = await startTestApi()
    const { id } = await api.addEndpoint()
    await deliver(api, id, 'u1', 'failed')
    const { text } = await api.get('/v1/deliveries')
    for (const word of ['request', 'headers', 'body', 'retry-after']) expect(text).not.toContain(word)
  })

  test('without an answer, and without an attempt', async () => {
    const api = await startTestApi()
    const { id } = await api.addEndpoint()
    const [pending = ''] = await api.log.accept(id, [deliveryOf(userEvent('src_a', 'u1'), 'src_a')])
    expect((await api.get(`/v1/deliveries/${pending}`)).json).toMatchObject({
      status: 'pending',
      error: null,
      attempts: [],
    })
    const claim = await api.claim(id, pending, 1_000)
    if (claim === null) throw new Error('A new delivery can be claimed.')
    const error = { code: 'timeout', message: 'The endpoint did not answer within 15s.' }
    const attempt = { ...ATTEMPT, response: null, error }
    await api.record(id, claim, { status: 'failed', attempt, error, nextAttemptAt: null, health: 'down' })
    expect((await api.get(`/v1/deliveries/${pending}`)).json).toMatchObject({
      error,
      attempts: [{ response: null, error }],
    })
    expect((await api.get('/v1/deliveries')).json.data[0].attempts[0].response).toBeNull()
  })

  test('says whose it is as long as its event is in the log, and keeps nothing of that itself', async () => {
    const api = await startTestApi()
    const [one, two] = [await api.addEndpoint(), await api.addEndpoint()]
    const events = ['+15550100', '+15550101'].map((id) => userEvent('src_a', id))
    const places = await Promise.all(events.map((event) => api.addEvent('src_a', event)))
    const wanted = events.map((event, i) => ({ ...deliveryOf(event, 'src_a'), streamId: places[i] ?? '' }))
    for (const { id } of [one, two]) await api.log.accept(id, wanted)
    const callers = async () =>
      (await api.get('/v1/deliveries')).json.data.map((delivery: { event_id: string; user_id: string }) => [
        delivery.event_id,
        delivery.user_id,
      ])
    const both = [
      [events[0]?.id, '+15550100'],
      [events[1]?.id, '+15550101'],
    ]
    expect((await callers()).sort()).toEqual([...both, ...both].sort())
    const { id, endpoint_id } = (await api.get(`/v1/deliveries?event_id=${events[0]?.id}`)).json.data[0]
    expect((await api.get(`/v1/deliveries/${id}`)).json.user_id).toBe('+15550100')
    await api.redis.xdel(api.keys.source('src_a').outbox, places[0] ?? '')
    expect((await api.get(`/v1/deliveries/${id}`)).json.user_id).toBeNull()
    const kept = await api.redis.get(api.keys.endpoint(endpoint_id).delivery(id))
    expect(kept).toContain(events[0]?.id)
    expect(kept).not.toContain('+15550100')
  })

  test('of none', async () => {
    const api = await startTestApi()
    const { id } = await api.addEndpoint()
    const event = await deliver(api, id, 'u1')
    const { id: other } = (await api.get('/v1/deliveries')).json.data[0]
    const unknown = other.replace(/.$/, (last: string) => (last === '0' ? '1' : '0'))
    for (const missing of [event.id, unknown, 'dlv_1', 'nonsense', '*']) {
      expect((await api.get(`/v1/deliveries/${missing}`)).json).toMatchObject({
        status: 404,
        code: 'not_found',
      })
    }
  })
})

describe('GET /v1/deliveries', () => {
  test('filters, alone and together', async () => {
    const api = await startTestApi()
    const [one, two] = [await api.addEndpoint(), await api.addEndpoint()]
    const statuses = ['pending', 'succeeded', 'retrying', 'failed', 'skipped'] as const
    for (const [i, status] of statuses.entries()) {
      api.clock.now = NOON + i * 1_000
      await deliver(api, one.id, `u-${status}`, status)
      await deliver(api, two.id, `u-${status}`, status)
    }
    const list = async (query: string) =>
      (await api.get(`/v1/deliveries?${query}`)).json.data.map(
        (delivery: { endpoint_id: string; status: string }) =>
          `${delivery.endpoint_id === one.id ? 'one' : 'two'} ${delivery.status}`,
      )
    expect(await list(`endpoint_id=${one.id}`)).toEqual(
      [...statuses].reverse().map((status) => `one ${status}`),
    )
    for (const status of statuses) {
      expect((await list(`status=${status}`)).sort()).toEqual([`one ${status}`, `two ${status}`])
      expect(await list(`status=${status}&endpoint_id=${two.id}`)).toEqual([`two ${status}`])
    }
    const event = userEvent('src_a', 'u-failed')
    expect((await list(`event_id=${event.id}`)).sort()).toEqual(['one failed', 'two failed'])
    expect(await list(`event_id=${event.id}&endpoint_id=${one.id}`)).toEqual(['one failed'])
    expect(await list(`event_id=${event.id}&status=pending`)).toEqual([])
    expect(await list(`event_id=${event.id}&since=2026-11-23T10:00:03Z&status=failed`)).toHaveLength(2)
    expect(await list(`event_id=${event.id}&since=2026-11-23T10:00:03.001Z`)).toEqual([])
    expect(await list(`event_id=${event.id}&until=2026-11-23T10:00:02Z`)).toEqual([])
    expect(await list('event_id=evt_nope')).toEqual([])
    expect(await list('endpoint_id=ep_nope')).toEqual([])
    expect(await list(`endpoint_id=${one.id}&since=2026-11-23T10:00:01Z&until=2026-11-23T10:00:02Z`)).toEqual(
      ['one retrying', 'one succeeded'],
    )
  })

  test.each([
    ['status', 'done'],
    ['status', 'failed&status=pending'],
    ['endpoint_id', ''],
    ['since', 'now'],
    ['limit', '0'],
    ['cursor', 'abc'],
    ['type', 'user.created'],
  ])('refuses %s=%s', async (path, value) => {
    const api = await startTestApi()
    const answer = await api.get(`/v1/deliveries?${path}=${value}`)
    expect(answer.json).toMatchObject({ status: 400, code: 'bad_request', errors: [{ path }] })
  })

  test('pages through 1,000 deliveries of one millisecond, while more arrive and their statuses change', async () => {
    const api = await startTestApi()
    const endpoints = [await api.addEndpoint(), await api.addEndpoint()]
    const expected: string[] = []
    for (const { id } of endpoints) {
      const events = Array.from({ length: 500 }, (_, i) => deliveryOf(userEvent('src_a', `u${i}`), 'src_a'))
      expected.push(...(await api.log.accept(id, events)))
    }
    expect(expected).toHaveLength(1_000)
    expected.sort().reverse()
    let round = 0
    const pages = await walk(api, '/v1/deliveries?limit=50', async (page) => {
      round++
      api.clock.now = NOON + round
      await deliver(api, endpoints[0]?.id ?? '', `late${round}`)
      // One that was shown and one that was not yet.
      for (const id of [page[0].id, expected[round * 50 + 25]]) {
        const owner = endpoints.find((endpoint) => locator(endpoint.id) === locatorOf(id))?.id ?? ''
        const claim = await api.claim(owner, id, 1_000)
        if (claim === null) throw new Error(`${id} can be claimed.`)
        await api.record(owner, claim, { ...SUCCEEDED, attempt: ATTEMPT })
      }
    })
    expect(pages.map((page) => page.length)).toEqual(Array(20).fill(50))
    expect(pages.flat().map(({ id }) => id)).toEqual(expected)
  })

  test('pages exactly, whatever the size of the page', async () => {
    const api = await startTestApi()
    const { id } = await api.addEndpoint()
    for (let i = 0; i < 12; i++) {
      api.clock.now = NOON + Math.floor(i / 3)
      await deliver(api, id, `u${i}`, i % 2 ? 'failed' : 'pending')
    }
    const all = (await api.get('/v1/deliveries?limit=250')).json.data.map(
      (delivery: { id: string }) => delivery.id,
    )
    expect(all).toHaveLength(12)
    for (const limit of [1, 4, 5, 11, 12, 13]) {
      const pages = await walk(api, `/v1/deliveries?limit=${limit}`)
      expect(pages.flat().map((delivery) => delivery.id)).toEqual(all)
      expect(pages).toHaveLength(Math.ceil(12 / limit))
    }
  })

  test('pages through the deliveries of one event', async () => {
    const api = await startTestApi()
    for (let i = 0; i < 7; i++) await deliver(api, (await api.addEndpoint()).id, 'u1')
    const { id } = userEvent('src_a', 'u1')
    const pages = await walk(api, `/v1/deliveries?event_id=${id}&limit=3`)
    expect(pages.map((page) => page.length)).toEqual([3, 3, 1])
    expect(new Set(pages.flat().map((delivery) => delivery.id)).size).toBe(7)
  })
})
