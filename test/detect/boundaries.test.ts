import { randomInt } from 'node:crypto'
import { afterAll, describe, expect, test } from 'vitest'
import { acceptAttention } from '../../src/detect/accept.ts'
import { createPoll } from '../../src/detect/poll.ts'
import { createPollHistory } from '../../src/detect/poll-history.ts'
import type { PolledSource } from '../../src/detect/polled-source.ts'
import { createQuarantine } from '../../src/detect/quarantine.ts'
import { createDetectionStore } from '../../src/detect/store.ts'
import { deleteKeys } from '../../src/redis/delete-keys.ts'
import { createOperations, type Interruption, interruptedRedis } from '../simulation/interrupted-redis.ts'
import { allKeys } from '../support/redis.ts'
import { createDetection, type Detection } from './detection.ts'

/** A step of a script: a poll of the process, or something that happens around it. */
type Step = 'poll' | 'full' | ((d: Detection) => unknown)

interface Script {
  name: string
  source?: Partial<PolledSource>
  /** Takes long: `npm test` dies at fewer of its boundaries. */
  heavy?: true
  /** What has been before the process that dies. */
  before: readonly Step[]
  steps: readonly Step[]
}

const seed = (users: number) => (d: Detection) =>
  d.simulator.seed({ users, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3_600 })
const call =
  (user_id: string, times = 1) =>
  (d: Detection) => {
    for (let i = 0; i < times; i++) d.simulator.call({ user_id })
  }
const pass = (secs: number) => (d: Detection) => d.pass(secs)
const accept = (as: 'events' | 'baseline') => (d: Detection) =>
  acceptAttention({ redis: d.redis, keys: d.keys, store: d.store }, d.source.id, as)
const flood = (d: Detection) =>
  d.simulator.seed({ users: 501, idOf: (i) => `flood-${i}`, spacingSecs: 0, newestUnixSecs: d.nowSecs() })

const SCRIPTS: readonly Script[] = [
  {
    name: 'a baseline of three pages, in which somebody calls',
    before: [seed(250)],
    steps: [
      (d) => d.simulator.fault({ kind: 'status', status: 500, skip: 1, times: 4 }),
      'poll',
      pass(60),
      call('new'),
      call('user_0000002'),
      'poll',
    ],
  },
  {
    name: 'new callers, a rise, a milestone and a return',
    source: { milestones: [3], returnedAfterMs: 1_800_000 },
    before: [seed(150), 'poll', pass(600)],
    steps: [call('new'), call('another', 4), call('user_0000001', 2), 'poll', pass(30), call('new'), 'poll'],
  },
  {
    name: 'a burst over several pages',
    before: [seed(150), 'poll', pass(600)],
    steps: [
      (d) => {
        for (let i = 0; i < 230; i++) d.simulator.call({ user_id: `burst-${i % 160}` })
      },
      'poll',
    ],
  },
  {
    name: 'full scans that find a removal and a fall',
    heavy: true,
    before: [
      seed(120),
      'poll',
      pass(600),
      call('user_0000001', 2),
      'poll',
      (d) => d.simulator.removeUser('user_0000007'),
      (d) => d.simulator.overrideRow('user_0000001', { conversation_count: 1 }),
      'full',
    ],
    steps: [
      pass(60),
      'full',
      // A scan that was interrupted tells nothing of who is gone: the next one does.
      'full',
      'full',
      (d) => d.simulator.overrideRow('user_0000001', { conversation_count: 3 }),
      call('user_0000007'),
      pass(60),
      'poll',
    ],
  },
  ...(['events', 'baseline'] as const).map((as) => ({
    name: `a flood that is accepted as ${as}`,
    heavy: true as const,
    before: [seed(120), 'poll', pass(600)] as Step[],
    steps: [flood, 'poll', accept(as), 'poll', pass(60), call('next'), 'poll'] as Step[],
  })),
  {
    name: 'another key, which is another list',
    before: [seed(120), 'poll', pass(600), call('before'), 'poll', (d) => d.simulator.setApiKey('another')],
    source: { apiKey: 'another' },
    steps: ['poll', pass(60), call('next'), 'poll'],
  },
  {
    name: 'an outage that is told, and its end',
    before: [seed(120), 'poll', pass(600), (d) => d.simulator.setApiKey('revoked')],
    steps: ['poll', pass(60), (d) => d.simulator.setApiKey('sim_key'), call('next'), 'poll'],
  },
  {
    name: 'Redis that lost everything',
    before: [seed(120), 'poll', pass(600), call('before'), 'poll', (d) => deleteKeys(d.redis, d.keys.prefix)],
    steps: [pass(60), call('during'), 'poll', pass(60), call('after'), 'poll'],
  },
]

