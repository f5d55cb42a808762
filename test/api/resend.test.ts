import { describe, expect, test } from 'vitest'
import { deliveryId } from '../../src/ids.ts'
import type { Ending } from '../../src/log/deliveries.ts'
import type { Attempt, Event } from '../../src/types.ts'
import { allKeys } from '../support/redis.ts'
import { deliveryOf, NOON, startTestApi, type TestApi, userEvent } from './support.ts'

const failure = { code: 'http_status', message: 'The endpoint answered 503.' }
const attemptOf = (number: number, failed: boolean): Attempt => ({
  number,
  at: '2026-11-23T10:00:00.000Z',
  duration_ms: 12,
  url: 'https://hooks.example.com/ringpost',
  request: { headers: {}, body: '{}' },
  response: { status: failed ? 503 : 200, headers: {}, body: '' },
  error: failed ? failure : null,
})
const ending = (status: Ending['status'], number: number, nextAttemptAt: number | null = null): Ending => ({
  status,
  attempt: attemptOf(number, status !== 'succeeded'),
  error: status === 'succeeded' ? null : failure,
  nextAttemptAt,
  health: null,
})

async function setUp() {
  const api = await startTestApi()
  await api.addSource('src_a')
  const endpoint = await api.addEndpoint()
  return { api, endpointId: endpoint.id }
}

/** An event in the log, and its delivery in one status after one attempt where a status has one. */
async function deliver(
  api: TestApi,
  endpointId: string,
  userId: string,
  status: Ending['status'] | 'pending',
) {
  const event = userEvent('src_a', userId, 1, { at: api.clock.now })
  const place =
    (await api.outbox.byId('src_a', event.id))?.streamId ??
    (await api.addEvent('src_a', event, `${api.clock.now}-*`))
  const skip = status === 'skipped' ? { code: 'endpoint_disabled', message: 'It was disabled.' } : null
  await api.log.accept(endpointId, [deliveryOf(event, 'src_a', place)], skip)
  const id = deliveryId(event.id, endpointId)
  if (status !== 'pending' && status !== 'skipped') {
    await attempt(api, endpointId, id, status, status === 'retrying' ? api.clock.now + 5_000 : null)
  }
  return { id, event }
}

/** Attempts a delivery as a worker does; answers the claim. */
async function attempt(
  api: TestApi,
  endpointId: string,
  id: string,
  status: Ending['status'],
  nextAttemptAt: number | null = null,
) {
  const claim = await api.claim(endpointId, id, 20_000)
  if (claim === null) throw new Error(`${id} cannot be claimed.`)
  await api.record(endpointId, claim, ending(status, claim.attempts + 1, nextAttemptAt))
  return claim
}

const show = async (api: TestApi, id: string) => (await api.get(`/v1/deliveries/${id}`)).json

