import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { BREAKER, type Claim, type Ending, type TakeLimits } from '../../src/log/deliveries.ts'
import { createRequeue } from '../../src/log/requeue-deliveries.ts'
import type { Attempt } from '../../src/types.ts'
import { createStage, type Stage } from '../support/stage.ts'

const EP = 'ep_test'
let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})
afterEach(() => stage.close())

async function accept(count: number, name = 'evt'): Promise<string[]> {
  const events = Array.from({ length: count }, (_, i) => ({
    eventId: `${name}_${i}`,
    eventType: 'user.created' as const,
    sourceId: 'src_a',
    streamId: '1-1',
  }))
  return stage.deliveries.accept(EP, events)
}

const take = (over: Partial<TakeLimits> = {}) =>
  stage.deliveries.take(EP, 20_000, { room: 100, atOnce: 50, rate: null, ...over })

/** An attempt of which nothing but its length matters. */
const attemptOf = (tookMs: number): Attempt => ({
  number: 1,
  at: new Date(stage.clock.ms).toISOString(),
  duration_ms: tookMs,
  url: 'https://example.com',
  request: { headers: {}, body: '{}' },
  response: null,
  error: null,
})

const ending = (health: Ending['health'], retryMs: number | null = null): Ending => ({
  status: health === 'up' ? 'succeeded' : retryMs === null ? 'failed' : 'retrying',
  attempt: null,
  error: null,
  nextAttemptAt: retryMs === null ? null : stage.clock.ms + retryMs,
  health,
})
const recordAll = (claims: readonly Claim[], health: Ending['health'], retryMs: number | null = null) =>
  stage.deliveries.record(
    EP,
    claims.map((claim) => ({ claim, ending: ending(health, retryMs) })),
  )

describe('requests at a time', () => {
  test('are bounded for all workers together, and made room for by what ends', async () => {
    await accept(100)
    const [first, second] = await Promise.all([take(), take()])
    expect(first.claims.length + second.claims.length).toBe(50)
    expect(await take()).toEqual({ claims: [], waitMs: null, limited: true })
    await recordAll([...first.claims, ...second.claims].slice(0, 10), 'up')
    expect((await take()).claims).toHaveLength(10)
  })

  test('of a worker that died are free again when its claims have run out', async () => {
    const ids = await accept(50)
    await take()
    stage.clock.ms += 19_999
    expect((await take()).claims).toEqual([])
    stage.clock.ms += 1
    expect((await take()).claims.map(({ deliveryId }) => deliveryId).sort()).toEqual(ids.sort())
  })
})

describe('the order', () => {
  const order = async (room: number) => (await take({ room })).claims.map(({ deliveryId }) => deliveryId)

  test('is that of when they were due, also of what a worker that died had held', async () => {
    const ids: string[] = []
    for (let i = 0; i < 4; i++) {
      ids.push(...(await accept(1, `evt${i}`)))
      stage.clock.ms += 1_000
    }
    expect(await order(2)).toEqual(ids.slice(0, 2))
    stage.clock.ms += 20_000
    expect(await order(4)).toEqual(ids)
  })

  test('puts what a person asks for before everything that waits, and a walk behind it', async () => {
    const done = await accept(3, 'done')
    await recordAll((await take()).claims, 'up')
    stage.clock.ms += 1_000
    const backlog = await accept(3, 'backlog')
    stage.clock.ms += 60_000
    const [walked = '', wanted = ''] = done
    await createRequeue(stage)(EP, [walked], { from: ['succeeded'], run: 'walk' })
    await createRequeue(stage)(EP, [wanted], { from: ['succeeded'] })
    const [first, ...others] = await order(10)
    expect(first).toBe(wanted)
    expect(others.at(-1)).toBe(walked)
    expect(others.slice(0, 3).sort()).toEqual(backlog.sort())
  })
})

test('what is due in a moment is told, for the wake may have come early', async () => {
  await accept(1)
  await recordAll((await take()).claims, 'down', 3_000)
  stage.clock.ms += 2_900
  expect(await take()).toEqual({ claims: [], waitMs: 100, limited: false })
})