/** What a script has come to, whatever happened on the way. */
interface Outcome {
  events: string[]
  appended: number
  users: Record<string, unknown>
  state: object
  operations: number
}

/** Plays a script by one process that dies as planned, and by another that goes on. */
async function play(script: Script, plan: { at: number; how: Interruption } | null): Promise<Outcome> {
  const d = await createDetection()
  try {
    await walk(d, { ...script, steps: script.before, source: {} }, null)
    const operations = await walk(d, script, plan)
    const events = await d.events()
    const users: Record<string, unknown> = {}
    for (const bucket of await allKeys(d.redis, `${d.keys.prefix}:*:u:*`)) {
      for (const userId of await d.redis.hkeys(bucket)) {
        const [snapshot] = await d.store.readUsers(d.source.id, [userId])
        users[userId] = snapshot
      }
    }
    const { mode, watermark, known_users, attention, epoch } = await d.state()
    return {
      events: [...new Set(events.map(({ id, type }) => `${type} ${id}`))].sort(),
      appended: events.length,
      users,
      state: { mode, watermark, known_users, attention, epoch },
      operations,
    }
  } finally {
    await d.close()
  }
}

async function walk(
  d: Detection,
  script: Pick<Script, 'steps' | 'source'>,
  plan: { at: number; how: Interruption } | null,
): Promise<number> {
  let process = start(d, plan)
  const { operations } = process
  for (const step of script.steps) {
    if (typeof step === 'function') {
      await step(d)
      continue
    }
    // A failure that passes, and a death, are followed by another poll; what needs a person is not.
    for (let tries = 0; ; tries++) {
      if (tries === 8) throw new Error('It does not settle.')
      try {
        const report = await process.poll(
          { ...d.source, ...script.source },
          { now: true, full: step === 'full' },
        )
        const { attention, failing_announced } = await d.state()
        if (report.outcome === 'done' || attention || failing_announced !== undefined) break
      } catch (error) {
        if (!process.operations.dead) throw error
        await d.redis.del(d.keys.source(d.source.id).lease)
        process = start(d, null)
      }
    }
  }
  return operations.count
}

function start(d: Detection, plan: { at: number; how: Interruption } | null) {
  const operations = createOperations(plan, async () => undefined)
  const client = interruptedRedis(d.redis, operations)
  const { keys } = d
  const now = () => d.clock.ms
  const poll = createPoll({
    ...d.deps,
    // How often it waits depends on where it died, and time must not.
    pause: async () => undefined,
    listUsers: (query, signal, onCursor) => operations.run(() => d.deps.listUsers(query, signal, onCursor)),
    store: createDetectionStore({ redis: client, keys, leaseMs: 3_600_000 }),
    quarantine: createQuarantine({ redis: client, keys, now }),
    history: createPollHistory({ redis: client, keys, now, logger: d.deps.logger }),
  })
  return { poll, operations }
}

/** `npm run test:boundaries` dies before and after each operation, `npm test` at others of them at every run. */
const ALL = process.env.BOUNDARIES === 'all'
const OFFSET = randomInt(6)

const covered: string[] = []
afterAll(() => console.log(`Boundaries at which the process has died:\n${covered.join('\n')}`))

describe('a process that dies at any boundary changes nothing of what is told', () => {
  test.each(SCRIPTS)(
    '$name',
    async (script) => {
      const undisturbed = await play(script, null)
      expect(undisturbed.appended).toBe(undisturbed.events.length)
      const boundaries = Array.from({ length: undisturbed.operations }, (_, i) => i + 1).flatMap((at) => [
        { at, how: 'before' as const },
        { at, how: 'after' as const },
      ])
      const every = ALL ? 1 : script.heavy ? 6 : 3
      const chosen = boundaries.filter((_, i) => (i + OFFSET) % every === 0)
      for (const plan of chosen) {
        const { operations: _, ...outcome } = await play(script, plan)
        const { operations: __, ...expected } = undisturbed
        expect(outcome, `${plan.how} operation ${plan.at}`).toEqual(expected)
      }
      covered.push(
        `  ${script.name}: ${chosen.length} of ${boundaries.length} (before and after each operation)`,
      )
    },
    600_000,
  )
})