describe('POST /v1/deliveries/:id/retry', () => {
  test.each(['succeeded', 'failed', 'skipped', 'retrying', 'pending'] as const)(
    'queues one that is %s, and keeps what was',
    async (status) => {
      const { api, endpointId } = await setUp()
      const { id, event } = await deliver(api, endpointId, 'u1', status)
      const before = await show(api, id)
      const answer = await api.post(`/v1/deliveries/${id}/retry`)
      expect(answer.status).toBe(202)
      expect(answer.json).toMatchObject({
        id,
        event_id: event.id,
        status: 'pending',
        error: null,
        next_attempt_at: new Date(api.clock.now).toISOString(),
        attempts: before.attempts,
      })
      expect(api.woken).toEqual([endpointId])
      for (const one of ['succeeded', 'failed', 'skipped', 'retrying'])
        expect((await api.get(`/v1/deliveries?status=${one}`)).json.data).toEqual([])
      expect((await api.get('/v1/deliveries?status=pending')).json.data).toHaveLength(1)
      const claim = await attempt(api, endpointId, id, 'succeeded')
      expect(claim).toMatchObject({ eventId: event.id, scheduled: 0, attempts: before.attempts.length })
      expect((await show(api, id)).attempts).toHaveLength(before.attempts.length + 1)
    },
  )

  test('of one that had ended begins the whole schedule, and keeps it for good', async () => {
    const { api, endpointId } = await setUp()
    const { id } = await deliver(api, endpointId, 'u1', 'failed')
    const { delivery, attempts } = api.keys.endpoint(endpointId)
    expect(await api.redis.pttl(delivery(id))).toBeGreaterThan(0)
    await api.post(`/v1/deliveries/${id}/retry`)
    expect(await api.redis.pttl(delivery(id))).toBe(-1)
    for (const scheduled of [0, 1, 2]) {
      const claim = await attempt(api, endpointId, id, 'retrying', api.clock.now)
      expect(claim).toMatchObject({ scheduled, attempts: scheduled + 1 })
      expect(await api.redis.pttl(attempts(id))).toBe(-1)
    }
  })

  test('of one between two attempts is in addition to its schedule, however often it is asked for', async () => {
    const { api, endpointId } = await setUp()
    const { id } = await deliver(api, endpointId, 'u1', 'retrying')
    for (let i = 0; i < 3; i++) expect((await api.post(`/v1/deliveries/${id}/retry`)).status).toBe(202)
    expect(await attempt(api, endpointId, id, 'retrying', api.clock.now)).toMatchObject({
      attempts: 1,
      scheduled: 0,
    })
    expect(await attempt(api, endpointId, id, 'retrying', api.clock.now)).toMatchObject({
      attempts: 2,
      scheduled: 1,
    })
  })

  test('is refused while an attempt is in progress, and taken when its worker is gone', async () => {
    const { api, endpointId } = await setUp()
    const { id } = await deliver(api, endpointId, 'u1', 'pending')
    const claim = await api.claim(endpointId, id, 20_000)
    const refused = await api.post(`/v1/deliveries/${id}/retry`)
    expect(refused.json).toMatchObject({ status: 409, code: 'conflict' })
    expect(refused.json.detail).toContain('in progress')
    expect(api.woken).toEqual([])
    api.clock.now += 20_000
    expect((await api.post(`/v1/deliveries/${id}/retry`)).status).toBe(202)
    // The worker was only slow: what it has done is kept, and decides nothing but a success.
    if (claim) expect(await api.record(endpointId, claim, ending('failed', 1))).toBe('OVERTAKEN')
    expect(await show(api, id)).toMatchObject({ status: 'pending', attempts: [{ number: 1 }] })
  })

  test('is refused for an endpoint that is disabled or deleted, and for what is gone', async () => {
    const { api, endpointId } = await setUp()
    const { id, event } = await deliver(api, endpointId, 'u1', 'failed')
    await api.patch(`/v1/endpoints/${endpointId}`, { enabled: false })
    const disabled = await api.post(`/v1/deliveries/${id}/retry`)
    expect(disabled.json).toMatchObject({ status: 409 })
    expect(disabled.json.detail).toContain('Enable it')
    await api.patch(`/v1/endpoints/${endpointId}`, { enabled: true })
    await api.redis.del(api.keys.source('src_a').outbox)
    const expired = await api.post(`/v1/deliveries/${id}/retry`)
    expect(expired.json).toMatchObject({ status: 409 })
    expect(expired.json.detail).toContain('RINGPOST_EVENT_RETENTION')
    await api.request('DELETE', `/v1/endpoints/${endpointId}`)
    expect((await api.post(`/v1/deliveries/${id}/retry`)).json.detail).toContain('was deleted')
    for (const none of ['dlv_none', event.id, `${id.slice(0, -1)}x`])
      expect((await api.post(`/v1/deliveries/${none}/retry`)).status).toBe(404)
    expect((await show(api, id)).status).toBe('failed')
    expect(api.woken).toEqual([])
  })
})