test('an endpoint that is gone is sent nothing, and what waits for it can be ended', async () => {
  await accept(10)
  const { claims } = await take({ room: 1 })
  await recordAll(claims, 'gone')
  expect((await take()).claims).toEqual([])
  expect((await take({ unsent: true })).claims).toHaveLength(9)
})

describe('the lanes', () => {
  test('share the room, and neither waits for the other to be empty', async () => {
    await accept(1_000, 'old')
    for (let i = 0; i < 20; i++) await recordAll((await take()).claims, 'down', 1_000)
    stage.clock.ms += 1_000
    const fresh = await accept(1_000, 'fresh')
    const { claims } = await take({ room: 40 })
    const ofFresh = claims.filter(({ deliveryId }) => fresh.includes(deliveryId))
    expect(claims).toHaveLength(40)
    expect(ofFresh.length).toBe(30)
  })

  test('take turns where there is room for one', async () => {
    await accept(40, 'old')
    await recordAll((await take()).claims, 'down', 0)
    await accept(40, 'fresh')
    const attempts: number[] = []
    for (let i = 0; i < 40; i++) {
      const { claims } = await take({ room: 1 })
      attempts.push(claims[0]?.attempts ?? -1)
      await recordAll(claims, 'up')
      stage.clock.ms++
    }
    const retried = await stage.redis.zcard(stage.keys.endpoint(EP).retries)
    expect(40 - retried).toBe(10)
  })

  test('leave no room unused where one of them is empty', async () => {
    await accept(40)
    const { claims } = await take()
    expect(claims).toHaveLength(40)
    await recordAll(claims, 'down', 0)
    expect((await take()).claims).toHaveLength(40)
  })
})

describe('the rate limit', () => {
  test('lets one second’s deliveries through at once, and then as many as it says', async () => {
    await accept(100)
    const counts: number[] = []
    for (let ms = 0; ms < 3_000; ms += 100) {
      const { claims } = await take({ rate: 10 })
      counts.push(claims.length)
      await recordAll(claims, 'up')
      stage.clock.ms += 100
    }
    expect(counts[0]).toBe(10)
    expect(counts.slice(1).reduce((sum, n) => sum + n, 0)).toBe(29)
    expect(Math.max(...counts.slice(1))).toBe(1)
  })

  test('says when there may be more, also where it is less than one a second', async () => {
    await accept(3)
    expect((await take({ rate: 0.5 })).claims).toHaveLength(1)
    expect(await take({ rate: 0.5 })).toEqual({ claims: [], waitMs: 2_000, limited: false })
    stage.clock.ms += 2_000
    expect((await take({ rate: 0.5 })).claims).toHaveLength(1)
  })

  test('is of no account for what is not sent', async () => {
    await accept(60)
    expect((await take({ rate: 1, unsent: true })).claims).toHaveLength(60)
  })
})

