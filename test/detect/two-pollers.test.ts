import fc from 'fast-check'
import { expect, test } from 'vitest'
import { acceptAttention } from '../../src/detect/accept.ts'
import { createPoll } from '../../src/detect/poll.ts'
import { createPollHistory } from '../../src/detect/poll-history.ts'
import { createQuarantine } from '../../src/detect/quarantine.ts'
import { createDetectionStore } from '../../src/detect/store.ts'
import { createUsers } from '../../src/users/users.ts'
import { interruptedRedis, type Operations } from '../simulation/interrupted-redis.ts'
import { brief, createDetection, type Detection } from './detection.ts'

/** A poller each of whose operations begins when the scheduler says so. */
function scheduledPoller(d: Detection, scheduler: fc.Scheduler, name: string) {
  let count = 0
  const run = async <T>(operation: () => Promise<T>): Promise<T> => {
    await scheduler.schedule(Promise.resolve(), `${name} ${++count}`)
    return operation()
  }
  const operations: Operations = { count: 0, dead: false, run, read: run }
  const client = interruptedRedis(d.redis, operations)
  const now = () => d.clock.ms
  const poll = createPoll({
    ...d.deps,
    listUsers: (query, signal, onCursor) => run(() => d.deps.listUsers(query, signal, onCursor)),
    store: createDetectionStore({ redis: client, keys: d.keys, leaseMs: 3_600_000 }),
    quarantine: createQuarantine({ redis: client, keys: d.keys, now }),
    history: createPollHistory({ redis: client, keys: d.keys, now, logger: d.deps.logger }),
  })
  return () => poll(d.source, { now: true })
}

/** A live source, and news for the pollers to find: over one page, so that a poll has several steps. */
async function prepare(): Promise<Detection> {
  const d = await createDetection()
  d.simulator.seed({ users: 110, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3_600 })
  await d.poll()
  d.pass(600)
  // The baseline has settled: whoever is unknown from now on is new.
  await d.poll()
  for (let i = 0; i < 103; i++) d.simulator.call({ user_id: `new-${i}` })
  d.simulator.call({ user_id: 'user_0000001' })
  return d
}

const EXPECTED = [
  ...Array.from({ length: 103 }, (_, i) => `new-${i}: user.created 0→1`),
  'user_0000001: user.conversation_count.increased 1→2',
].sort()

test('two pollers, of which one loses its lease at any moment, tell everything once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const d = await prepare()
      try {
        const [first, second] = [
          scheduledPoller(d, scheduler, 'first'),
          scheduledPoller(d, scheduler, 'second'),
        ]
        const untilItMay = async () => {
          for (;;) if ((await second()).outcome !== 'busy') return
        }
        const lease = d.keys.source(d.source.id).lease
        const expire = scheduler
          .schedule(Promise.resolve(), 'the lease runs out')
          .then(() => d.redis.del(lease))
        await scheduler.waitFor(Promise.all([first(), untilItMay(), expire]))
        await d.redis.del(lease)
        await d.poll()
        expect(brief(await d.events()).sort()).toEqual(EXPECTED)
        expect((await d.state()).known_users).toBe(213)
      } finally {
        await d.close()
      }
    }),
    { numRuns: 25 },
  )
}, 120_000)

test('a user who is forgotten at any moment of a poll is compared anew', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const d = await prepare()
      try {
        const users = createUsers({ redis: d.redis, keys: d.keys, store: d.store })
        const poll = scheduledPoller(d, scheduler, 'poller')
        const forget = scheduler
          .schedule(Promise.resolve(), 'forget')
          .then(() => users.forget(d.source.id, 'user_0000001'))
        await scheduler.waitFor(Promise.all([poll(), forget]))
        await d.poll()
        const ofUser = brief(await d.events()).filter((line) => line.startsWith('user_0000001'))
        // Forgotten before the poll saw the rise, the user is new; forgotten after it, risen first and then new.
        expect([1, 2]).toContain(ofUser.length)
        expect(ofUser.at(-1)).toBe('user_0000001: user.created 0→2')
        expect((await d.state()).known_users).toBe(213)
      } finally {
        await d.close()
      }
    }),
    { numRuns: 15 },
  )
}, 120_000)

test('a decision that comes at any moment of a poll is carried out once', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.constantFrom('events', 'baseline'), async (scheduler, as) => {
      const d = await createDetection()
      try {
        d.simulator.seed({ users: 50, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3_600 })
        await d.poll()
        d.pass(600)
        d.simulator.seed({
          users: 501,
          idOf: (i) => `flood-${i}`,
          spacingSecs: 0,
          newestUnixSecs: d.nowSecs(),
        })
        await d.poll()
        const poll = scheduledPoller(d, scheduler, 'poller')
        const decide = scheduler
          .schedule(Promise.resolve(), 'decide')
          .then(() => acceptAttention({ redis: d.redis, keys: d.keys, store: d.store }, d.source.id, as))
        await scheduler.waitFor(Promise.all([poll(), decide]))
        await d.poll()
        const created = (await d.events()).filter(({ type }) => type === 'user.created')
        expect(created).toHaveLength(as === 'events' ? 501 : 0)
        expect(await d.state()).toMatchObject({ mode: 'live', known_users: 551 })
        expect((await d.state()).attention).toBeUndefined()
      } finally {
        await d.close()
      }
    }),
    { numRuns: 10 },
  )
}, 120_000)
