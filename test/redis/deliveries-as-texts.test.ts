import { afterEach, beforeEach, expect, test } from 'vitest'
import { deliveryId } from '../../src/ids.ts'
import { MIGRATIONS } from '../../src/redis/layout.ts'
import type { DeliveryStatus } from '../../src/types.ts'
import { createStage, type Stage } from '../support/stage.ts'

const EP = 'ep_test'
let stage: Stage
beforeEach(async () => {
  stage = await createStage()
  await stage.redis.hset(stage.keys.endpoints, EP, '{}')
})
afterEach(() => stage.close())

const migrate = () => MIGRATIONS[1]?.({ redis: stage.redis, keys: stage.keys })
const hashOf = (id: string) => `${stage.keys.prefix}:{${EP}}:d:${id}`
const made = (number: number, body?: string) => ({
  number,
  at: '2026-11-23T10:00:00.000Z',
  duration_ms: 5,
  url: 'https://example.com/',
  request: { headers: {}, ...(body === undefined ? {} : { body }) },
  response: { status: 500, headers: {}, body: 'no' },
  error: { code: 'http_status', message: 'It answered 500.' },
})

/** A delivery as layout 1 kept it. */
async function old(
  eventId: string,
  status: DeliveryStatus,
  fields: Record<string, string>,
  attempts: string[] = [],
): Promise<string> {
  const { redis, keys } = stage
  const id = deliveryId(eventId, EP)
  const created = stage.clock.ms++
  const plain = { s: status, e: eventId, t: 'user.created', o: 'src_a', m: '1-1', c: String(created) }
  await redis.hset(hashOf(id), { ...plain, n: String(attempts.length), ...fields })
  if (attempts.length > 0) await redis.rpush(keys.endpoint(EP).attempts(id), ...attempts)
  await redis.zadd(keys.endpoint(EP).status(status), created, id)
  return id
}

const shown = (id: string) => stage.reader.get(id, [EP])

test('deliveries of layout 1 are what they were, however often the migration breaks off', async () => {
  const error = { code: 'http_status', message: 'It answered 500.' }
  const retrying = await old(
    'evt_1',
    'retrying',
    { x: '1900000000000', err: JSON.stringify(error), q: 'a\nb' },
    [JSON.stringify(made(1)), `${JSON.stringify(made(2))}\nother`],
  )
  const waiting = await old('evt_2', 'pending', { x: String(stage.clock.ms), k: 'gone', ku: '5' })
  const ended = await old('evt_3', 'succeeded', { b: '1', r: 'run' }, [JSON.stringify(made(1, ''))])
  await stage.redis.pexpire(hashOf(ended), 60_000)
  const tested = await old('evt_4', 'failed', { test: '{"data":{"user":{"user_id":"u"}}}', o: '', m: '' }, [
    JSON.stringify(made(1, '')),
  ])
  await stage.redis.hdel(hashOf(tested), 'o', 'm')
  await stage.redis.zadd(stage.keys.endpoint(EP).due, stage.clock.ms, waiting)

  await migrate()
  await migrate()
  for (const id of [retrying, waiting, ended, tested]) expect(await stage.redis.exists(hashOf(id))).toBe(0)
  expect(await shown(retrying)).toMatchObject({
    status: 'retrying',
    event_id: 'evt_1',
    error,
    next_attempt_at: '2030-03-17T17:46:40.000Z',
    attempts: [
      { number: 1, request: { body: 'a\nb' } },
      { number: 2, request: { body: 'other' } },
    ],
  })
  expect(await shown(tested)).toMatchObject({ status: 'failed', user_id: 'u', attempts: [{ number: 1 }] })
  expect(await shown(ended)).toMatchObject({ status: 'succeeded', next_attempt_at: null, attempts: [{}] })
  expect(await stage.redis.pttl(stage.keys.endpoint(EP).delivery(ended))).toBeGreaterThan(0)
  expect(await stage.redis.pttl(stage.keys.endpoint(EP).delivery(waiting))).toBe(-1)

  // And it goes on: the claim of who is gone has run out.
  const { claims } = await stage.deliveries.take(EP, 60_000, { room: 10, atOnce: 10, rate: null })
  expect(claims).toMatchObject([{ deliveryId: waiting, attempts: 0, eventId: 'evt_2', streamId: '1-1' }])
})

test('more than one step of them', async () => {
  const ids: string[] = []
  for (let i = 0; i < 600; i++) ids.push(await old(`evt_${i}`, 'succeeded', {}))
  await migrate()
  const there = await Promise.all(ids.map(shown))
  expect(there.map((one) => one?.event_id)).toEqual(ids.map((_, i) => `evt_${i}`))
})

test('what was claimed by layout 2 is taken when the claim has run out, and recorded as it is', async () => {
  const { redis, keys, clock } = stage
  const [id = ''] = await stage.deliveries.accept(EP, [
    { eventId: 'evt_1', eventType: 'user.created', sourceId: 'src_a', streamId: '1-1' },
  ])
  const { delivery, due, busy } = keys.endpoint(EP)
  const text = (await redis.get(delivery(id))) ?? ''
  await redis.set(delivery(id), `somebody ${clock.ms + 1_000}${text.slice(1)}`)
  await redis.zrem(due, id)
  await redis.zadd(busy, clock.ms + 1_000, id)
  await MIGRATIONS[2]?.({ redis, keys })

  const take = async () =>
    (await stage.deliveries.take(EP, 20_000, { room: 10, atOnce: 10, rate: null })).claims
  expect(await take()).toEqual([])
  clock.ms += 1_000
  const [claim] = await take()
  if (claim === undefined) throw new Error('nothing was taken')
  const attempt = { ...made(1), request: { headers: {}, body: '' }, response: null, error: null }
  await stage.record(EP, claim, {
    status: 'succeeded',
    attempt,
    error: null,
    nextAttemptAt: null,
    health: 'up',
  })
  expect(await shown(id)).toMatchObject({ status: 'succeeded', attempts: [{ number: 1 }] })
})
