import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createReadPlaces, type DeliveryPlace, type PlaceQuery } from '../../src/log/delivery-places.ts'
import { DELIVERY_STATUSES } from '../../src/log/delivery-record.ts'
import { BUDGET, createDeliveryReader, type DeliveryQuery } from '../../src/log/read-deliveries.ts'
import type { EventType } from '../../src/types.ts'
import { createStage, type Stage } from '../support/stage.ts'

const EP = 'ep_test'
let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})
afterEach(() => stage.close())

const everything: DeliveryQuery = {
  endpointIds: [EP],
  status: null,
  ofType: null,
  before: null,
  since: null,
  until: null,
  limit: 50,
}
const idOf = (n: number) => `dlv_${String(n).padStart(32, '0')}`
const event = (n: number, eventType: EventType = 'user.created') => ({
  eventId: `evt_${n}`,
  eventType,
  sourceId: 'src_a',
  streamId: '1-1',
})

/** A Redis client that counts what is asked of it and what it answers. */
function counting() {
  const count = { calls: 0, looked: 0, places: 0 }
  const { redis } = stage
  const counted = {
    get: redis.get.bind(redis),
    lrange: redis.lrange.bind(redis),
    getrange: (...args: Parameters<typeof redis.getrange>) => {
      count.looked++
      return redis.getrange(...args)
    },
    callBuffer: async (...args: Parameters<typeof redis.callBuffer>) => {
      count.calls++
      const reply = await redis.callBuffer(...args)
      count.places += Array.isArray(reply) ? reply.length / 2 : 0
      return reply
    },
  } as unknown as Stage['redis']
  return { count, reader: createDeliveryReader({ redis: counted, keys: stage.keys, outbox: stage.outbox }) }
}

async function walk(
  list: (query: DeliveryQuery) => ReturnType<typeof stage.reader.list>,
  query: DeliveryQuery,
) {
  const ids: string[] = []
  const pages: number[] = []
  for (let before: DeliveryPlace | null = null; ; ) {
    const { data, next } = await list({ ...query, before })
    ids.push(...data.map(({ id }) => id))
    pages.push(data.length)
    if (next === null) return { ids, pages }
    before = next
  }
}

test('a page is what a sorted list would show, from any place, in either order', async () => {
  const readPlaces = createReadPlaces(stage)
  const entries = fc.uniqueArray(
    fc.record({ createdAt: fc.integer({ min: 1, max: 4 }), n: fc.nat(40), status: fc.nat(4) }),
    { selector: ({ n }) => n, maxLength: 40 },
  )
  const place = fc.option(fc.record({ createdAt: fc.integer({ min: 0, max: 5 }), id: fc.nat(41).map(idOf) }))
  const query = fc.record({
    order: fc.constantFrom<PlaceQuery['order']>('newest', 'oldest'),
    statuses: fc.subarray([...DELIVERY_STATUSES], { minLength: 1 }),
    since: fc.option(fc.integer({ min: 0, max: 5 })),
    until: fc.option(fc.integer({ min: 0, max: 5 })),
    after: place,
    limit: fc.integer({ min: 1, max: 12 }),
  })
  await fc.assert(
    fc.asyncProperty(entries, query, async (all, asked) => {
      const { status } = stage.keys.endpoint(EP)
      await stage.redis.del(DELIVERY_STATUSES.map(status))
      for (const { createdAt, n, status: at } of all)
        await stage.redis.zadd(status(DELIVERY_STATUSES[at] ?? 'failed'), createdAt, idOf(n))
      const compare = (a: DeliveryPlace, b: DeliveryPlace) =>
        (a.createdAt - b.createdAt || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)) *
        (asked.order === 'newest' ? -1 : 1)
      const expected = all
        .filter((one) => asked.statuses.includes(DELIVERY_STATUSES[one.status] ?? 'failed'))
        .map(({ createdAt, n }) => ({ createdAt, id: idOf(n) }))
        .filter(({ createdAt }) => asked.since === null || createdAt >= asked.since)
        .filter(({ createdAt }) => asked.until === null || createdAt <= asked.until)
        .filter((one) => asked.after === null || compare(one, asked.after) > 0)
        .sort(compare)
        .slice(0, asked.limit)
      expect(await readPlaces(EP, asked)).toEqual(expected)
    }),
    { numRuns: 300 },
  )
})

