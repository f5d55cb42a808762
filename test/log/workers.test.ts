import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { deliveryId } from '../../src/ids.ts'
import { type Claim, createDeliveryLog, type Ending } from '../../src/log/deliveries.ts'
import { DELIVERY_STATUSES, parseRecord } from '../../src/log/delivery-record.ts'
import { createEraseDeliveries } from '../../src/log/erase-deliveries.ts'
import { createRequeue } from '../../src/log/requeue-deliveries.ts'
import type { Attempt } from '../../src/types.ts'
import { createStage, type Stage } from '../support/stage.ts'

/** `npm run test:models` runs more. */
const RUNS = Number(process.env.MODEL_RUNS ?? 40)
/** How far the clock of each worker is off (ms). */
const CLOCKS = [0, 3, -3]
/** What has run out by one clock may be taken by another. */
const APART_MS = 6
const EVENTS = 5
const HOLD_MS = 100

const worker = fc.nat(CLOCKS.length - 1)
const some = fc.uniqueArray(fc.nat(EVENTS - 1), { minLength: 1, maxLength: 3 })
/** What workers and people do to the deliveries of one endpoint. `of` chooses among the claims that have no result yet. */
const step = fc.oneof(
  fc.record({ name: fc.constant('wait' as const), ms: fc.constantFrom(0, 1, 3, 20, 100, 101, 2_000) }),
  fc.record({ name: fc.constant('accept' as const), events: some, place: fc.constantFrom('1-0', '2-0') }),
  fc.record({ name: fc.constant('take' as const), worker, room: fc.integer({ min: 0, max: 4 }) }),
  fc.record({
    name: fc.constant('record' as const),
    of: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
    status: fc.constantFrom('succeeded' as const, 'retrying' as const, 'failed' as const),
    twice: fc.boolean(),
  }),
  fc.record({ name: fc.constant('release' as const), of: fc.nat(), again: fc.option(worker) }),
  fc.record({
    name: fc.constant('ask for' as const),
    events: some,
    from: fc.subarray([...DELIVERY_STATUSES], { minLength: 1 }),
    run: fc.option(fc.constantFrom('one', 'two'), { nil: undefined }),
  }),
  fc.record({ name: fc.constant('erase' as const), event: fc.nat(EVENTS - 1) }),
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

const attempt: Attempt = {
  number: 1,
  at: '2026-11-30T10:00:00.000Z',
  duration_ms: 5,
  url: 'https://example.com/',
  request: { headers: {}, body: '' },
  response: null,
  error: null,
}
const FAILED = { code: 'http_status', message: 'It answered 500.' } as const

let stage: Stage
let endpoints = 0
beforeAll(async () => {
  stage = await createStage()
})
afterAll(() => stage.close())

/** Several workers at one endpoint, and what must be true of it whatever they do. */
function createWorld() {
  const { redis, keys, clock } = stage
  const id = `ep_${++endpoints}`
  const endpoint = keys.endpoint(id)
  const logs = CLOCKS.map((off, holder) =>
    createDeliveryLog({ redis, keys, now: () => clock.ms + off, retentionMs: 7 * 86_400_000, holder }),
  )
  const requeue = createRequeue(stage)
  const erase = createEraseDeliveries(stage)
  const idOf = (event: number) => deliveryId(`evt_${event}`, id)
  /** Attempts that were recorded, by delivery; nothing of what there is not. */
  const made = new Map<string, number>()
  /** What has succeeded, and nobody has asked for since. */
  const arrived = new Set<string>()
  /** `erased`: the delivery was, and what has come under its id since is another one. */
  let held: { worker: number; claim: Claim; erased: boolean }[] = []
  let batches = 0

  const at = (of: number) => held[of % Math.max(1, held.length)]
  const logOf = (who: number) => logs[who] ?? stage.deliveries

  async function take(who: number, room: number): Promise<Claim[]> {
    // A process that takes a delivery twice within a millisecond, with a person between, would have one claim for both.
    clock.ms += 1
    const now = clock.ms + (CLOCKS[who] ?? 0)
    const { claims } = await logOf(who).take(id, HOLD_MS, { room, atOnce: 1_000, rate: null })
    for (const claim of claims) {
      const others = held.filter(
        (one) => one.claim.deliveryId === claim.deliveryId && one.worker !== who && !one.erased,
      )
      expect(Math.max(0, ...others.map((other) => other.claim.until))).toBeLessThanOrEqual(now + APART_MS)
      expect(arrived.has(claim.deliveryId)).toBe(false)
      // A process does not send again what it still has the result of (held-claims.ts).
      const own = held.some((one) => one.claim.deliveryId === claim.deliveryId && one.worker === who)
      if (!own) held.push({ worker: who, claim, erased: false })
    }
    return claims
  }

  async function record(of: readonly number[], status: 'succeeded' | 'retrying' | 'failed', twice: boolean) {
    const first = at(of[0] ?? 0)
    if (first === undefined) return
    const mine = [...new Set(of.map(at))].filter((one) => one?.worker === first.worker)
    const claims = mine.flatMap((one) => one?.claim ?? [])
    const failed = status === 'succeeded' ? null : FAILED
    const ending: Ending = {
      status,
      attempt: { ...attempt, error: failed },
      error: failed,
      nextAttemptAt: status === 'retrying' ? clock.ms + 50 : null,
      health: null,
    }
    const batch = { writer: `worker ${first.worker}`, number: ++batches }
    const results = claims.map((claim) => ({ claim, ending }))
    const { replies } = await logOf(first.worker).record(id, results, batch)
    if (twice) await logOf(first.worker).record(id, results, batch)
    for (const [i, { deliveryId: one }] of claims.entries()) {
      if (replies[i] === 'GONE') continue
      made.set(one, (made.get(one) ?? 0) + 1)
      if (status === 'succeeded') arrived.add(one)
    }
    held = held.filter((one) => !mine.includes(one))
  }

  async function checkOne(one: string): Promise<void> {
    const { due, retries, busy, status } = endpoint
    const lists = {
      due,
      retries,
      busy,
      ...Object.fromEntries(DELIVERY_STATUSES.map((name) => [name, status(name)])),
    }
    const [text, kept, left, ...scores] = await Promise.all([
      redis.get(endpoint.delivery(one)),
      redis.llen(endpoint.attempts(one)),
      redis.pttl(endpoint.delivery(one)),
      ...Object.values(lists).map((list) => redis.zscore(list, one)),
    ])
    const where = Object.keys(lists).filter((_, i) => scores[i] !== null)
    expect(text !== null).toBe(made.has(one))
    if (text === null) {
      expect([where, kept]).toEqual([[], 0])
      return
    }
    const found = parseRecord(text)
    const waits = { pending: 'due', retrying: 'retries', succeeded: null, failed: null, skipped: null }[
      found.status
    ]
    const allowed = waits === null ? [[found.status]] : [waits, 'busy'].map((list) => [list, found.status])
    expect(allowed).toContainEqual(where)
    expect(found.made).toBe(made.get(one))
    expect(kept + (found.firstAttempt === null ? 0 : 1)).toBe(found.made)
    expect(left > 0).toBe(waits === null)
    if (arrived.has(one)) expect(found.status).toBe('succeeded')
  }

  return {
    async do(one: Step): Promise<void> {
      if (one.name === 'wait') clock.ms += one.ms
      if (one.name === 'take') await take(one.worker, one.room)
      if (one.name === 'record') await record(one.of, one.status, one.twice)
      if (one.name === 'accept') {
        const events = one.events.map((event) => ({
          eventId: `evt_${event}`,
          eventType: 'user.created' as const,
          sourceId: 'src_a',
          streamId: one.place,
        }))
        await stage.deliveries.accept(id, events)
        for (const event of one.events) made.set(idOf(event), made.get(idOf(event)) ?? 0)
      }
      if (one.name === 'release') {
        const given = at(one.of)
        if (given === undefined) return
        const release = () => logOf(given.worker).release(id, [given.claim])
        await release()
        held = held.filter((other) => other !== given)
        if (one.again === null || one.again === given.worker) return
        // As ioredis does where the answer was lost: others may be quicker.
        await take(one.again, 4)
        await release()
      }
      if (one.name === 'ask for') {
        const ids = one.events.map(idOf)
        const became = await requeue(id, ids, { from: one.from, ...(one.run ? { run: one.run } : {}) })
        for (const [i, delivery] of ids.entries()) {
          if (became[i] !== 'queued') continue
          arrived.delete(delivery)
          expect(await redis.zscore(endpoint.due, delivery)).not.toBeNull()
        }
      }
      if (one.name === 'erase') {
        await erase(id, [`evt_${one.event}`])
        made.delete(idOf(one.event))
        arrived.delete(idOf(one.event))
        held = held.map((other) => ({
          ...other,
          erased: other.erased || other.claim.deliveryId === idOf(one.event),
        }))
      }
    },

    /** Each delivery is in the lists of its status and in no others, and has every attempt. */
    async check(): Promise<void> {
      await Promise.all(Array.from({ length: EVENTS }, (_, event) => checkOne(idOf(event))))
    },

    /** Whatever waits is sent in the end. */
    async settle(): Promise<void> {
      for (let i = 0; i < 20; i++) {
        clock.ms += 2 * HOLD_MS
        await take(0, 10)
        while (held.length > 0) await record([0], 'succeeded', false)
      }
      for (const list of [endpoint.due, endpoint.retries, endpoint.busy, endpoint.status('retrying')]) {
        expect(await redis.zcard(list)).toBe(0)
      }
    },
  }
}

test('whatever workers and people do, no delivery is lost, had by two at a time, sent again unasked or short of an attempt', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), async (steps) => {
      const world = createWorld()
      for (const one of steps) {
        await world.do(one)
        await world.check()
      }
      await world.settle()
      await world.check()
    }),
    { numRuns: RUNS },
  )
}, 3_600_000)
