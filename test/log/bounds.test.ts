import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createDeliveryBounds } from '../../src/log/bound-deliveries.ts'
import { createRequeue } from '../../src/log/requeue-deliveries.ts'
import type { Attempt } from '../../src/types.ts'
import { createStage, type Stage } from '../support/stage.ts'

const EP = 'ep_test'
const DAY_MS = 86_400_000
const attempt = (number: number): Attempt => ({
  number,
  at: '2026-03-01T12:00:00.000Z',
  duration_ms: 5,
  url: 'https://example.com/',
  request: { headers: {}, body: '{}' },
  response: { status: 200, headers: {}, body: '' },
  error: null,
})

let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})
afterEach(() => stage.close())

const boundsOf = (keptEnded: number) => createDeliveryBounds({ ...stage, retentionMs: 7 * DAY_MS, keptEnded })

/** A delivery a millisecond, of two attempts; every third succeeded, failed, or was skipped. */
async function ended(count: number, prefix = 'evt'): Promise<string[]> {
  const ids: string[] = []
  for (let i = 0; i < count; i++) {
    stage.clock.ms += 1
    const event = {
      eventId: `${prefix}_${i}`,
      eventType: 'user.created' as const,
      sourceId: 'src_a',
      streamId: '1-1',
    }
    const status = (['succeeded', 'failed', 'skipped'] as const)[i % 3] ?? 'failed'
    const [id = ''] = await stage.deliveries.accept(EP, [event])
    const ends = [
      { status: 'retrying', nextAttemptAt: stage.clock.ms },
      { status, nextAttemptAt: null },
    ] as const
    for (const [made, end] of ends.entries()) {
      const claim = await stage.claim(EP, id, 1_000)
      if (claim === null) throw new Error('It can be claimed.')
      await stage.record(EP, claim, { ...end, attempt: attempt(made + 1), error: null, health: null })
    }
    ids.push(id)
  }
  return ids
}

async function waiting(eventId: string): Promise<string> {
  const event = { eventId, eventType: 'user.created' as const, sourceId: 'src_a', streamId: '1-1' }
  return (await stage.deliveries.accept(EP, [event]))[0] ?? ''
}

const recordsOf = async (ids: readonly string[]) => {
  const { delivery, attempts } = stage.keys.endpoint(EP)
  return stage.redis.exists(...ids.flatMap((id) => [delivery(id), attempts(id)]))
}
const listed = async () =>
  (
    await stage.reader.list({
      endpointIds: [EP],
      status: null,
      ofType: null,
      before: null,
      since: null,
      until: null,
      limit: 250,
    })
  ).data.map(({ id }) => id)