describe('the breaker', () => {
  const fail = async () => recordAll((await take({ room: 1 })).claims, 'unanswered', 600_000)

  test('opens when nobody answers, and lets one at a time through after a while, less and less often', async () => {
    await accept(100)
    for (let i = 0; i < BREAKER.failures; i++) await fail()
    const waits: (number | null)[] = []
    for (let i = 0; i < 9; i++) {
      const { claims, waitMs } = await take()
      expect(claims).toEqual([])
      waits.push(waitMs)
      stage.clock.ms += waitMs ?? 0
      const probe = await take()
      expect(probe.claims).toHaveLength(1)
      // While it is under way, nothing else is sent.
      expect(await take()).toEqual({ claims: [], waitMs: null, limited: true })
      await recordAll(probe.claims, 'unanswered', 600_000)
    }
    expect(waits).toEqual([5_000, 10_000, 20_000, 25_000, 25_000, 25_000, 25_000, 25_000, 25_000])
  })

  test('looks with what has not been tried yet, so that no delivery uses up its short waits', async () => {
    await accept(20)
    for (let i = 0; i < BREAKER.failures; i++) {
      await recordAll((await take({ room: 1 })).claims, 'unanswered', 1)
    }
    for (let look = 0; look < 6; look++) {
      stage.clock.ms += 30_000
      // Where a room of one would be for a retry.
      stage.clock.ms += 3 - (stage.clock.ms % 4)
      const { claims } = await take()
      expect(claims.map(({ eventId }) => eventId)).toEqual([`evt_${BREAKER.failures + look}`])
      await recordAll(claims, 'unanswered', 1)
    }
  })

  test('counts its wait from the beginning of an attempt that hung, so that an endpoint that is back is found soon', async () => {
    await accept(100)
    const hang = async (tookMs: number) => {
      const { claims } = await take({ room: 1 })
      stage.clock.ms += tookMs
      const hung = { ...ending('unanswered', 600_000), attempt: attemptOf(tookMs) }
      await stage.deliveries.record(
        EP,
        claims.map((claim) => ({ claim, ending: hung })),
      )
    }
    for (let i = 0; i < BREAKER.failures; i++) await hang(15_000)
    const waits: (number | null)[] = []
    for (let i = 0; i < 6; i++) {
      const { waitMs } = await take()
      waits.push(waitMs)
      stage.clock.ms += waitMs ?? 0
      await hang(15_000)
    }
    expect(waits).toEqual([5_000, 5_000, 5_000, 10_000, 10_000, 10_000])
  })

  test('closes with any answer, also one that refuses', async () => {
    for (const answer of ['up', 'down'] as const) {
      await accept(100, answer)
      for (let i = 0; i < BREAKER.failures; i++) await fail()
      stage.clock.ms += 5_000
      await recordAll((await take()).claims, answer)
      const { claims } = await take()
      expect(claims.length).toBe(50)
      await recordAll(claims, 'up')
    }
  })

  test('is opened once by what was under way together', async () => {
    await accept(100)
    await recordAll((await take()).claims, 'unanswered', 600_000)
    expect((await take()).waitMs).toBe(5_000)
  })

  test('does not count failures that an answer lies between', async () => {
    await accept(100)
    for (let i = 0; i < 20; i++) {
      await recordAll((await take({ room: 1 })).claims, i % 5 === 4 ? 'down' : 'unanswered', 600_000)
    }
    expect((await take()).claims.length).toBe(50)
  })

  test('gives way to a person who wants one sent now', async () => {
    const [id = ''] = await accept(100)
    for (let i = 0; i < BREAKER.failures; i++) await fail()
    expect((await take()).claims).toEqual([])
    await createRequeue(stage)(EP, [id], { from: ['pending', 'retrying'] })
    expect((await take()).claims).toHaveLength(1)
  })
})

describe('what a process that has died had claimed', () => {
  test('holds up nothing once its claims have run out, however much it was', async () => {
    await accept(400)
    for (let i = 0; i < 4; i++) {
      expect((await take({ own: i * 100, atOnce: 400 })).claims).toHaveLength(100)
    }
    stage.clock.ms += 20_000
    expect((await take({ atOnce: 50 })).claims).toHaveLength(50)
  })

  test('is sent in the order in which it came, and so is what is given back', async () => {
    const eventIds = Array.from({ length: 40 }, (_, i) => `evt_${i}`)
    await accept(40)
    expect((await take({ room: 15 })).claims).toHaveLength(15)
    stage.clock.ms += 20_000
    const { claims } = await take()
    expect(claims.map(({ eventId }) => eventId)).toEqual(eventIds)
    await stage.deliveries.release(EP, claims.slice(5, 25).reverse())
    const again = await take({ atOnce: 100 })
    expect(again.claims.map(({ eventId }) => eventId)).toEqual(eventIds.slice(5, 25))
  })
})

test('what is recovered is sent in the order in which it is walked through', async () => {
  const ids = await accept(40)
  await recordAll((await take()).claims, 'down')
  stage.clock.ms += 1_000
  await createRequeue(stage)(EP, ids, { from: ['failed'], run: 'run_1' })
  expect((await take()).claims.map(({ deliveryId }) => deliveryId)).toEqual(ids)
})