test('100,000 deliveries of one millisecond: any page, in either order', async () => {
  const readPlaces = createReadPlaces(stage)
  const at = stage.clock.ms
  for (let from = 0; from < 100_000; from += 1_000) {
    for (const [i, status] of (['failed', 'succeeded'] as const).entries()) {
      const some = Array.from({ length: 500 }, (_, j) => [at, idOf(from + 2 * j + i)]).flat()
      await stage.redis.zadd(stage.keys.endpoint(EP).status(status), ...(some as [number, string]))
    }
  }
  const page = (order: PlaceQuery['order'], n: number) =>
    readPlaces(EP, {
      order,
      statuses: DELIVERY_STATUSES,
      since: at,
      until: at,
      after: { createdAt: at, id: idOf(n) },
      limit: 250,
    })
  for (const n of [99_999, 50_000, 251, 10, 0]) {
    const older = Array.from({ length: Math.min(250, n) }, (_, i) => idOf(n - 1 - i))
    expect((await page('newest', n)).map(({ id }) => id)).toEqual(older)
    const newer = Array.from({ length: Math.min(250, 99_999 - n) }, (_, i) => idOf(n + 1 + i))
    expect((await page('oldest', n)).map(({ id }) => id)).toEqual(newer)
  }
})

test('a page of a thousand endpoints costs a few places of each', async () => {
  const endpointIds = Array.from({ length: 1_000 }, (_, i) => `ep_${i}`)
  const expected: string[] = []
  for (let round = 0; round < 3; round++) {
    for (const id of endpointIds) {
      stage.clock.ms++
      expected.push(...(await stage.deliveries.accept(id, [event(round)])))
    }
  }
  expected.reverse()
  const { count, reader } = counting()
  const query = { ...everything, endpointIds, limit: 250 }
  const first = await reader.list(query)
  expect(first.data.map(({ id }) => id)).toEqual(expected.slice(0, 250))
  expect(count.calls).toBeLessThan(2_000)
  expect(count.places).toBeLessThan(10_000)
  expect((await walk(reader.list, query)).ids).toEqual(expected)
  // Of one event, the same.
  const { data, next } = await reader.ofEvent('evt_1', query)
  expect(data.map(({ id }) => id)).toEqual(expected.slice(1_000, 1_250))
  expect(next).toEqual({ createdAt: Date.parse(data.at(-1)?.created_at ?? ''), id: data.at(-1)?.id })
})

test('a type that hardly ever comes costs a bounded part of the log at a time', async () => {
  const rare: string[] = []
  for (let i = 0; i < 30; i++) {
    const events = Array.from({ length: 200 }, (_, j) => event(i * 200 + j))
    await stage.deliveries.accept(EP, events)
    if (i % 10 === 0)
      rare.push(...(await stage.deliveries.accept(EP, [event(100_000 + i, 'source.failing')])))
    stage.clock.ms++
  }
  const { count, reader } = counting()
  const query = { ...everything, ofType: (type: EventType) => type === 'source.failing' }
  await reader.list(query)
  expect(count.looked).toBeLessThanOrEqual(BUDGET)
  const { ids, pages } = await walk(reader.list, query)
  expect(ids).toEqual(rare.reverse())
  expect(pages.length).toBeGreaterThan(2)
  // And one page after another where pages are full.
  for (const limit of [1, 2, 3, 4]) expect((await walk(reader.list, { ...query, limit })).ids).toEqual(ids)
})

describe('a walk over the pages', () => {
  test('misses and repeats nothing while thousands arrive and change their status', async () => {
    const endpointIds = ['ep_a', 'ep_b', 'ep_c']
    const there = new Set<string>()
    for (let i = 0; i < 300; i++) {
      for (const id of endpointIds)
        for (const one of await stage.deliveries.accept(id, [event(i)])) there.add(one)
      if (i % 7 === 0) stage.clock.ms++
    }
    let going = true
    let arrived = 0
    const writers = endpointIds.map(async (id, lane) => {
      for (let i = 0; going; i++) {
        stage.clock.ms++
        const events = Array.from({ length: 10 }, (_, j) => event(1_000_000 + lane * 100_000 + i * 10 + j))
        const ids = await stage.deliveries.accept(id, events)
        arrived += ids.length
        const [old = ''] = await stage.redis.zrange(stage.keys.endpoint(id).due, '0', '0')
        for (const one of [...ids.slice(0, 3), old]) {
          const claim = await stage.claim(id, one, 60_000)
          if (claim === null) continue
          const status = (['succeeded', 'failed'] as const)[i % 2] ?? 'failed'
          await stage.record(id, claim, {
            status,
            attempt: null,
            error: null,
            nextAttemptAt: null,
            health: null,
          })
        }
      }
    })
    const { ids } = await walk(stage.reader.list, { ...everything, endpointIds, limit: 20 })
    going = false
    await Promise.all(writers)
    expect(arrived).toBeGreaterThan(100)
    expect(new Set(ids).size).toBe(ids.length)
    expect([...there].filter((id) => !ids.includes(id))).toEqual([])
  })
})
