import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { deliveryId } from '../../src/ids.ts'
import type { Claim, Ending } from '../../src/log/deliveries.ts'
import { DELIVERY_STATUSES } from '../../src/log/delivery-record.ts'
import { createRequeue } from '../../src/log/requeue-deliveries.ts'
import type { Attempt } from '../../src/types.ts'
import { createStage, type Stage } from '../support/stage.ts'

const EP = 'ep_test'
const UNLIMITED = { room: 100, atOnce: 100, rate: null }
const event = (eventId: string) => ({
  eventId,
  eventType: 'user.created' as const,
  sourceId: 'src_a',
  streamId: '1-1',
})
const attempt = (number: number, status: number): Attempt => ({
  number,
  at: '2026-03-01T12:00:00.000Z',
  duration_ms: 5,
  url: 'https://example.com/',
  request: { headers: {}, body: '{}' },
  response: { status, headers: {}, body: '' },
  error: status < 300 ? null : { code: 'http_status', message: `The endpoint answered ${status}.` },
})
const succeeded = (number = 1): Ending => ({
  status: 'succeeded',
  attempt: attempt(number, 200),
  error: null,
  nextAttemptAt: null,
  health: 'up',
})

const endingOf = (status: Ending['status'], number: number): Ending =>
  status === 'succeeded'
    ? succeeded(number)
    : {
        status,
        attempt: attempt(number, 500),
        error: attempt(number, 500).error,
        nextAttemptAt: status === 'retrying' ? stage.clock.ms + 1_000 : null,
        health: 'down',
      }

let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})
afterEach(() => stage.close())

async function accepted(eventId: string): Promise<string> {
  const [id] = await stage.deliveries.accept(EP, [event(eventId)])
  return id ?? ''
}
async function claimed(id: string): Promise<Claim> {
  const claim = await stage.claim(EP, id, 10_000)
  if (claim === null) throw new Error('nothing to claim')
  return claim
}
const statusOf = async (id: string) => (await stage.reader.get(id, [EP]))?.status
const inStatus = async (status: 'pending' | 'retrying' | 'succeeded' | 'failed' | 'skipped') =>
  (
    await stage.reader.list({
      endpointIds: [EP],
      status,
      ofType: null,
      before: null,
      since: null,
      until: null,
      limit: 50,
    })
  ).data.map(({ id }) => id)

describe('accepting', () => {
  test('is done once for an event and an endpoint, and says again what still waits', async () => {
    const both = [event('evt_1'), event('evt_2')]
    const ids = await stage.deliveries.accept(EP, both)
    expect(ids).toEqual([deliveryId('evt_1', EP), deliveryId('evt_2', EP)])
    expect(await stage.deliveries.accept(EP, both)).toEqual(ids)
    await stage.record(EP, await claimed(ids[0] ?? ''), succeeded())
    expect(await stage.deliveries.accept(EP, both)).toEqual([ids[1]])
    expect(await inStatus('pending')).toEqual([ids[1]])
    expect(await inStatus('succeeded')).toEqual([ids[0]])
  })

  test('as skipped keeps the reason and waits for nothing', async () => {
    const error = { code: 'endpoint_disabled', message: 'It was disabled.' }
    expect(await stage.deliveries.accept(EP, [event('evt_1')], error)).toEqual([])
    expect(await stage.reader.get(deliveryId('evt_1', EP), [EP])).toMatchObject({ status: 'skipped', error })
    stage.clock.ms += 3_600_000
    expect(await stage.deliveries.isOverdue(EP, 0)).toBe(false)
  })

  test('as skipped goes with the retention like all that has ended, and waits as long as it takes once it is wanted', async () => {
    const error = { code: 'endpoint_disabled', message: 'It was disabled.' }
    await stage.deliveries.accept(EP, [event('evt_1'), event('evt_2')], error)
    const [first, second] = [deliveryId('evt_1', EP), deliveryId('evt_2', EP)]
    const { delivery } = stage.keys.endpoint(EP)
    const left = await stage.redis.pttl(delivery(first))
    expect(Math.abs(left - 7 * 86_400_000)).toBeLessThan(60_000)
    await createRequeue(stage)(EP, [second], { from: ['skipped'] })
    expect(await stage.redis.pttl(delivery(second))).toBe(-1)

    // One that an older version has left without an end goes with the list.
    await stage.redis.persist(delivery(first))
    stage.clock.ms += 8 * 86_400_000
    expect(await stage.bounds.keep(EP)).toBe(1)
    expect(await stage.redis.exists(delivery(first))).toBe(0)
    expect(await stage.redis.exists(delivery(second))).toBe(1)
  })
})