describe('POST /v1/events/:id/replay', () => {
  const replay = (api: TestApi, event: Event, endpoint_ids?: string[]) =>
    api.post(`/v1/events/${event.id}/replay`, endpoint_ids && { endpoint_ids })

  test('goes to every enabled endpoint that it matches now, old and new', async () => {
    const { api, endpointId } = await setUp()
    const { event, id } = await deliver(api, endpointId, 'u1', 'succeeded')
    const { id: newer } = await api.addEndpoint()
    await api.addEndpoint({ enabled: false })
    await api.addEndpoint({ event_types: ['source.failing'] })
    const answer = await replay(api, event)
    expect(answer.status).toBe(202)
    expect(answer.json).toEqual({
      event_id: event.id,
      deliveries: expect.arrayContaining([
        { id, endpoint_id: endpointId, result: 'queued' },
        { id: deliveryId(event.id, newer), endpoint_id: newer, result: 'queued' },
      ]),
    })
    expect(answer.json.deliveries).toHaveLength(2)
    expect([...api.woken].sort()).toEqual([endpointId, newer].sort())
    for (const { id: one, endpoint_id } of answer.json.deliveries)
      expect(await attempt(api, endpoint_id, one, 'succeeded')).toMatchObject({ eventId: event.id })
  })

  test('goes to those that are named, whether it matches them or not', async () => {
    const { api, endpointId } = await setUp()
    const { event } = await deliver(api, endpointId, 'u1', 'succeeded')
    const { id: other } = await api.addEndpoint({ event_types: ['source.failing'] })
    const answer = await replay(api, event, [other, other])
    expect(answer.json.deliveries).toEqual([
      { id: deliveryId(event.id, other), endpoint_id: other, result: 'queued' },
    ])
  })

  test('says what is being attempted at this very moment', async () => {
    const { api, endpointId } = await setUp()
    const { event, id } = await deliver(api, endpointId, 'u1', 'pending')
    await api.claim(endpointId, id, 20_000)
    expect((await replay(api, event)).json.deliveries).toEqual([
      { id, endpoint_id: endpointId, result: 'in_progress' },
    ])
    expect(api.woken).toEqual([])
  })

  test('sends nothing at all where one that is named cannot be sent to', async () => {
    const { api, endpointId } = await setUp()
    const { event } = await deliver(api, endpointId, 'u1', 'succeeded')
    const { id: off } = await api.addEndpoint({ enabled: false })
    expect((await replay(api, event, [endpointId, 'ep_none'])).json).toMatchObject({
      status: 400,
      errors: [{ path: 'endpoint_ids.1' }],
    })
    expect((await replay(api, event, [endpointId, off])).json).toMatchObject({ status: 409 })
    expect((await replay(api, event, [])).status).toBe(400)
    expect((await api.post('/v1/events/evt_none/replay')).status).toBe(404)
    expect(api.woken).toEqual([])
  })
})