describe('the bound by number', () => {
  test('lets the events of backfills go with their deliveries, and no others', async () => {
    const own = stage.keys.source(EP)
    const ids: string[] = []
    for (const sourceId of [EP, 'src_a', EP]) {
      const eventId = `evt_${ids.length}`
      const streamId = await stage.emit(sourceId, eventId)
      const event = { eventId, eventType: 'user.created' as const, sourceId, streamId }
      const [id = ''] = await stage.deliveries.accept(EP, [event])
      const claim = await stage.claim(EP, id, 1_000)
      if (claim === null) throw new Error('A new delivery can be claimed.')
      const { attempt: made, ...ended } = {
        attempt: attempt(1),
        error: null,
        nextAttemptAt: null,
        health: null,
      }
      await stage.record(EP, claim, { status: 'succeeded', attempt: made, ...ended })
      stage.clock.ms += 1
      ids.push(id)
    }
    await boundsOf(1).keep(EP)
    expect(await listed()).toEqual([ids[2]])
    expect(await stage.redis.xlen(own.outbox)).toBe(1)
    expect(await stage.redis.hkeys(own.eventIndex)).toEqual(['evt_2'])
    expect(await stage.redis.xlen(stage.keys.source('src_a').outbox)).toBe(1)
  })

  test('lets go what has succeeded before what has not, the oldest first, and none that waits', async () => {
    const oldest = await waiting('evt_waits')
    const ids = await ended(60)
    const succeeded = (_: string, i: number) => i % 3 === 0
    const others = (_: string, i: number) => i % 3 !== 0
    const bounds = boundsOf(50)
    expect(await bounds.keep(EP)).toBe(10)
    const went = ids.filter(succeeded).slice(0, 10)
    expect(await listed()).toEqual([...ids.filter((id) => !went.includes(id)).reverse(), oldest])
    expect(await recordsOf(went)).toBe(0)
    expect(await recordsOf(ids)).toBe(100)
    expect(await bounds.keep(EP)).toBe(0)
    // Younger than the youngest that went.
    const created = Date.parse((await stage.reader.get(ids[28] ?? '', [EP]))?.created_at ?? '')
    expect(await bounds.completeSince(EP)).toBe(created)

    // A tenth of what is kept stays of it: the rest are the oldest of all that there is.
    expect(await boundsOf(20).keep(EP)).toBe(30)
    const left = [...ids.filter(succeeded).slice(-2), ...ids.filter(others).slice(-18)]
    expect(await listed()).toEqual([...ids.filter((id) => left.includes(id)).reverse(), oldest])
  })

  test('goes on in steps where there are very many', async () => {
    const ids = await ended(600)
    expect(await boundsOf(100).keep(EP)).toBe(500)
    expect(await recordsOf(ids)).toBe(200)
  })

  test('does not take one that is queued again in the same moment', async () => {
    const ids = await ended(30)
    const requeue = createRequeue(stage)
    const again = ids.slice(10, 20)
    // Between the look at the lists and the deletion.
    const redis = {
      hget: stage.redis.hget.bind(stage.redis),
      zcard: stage.redis.zcard.bind(stage.redis),
      callBuffer: async (...args: Parameters<Stage['redis']['callBuffer']>) => {
        if (args.includes(stage.keys.endpoint(EP).bounds))
          await requeue(EP, again, { from: ['succeeded', 'failed', 'skipped'] })
        return stage.redis.callBuffer(...args)
      },
    } as Stage['redis']
    const bounds = createDeliveryBounds({ ...stage, redis, retentionMs: 7 * DAY_MS, keptEnded: 0 })
    expect(await bounds.keep(EP)).toBe(20)
    const left = await listed()
    expect(left).toEqual([...again].reverse())
    expect(await recordsOf(left)).toBe(left.length * 2)
    for (const id of left) expect(await stage.reader.get(id, [EP])).toMatchObject({ status: 'pending' })
    const due = await stage.redis.zrange(stage.keys.endpoint(EP).due, '0', '-1')
    expect(due.sort()).toEqual(left.sort())
  })
})

describe('the bound by age', () => {
  test('takes what is too old out of the lists, and none that waits', async () => {
    const oldest = await waiting('evt_waits')
    await ended(700)
    stage.clock.ms += 7 * DAY_MS + 1_000
    const fresh = await ended(3, 'evt_fresh')
    expect(await stage.bounds.keep(EP)).toBe(700)
    expect(await listed()).toEqual([...fresh.reverse(), oldest])
    expect(await stage.bounds.completeSince(EP)).toBe(stage.clock.ms - 7 * DAY_MS)
  })
})

test('a delivery keeps its newest fifty attempts, with their numbers', async () => {
  const id = await waiting('evt_1')
  const requeue = createRequeue(stage)
  for (let number = 1; number <= 60; number++) {
    const claim = await stage.claim(EP, id, 1_000)
    if (claim === null) throw new Error('It can be claimed.')
    expect(claim).toMatchObject({ attempts: number - 1, scheduled: 0 })
    await stage.record(EP, claim, {
      status: 'succeeded',
      attempt: attempt(number),
      error: null,
      nextAttemptAt: null,
      health: null,
    })
    await requeue(EP, [id], { from: ['succeeded'] })
  }
  const { attempts } = (await stage.reader.get(id, [EP])) ?? { attempts: [] }
  expect(attempts.map(({ number }) => number)).toEqual(Array.from({ length: 50 }, (_, i) => i + 11))
})