describe('claiming', () => {
  test('is for one worker at a time, until the claim runs out', async () => {
    const id = await accepted('evt_1')
    const take = () => stage.deliveries.take(EP, 10_000, UNLIMITED)
    const taken = await Promise.all([take(), take(), take()])
    expect(taken.flatMap(({ claims }) => claims)).toHaveLength(1)
    stage.clock.ms += 9_999
    expect((await take()).claims).toEqual([])
    stage.clock.ms += 1
    expect((await take()).claims).toMatchObject([
      { deliveryId: id, until: stage.clock.ms + 10_000, attempts: 0 },
    ])
  })

  test('is refused when the delivery has ended, its time has not come, or there is none', async () => {
    const id = await accepted('evt_1')
    const next = stage.clock.ms + 5_000
    await stage.record(EP, await claimed(id), {
      status: 'retrying',
      attempt: attempt(1, 500),
      error: attempt(1, 500).error,
      nextAttemptAt: next,
      health: 'down',
    })
    expect(await stage.claim(EP, id, 10_000)).toBeNull()
    stage.clock.ms = next
    const claim = await claimed(id)
    expect(claim.attempts).toBe(1)
    await stage.record(EP, claim, succeeded(2))
    expect(await stage.claim(EP, id, 10_000)).toBeNull()
    expect(await stage.claim(EP, 'dlv_none', 10_000)).toBeNull()
  })

  test('can be given back, and keeps its place', async () => {
    const [first, second] = [await accepted('evt_1'), await accepted('evt_2')]
    const { due, retries } = stage.keys.endpoint(EP)
    const before = await stage.redis.zrange(due, '0', '-1', 'WITHSCORES')
    const mine = await claimed(first)
    stage.clock.ms += 60_000
    // A claim of somebody else's is not given back.
    await stage.deliveries.release(EP, [{ ...mine, until: mine.until + 1 }])
    expect(await stage.redis.zrange(due, '0', '-1')).toEqual([second])
    await stage.deliveries.release(EP, [mine])
    expect(await stage.redis.zrange(due, '0', '-1', 'WITHSCORES')).toEqual(before)
    expect(await claimed(first)).toMatchObject({ attempts: 0 })

    // What waits for another attempt waits among the retries.
    const next = stage.clock.ms + 1_000
    const error = attempt(1, 500).error
    const again = { status: 'retrying' as const, attempt: attempt(1, 500), error, nextAttemptAt: next }
    await stage.record(EP, await claimed(second), { ...again, health: 'down' })
    stage.clock.ms = next + 5_000
    await stage.deliveries.release(EP, [await claimed(second)])
    expect(await stage.redis.zrange(retries, '0', '-1', 'WITHSCORES')).toEqual([second, String(next)])
  })
})