describe('POST /v1/endpoints/:id/recover', () => {
  /** One delivery of each status a minute apart, and an event that is older than the endpoint, so to speak. */
  async function past() {
    const { api, endpointId } = await setUp()
    const ids: Record<string, string> = {}
    for (const [i, status] of (
      ['failed', 'skipped', 'succeeded', 'retrying', 'pending'] as const
    ).entries()) {
      api.clock.now = NOON + i * 60_000
      ids[status] = (await deliver(api, endpointId, `u-${status}`, status)).id
      if (i !== 2) continue
      const missed = userEvent('src_a', 'u-missed', 1, { at: api.clock.now })
      await api.addEvent('src_a', missed, `${api.clock.now}-*`)
      ids.missed = deliveryId(missed.id, endpointId)
    }
    api.clock.now = NOON + 600_000
    const recover = (body: object) => api.post(`/v1/endpoints/${endpointId}/recover`, body)
    return { api, endpointId, ids, recover }
  }
  const since = new Date(NOON).toISOString()
  const none = { failed: 0, skipped: 0, succeeded: 0, without_delivery: 0 }

  test.each([
    ['failed', { ...none, failed: 1 }],
    ['undelivered', { ...none, failed: 1, skipped: 1, without_delivery: 1 }],
    ['all', { failed: 1, skipped: 1, succeeded: 1, without_delivery: 1 }],
  ])('counts and queues %s, once', async (only, of) => {
    const { api, endpointId, ids, recover } = await past()
    const names: Record<string, string> = { without_delivery: 'missed' }
    const wanted = Object.entries(of).flatMap(([name, count]) => (count ? [ids[names[name] ?? name]] : []))
    const before = (await api.get('/v1/deliveries')).text
    const waiting = await api.dueAt(endpointId)
    const dry = await recover({ since, only, dry_run: true })
    expect(dry.json).toEqual({ queued: wanted.length, dry_run: true, of })
    expect((await api.get('/v1/deliveries')).text).toBe(before)
    expect(api.woken).toEqual([])

    expect((await recover({ since, only })).json).toEqual({ queued: wanted.length, dry_run: false, of })
    expect(await api.dueAt(endpointId)).toEqual([...waiting, ...wanted].sort())
    for (const id of wanted) expect((await show(api, id ?? '')).status).toBe('pending')
    expect((await recover({ since, only })).json).toEqual({ queued: 0, dry_run: false, of: none })
  })

  test('goes by the period, both ends included', async () => {
    const { recover } = await past()
    const at = (minutes: number, ms = 0) => new Date(NOON + minutes * 60_000 + ms).toISOString()
    const count = async (from: string, to: string) =>
      (await recover({ since: from, until: to, only: 'all', dry_run: true })).json.queued
    expect(await count(at(0), at(0))).toBe(1)
    expect(await count(at(0, 1), at(1, -1))).toBe(0)
    expect(await count(at(1), at(2))).toBe(3)
    expect((await recover({ since: at(2), until: at(1), only: 'all' })).status).toBe(400)
  })

  test('is refused for a disabled endpoint, which can be counted', async () => {
    const { api, endpointId, recover } = await past()
    await api.patch(`/v1/endpoints/${endpointId}`, { enabled: false })
    expect((await recover({ since, only: 'failed' })).json).toMatchObject({ status: 409 })
    expect((await recover({ since, only: 'failed', dry_run: true })).json.queued).toBe(1)
    expect((await api.post('/v1/endpoints/ep_none/recover', { since, only: 'all' })).status).toBe(404)
    for (const body of [
      {},
      { since },
      { only: 'all' },
      { since, only: 'some' },
      { since: 'now', only: 'all' },
    ])
      expect((await recover(body)).status).toBe(400)
  })

  test('does not take for missed what the log does not hold any more', async () => {
    const { api, endpointId, ids, recover } = await past()
    // The bound has dropped what was delivered two minutes after noon, with all before it.
    await api.redis.hset(api.keys.endpoint(endpointId).bounds, 'dropped_to', NOON + 120_000)
    expect((await recover({ since, only: 'undelivered', dry_run: true })).json.of.without_delivery).toBe(0)
    expect((await recover({ since, only: 'all', dry_run: true })).json.of.without_delivery).toBe(1)
    expect((await api.get(`/v1/endpoints/${endpointId}/stats`)).json.log.complete_since).toBe(
      new Date(NOON + 120_001).toISOString(),
    )
    expect(ids.missed).toBeDefined()
  })

  test('breaks off when ringpost stops, and goes on where it was', async () => {
    const { api, endpointId, recover } = await past()
    api.stopping.abort()
    expect((await recover({ since, only: 'all' })).json).toMatchObject({ status: 503, code: 'not_ready' })
    expect(await api.redis.hlen(api.keys.endpoint(endpointId).recoveries)).toBe(1)
  })
})

describe('GET /v1/endpoints/:id/stats', () => {
  test('counts and measures', async () => {
    const { api, endpointId } = await setUp()
    const stats = async () => (await api.get(`/v1/endpoints/${endpointId}/stats`)).json
    expect(await stats()).toMatchObject({ log: { ended: 0, oldest_at: null, bytes: 0 } })
    for (const [i, status] of (
      ['failed', 'skipped', 'succeeded', 'retrying', 'pending'] as const
    ).entries()) {
      api.clock.now = NOON + i * 1_000
      await deliver(api, endpointId, `u${i}`, status)
    }
    const { log, ...rest } = await stats()
    expect(rest).toEqual({
      endpoint_id: endpointId,
      deliveries: { pending: 1, retrying: 1, succeeded: 1, failed: 1, skipped: 1 },
    })
    expect(log).toMatchObject({
      ended: 3,
      limit: 100_000,
      retention: '7d',
      oldest_at: '2026-11-23T10:00:00.000Z',
    })
    const keys = await allKeys(api.redis, `${api.keys.prefix}:{${endpointId}}:[ra]:*`)
    const bytes = await Promise.all(keys.map((key) => api.redis.memory('USAGE', key)))
    const measured = bytes.reduce((sum: number, one) => sum + Number(one), 0)
    expect(log.bytes).toBeGreaterThan(measured)
    expect(log.bytes).toBeLessThan(measured + 5 * 400)
    expect((await api.get('/v1/endpoints/ep_none/stats')).status).toBe(404)
  })
})