describe('recording', () => {
  test('shows every attempt, and what the endpoint’s health is', async () => {
    const id = await accepted('evt_1')
    const first = stage.clock.ms
    await stage.record(EP, await claimed(id), {
      status: 'retrying',
      attempt: attempt(1, 503),
      error: attempt(1, 503).error,
      nextAttemptAt: stage.clock.ms + 1_000,
      health: 'down',
    })
    expect(await statusOf(id)).toBe('retrying')
    expect(await stage.reader.health(EP)).toMatchObject({
      failing_since: new Date(first).toISOString(),
      failures: 1,
    })
    stage.clock.ms += 1_000
    await stage.record(EP, await claimed(id), succeeded(2))
    const delivery = await stage.reader.get(id, [EP])
    expect(delivery).toMatchObject({ status: 'succeeded', error: null, next_attempt_at: null })
    expect(delivery?.attempts.map(({ number, response }) => [number, response?.status])).toEqual([
      [1, 503],
      [2, 200],
    ])
    expect(await stage.reader.health(EP)).toEqual({
      failing_since: null,
      failures: 0,
      last_success_at: new Date(stage.clock.ms).toISOString(),
      next_try_at: null,
    })
  })

  test('keeps the body once, and another one beside it where there is one', async () => {
    const id = await accepted('evt_1')
    const bodies = ['{"a":1}', '{"a":1}', '{"b":"\\n"}', '{"a":1}']
    for (const [i, body] of bodies.entries()) {
      const made = attempt(i + 1, 500)
      const again: Ending = {
        status: 'retrying',
        attempt: { ...made, request: { headers: {}, body } },
        error: made.error,
        nextAttemptAt: stage.clock.ms,
        health: 'down',
      }
      await stage.record(EP, await claimed(id), again)
    }
    const shown = (await stage.reader.get(id, [EP]))?.attempts.map(({ request }) => request.body)
    expect(shown).toEqual(bodies)
    const kept = await stage.redis.lrange(stage.keys.endpoint(EP).attempts(id), 0, -1)
    expect(kept.filter((text) => text.includes('"a":1'))).toEqual([])
  })

  test('by a worker whose claim was taken over keeps the attempt, and only a success decides', async () => {
    const id = await accepted('evt_1')
    const slow = await claimed(id)
    stage.clock.ms += 10_000
    expect((await stage.othersDeliveries.take(EP, 10_000, UNLIMITED)).claims).toHaveLength(1)
    const failed: Ending = {
      status: 'failed',
      attempt: attempt(1, 500),
      error: attempt(1, 500).error,
      nextAttemptAt: null,
      health: 'down',
    }
    expect(await stage.record(EP, slow, failed)).toBe('OVERTAKEN')
    expect(await stage.reader.get(id, [EP])).toMatchObject({ status: 'pending', attempts: [{ number: 1 }] })
    expect(await stage.record(EP, slow, succeeded(2))).toBe('OK')
    expect(await statusOf(id)).toBe('succeeded')
  })

  test.each([
    ['retrying', 'succeeded'],
    ['failed', 'succeeded'],
    ['succeeded', 'retrying'],
  ] as const)(
    'of two attempts of one delivery at a time, %s and %s, leaves it in one list',
    async (...ends) => {
      const id = await accepted('evt_1')
      const { delivery, due, busy, retries, status } = stage.keys.endpoint(EP)
      // One that has been sent before: Redis loses that it is claimed, and it is claimed once more.
      const { attempt: made, ...again } = endingOf('retrying', 1)
      await stage.record(EP, await claimed(id), { ...again, attempt: made })
      stage.clock.ms += 60_000
      const before = await stage.redis.get(delivery(id))
      const first = await claimed(id)
      await stage.redis.set(delivery(id), before ?? '')
      await stage.redis.zrem(busy, id)
      await stage.redis.zadd(due, stage.clock.ms, id)
      const second = await claimed(id)
      await stage.deliveries.record(EP, [
        { claim: first, ending: endingOf(ends[0], 2) },
        { claim: second, ending: endingOf(ends[1], 2) },
      ])
      const found = (await stage.reader.get(id, [EP]))?.status
      const lists = await Promise.all(
        DELIVERY_STATUSES.map(async (name) => ((await stage.redis.zscore(status(name), id)) ? [name] : [])),
      )
      expect(lists.flat()).toEqual([found])
      expect(found).toBe('succeeded')
      for (const list of [due, busy, retries]) expect(await stage.redis.zscore(list, id)).toBeNull()
    },
  )

  test('expires what has ended, and never what has not', async () => {
    const done = await accepted('evt_1')
    const waiting = await accepted('evt_2')
    await stage.record(EP, await claimed(done), succeeded())
    const endpoint = stage.keys.endpoint(EP)
    expect(await stage.redis.pttl(endpoint.delivery(done))).not.toBe(-1)
    expect(await stage.redis.pttl(endpoint.attempts(done))).not.toBe(-1)
    expect(await stage.redis.pttl(endpoint.delivery(waiting))).toBe(-1)
    stage.clock.ms += 8 * 86_400_000
    expect(await stage.bounds.keep(EP)).toBe(1)
    expect(await inStatus('succeeded')).toEqual([])
    expect(await inStatus('pending')).toEqual([waiting])
  })
})

test('what nobody takes is overdue after its grace, and so is what a dead worker held', async () => {
  const id = await accepted('evt_1')
  expect(await stage.deliveries.isOverdue(EP, 5_000)).toBe(false)
  stage.clock.ms += 5_000
  expect(await stage.deliveries.isOverdue(EP, 5_000)).toBe(true)
  await claimed(id)
  expect(await stage.deliveries.isOverdue(EP, 5_000)).toBe(false)
  stage.clock.ms += 15_000
  expect(await stage.deliveries.isOverdue(EP, 5_000)).toBe(true)
})
