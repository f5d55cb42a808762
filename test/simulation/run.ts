import { createHash } from 'node:crypto'
import { pino } from 'pino'
import { acceptAttention } from '../../src/detect/accept.ts'
import { createPoll, type Poll, type PollReport } from '../../src/detect/poll.ts'
import { createPollHistory } from '../../src/detect/poll-history.ts'
import type { PolledSource } from '../../src/detect/polled-source.ts'
import { createQuarantine } from '../../src/detect/quarantine.ts'
import { createDetectionStore, type DetectionStore } from '../../src/detect/store.ts'
import type { WatermarkFiles } from '../../src/detect/watermark-files.ts'
import { classifyResponse } from '../../src/elevenlabs/classify-response.ts'
import type { ListUsers } from '../../src/elevenlabs/list-users.ts'
import { cursorAtEnd, readPage } from '../../src/elevenlabs/read-page.ts'
import type { Redis } from '../../src/redis/client.ts'
import { createKeys } from '../../src/redis/keys.ts'
import type { Event, UnixMs } from '../../src/types.ts'
import { checkRun, type Violation } from './check.ts'
import { createOperations, type Interruption, interruptedRedis } from './interrupted-redis.ts'
import { createRandom } from './random.ts'
import { OVERLAP_SECS, type Scenario } from './scenarios.ts'
import { createUpstream } from './upstream.ts'

const LEASE_MS = 3_600_000
const INTERVAL_MS = 30_000
const FULL_SCAN_MS = 40 * 60_000
const NEVER_MS = 10 * 365 * 86_400_000
const START_MS = Date.parse('2026-03-01T12:00:00Z')
const LOGGER = pino({ level: 'silent' })
const HOW: readonly Interruption[] = ['before', 'after', 'stall']

/** What a run has come to. `trace` is the same for the same seed, always. */
export interface RunResult {
  seed: number
  steps: number
  polls: number
  interruptions: number
  /** Floods and removals of many that a person has accepted as events. */
  decisions: number
  events: number
  violations: Violation[]
  trace: string
}

/**
 * One run: the real poller, its scripts on a real Redis, and an upstream of which the seed decides everything.
 * Polls come by their own schedule, processes die and stall in them, and at the end, when all has settled,
 * what was told is held against what was shown.
 */
export async function run(redis: Redis, scenario: Scenario, seed: number, steps: number): Promise<RunResult> {
  const random = createRandom(seed)
  const clock = { ms: START_MS }
  const now = () => clock.ms
  const nowSecs = () => Math.floor(clock.ms / 1000)
  const prefix = `sim-${process.pid}-${scenario.name}-${seed}`
  const keys = createKeys(prefix)
  const source: PolledSource = {
    id: 'src_sim',
    name: 'sim',
    baseUrl: 'http://upstream.test',
    apiKey: 'key',
    agentId: null,
    branchId: null,
    intervalMs: INTERVAL_MS,
    overlapMs: OVERLAP_SECS * 1000,
    milestones: [],
    returnedAfterMs: 30 * 86_400_000,
    sentimentThreshold: null,
    enrich: false,
  }
  const slots = keys.source(source.id)
  const upstream = createUpstream(random, scenario, nowSecs)
  const watermarks = inMemory()
  const trace = createHash('sha256')
  const told: Event[] = []
  const violations: Violation[] = []
  const result = { seed, steps, polls: 0, interruptions: 0, decisions: 0 }
  let lastRead = '0-0'
  let restored = false
  let settled = false
  let operationsOfPoll = 30
  // Half of the runs get by with polls of the top until the end.
  const fullScans = seed % 2 === 0

  /** A process, alive until the interruption that is planned for it. */
  function start(plan: { at: number; how: Interruption } | null) {
    const operations = createOperations(plan, takeOver)
    const client = interruptedRedis(redis, operations)
    const listUsers: ListUsers = (query, _signal, onCursor) => {
      // What it answers is decided now: a page that is read ahead must not depend on what else is under way.
      const answer = upstream.request(query)
      const serverTime = nowSecs()
      return operations.run(async () => {
        if (answer.status === 200) {
          const { body } = answer as { body: string }
          const next = cursorAtEnd(body)
          if (next !== null) onCursor?.(next)
          return { ...readPage(body), serverTime, requests: 1 }
        }
        const { code } = answer as { code: string }
        const body = JSON.stringify({ detail: { code, message: code } })
        throw classifyResponse({
          status: answer.status,
          headers: {},
          body,
          host: 'upstream.test',
          now: now(),
        })
      })
    }
    const poll: Poll = createPoll({
      listUsers,
      store: noticing(createDetectionStore({ redis: client, keys, leaseMs: LEASE_MS })),
      quarantine: createQuarantine({ redis: client, keys, now }),
      history: createPollHistory({ redis: client, keys, now, logger: LOGGER }),
      watermarks,
      fullScanIntervalMs: fullScans ? FULL_SCAN_MS : NEVER_MS,
      leaseMs: LEASE_MS,
      now,
      random: random.next,
      pause: async (ms) => {
        clock.ms += ms
      },
      logger: LOGGER,
    })
    return { poll, operations }
  }

  /** The lease of a process that is dead or stalled runs out, and another polls meanwhile. */
  async function takeOver(): Promise<void> {
    await redis.del(slots.lease)
    for (let i = random.int(0, 6); i > 0; i--) {
      clock.ms += random.int(1_000, 10_000)
      upstream.step()
    }
    await start(null)
      .poll(source, { now: true })
      .catch(() => undefined)
  }

  /** @returns when the next poll is due (unix ms) */
  async function poll(
    options: { full?: boolean; interrupt?: boolean; likely?: boolean } = {},
  ): Promise<number> {
    const interrupt = options.interrupt === true && random.chance(options.likely ? 0.7 : scenario.crashes)
    const plan = interrupt ? { at: random.int(1, operationsOfPoll), how: random.pick(HOW) } : null
    const { poll: once, operations } = start(plan)
    result.polls++
    let nextAt: number | null = null
    const toldBefore = told.length
    let said: number | null = null
    try {
      const report = await once(source, { now: true, ...(options.full ? { full: true } : {}) })
      if (process.env.SIM_DEBUG) debug(report, clock.ms)
      trace.update(JSON.stringify([report.outcome, report.kind, report.requests, report.events]))
      nextAt = report.next_at
      said = Object.values(report.events).reduce((sum, n) => sum + n, 0)
    } catch (error) {
      if (!operations.dead) throw error
    }
    if (plan !== null && operations.count >= plan.at) result.interruptions++
    else operationsOfPoll = Math.max(10, Math.min(120, operations.count + 5))
    await redis.del(slots.lease)
    await read()
    await decide()
    const found = told.length - toldBefore
    if (plan === null && !restored && said !== found) {
      violations.push({
        rule: 'what a poll says it told is in the outbox',
        detail: `${said}, and ${found} are`,
      })
    }
    return nextAt ?? now()
  }

  /** A poll passes over an event that the outbox has already: what it is about would never be told. */
  function noticing(store: DetectionStore): DetectionStore {
    return {
      ...store,
      commitPage: (id, token, page) =>
        store.commitPage(id, token, {
          ...page,
          onTold(event) {
            page.onTold?.(event)
            if (!restored) violations.push({ rule: 'what a poll finds has an id of its own', detail: event })
          },
        }),
    }
  }

  /** Where so much has happened at once that a person is asked, they say "events", in their own time. */
  async function decide(): Promise<void> {
    const store = createDetectionStore({ redis, keys, leaseMs: LEASE_MS })
    const { attention } = await store.readState(source.id)
    if (attention === undefined || (!settled && random.chance(0.5))) return
    await acceptAttention({ redis, keys, store }, source.id, 'events')
    result.decisions++
  }

  /** Reads on in the outbox, as the relay does, and looks at what must hold at every moment. */
  async function read(): Promise<void> {
    const entries = await redis.xrange(slots.outbox, `(${lastRead}`, '+')
    for (const [id, fields] of entries) {
      lastRead = id
      const event = JSON.parse(fields[fields.indexOf('event') + 1] ?? '{}') as Event
      told.push(event)
      trace.update(event.id)
    }
    const watermark = await redis.hget(slots.state, 'watermark')
    if (watermark !== null && Number(watermark) > nowSecs()) {
      violations.push({ rule: 'the watermark is never later than the server', detail: watermark })
    }
  }

  async function dump(): Promise<[string, Buffer][]> {
    const buckets = [...upstream.shown.keys()].map(slots.users)
    const names = new Set([slots.state, slots.outbox, slots.eventIndex, ...buckets])
    const kept: [string, Buffer][] = []
    for (const name of names) {
      const value = await redis.dumpBuffer(name)
      if (value !== null) kept.push([name, value])
    }
    return kept
  }

  async function restore(backup: readonly [string, Buffer][]): Promise<void> {
    for (const [name] of await dump()) await redis.del(name)
    for (const [name, value] of backup) await redis.restore(name, 0, value)
    restored = true
  }

  try {
    upstream.seed(random.int(Math.floor(scenario.users / 3), scenario.users))
    let due = now()
    const inBaseline = async () => {
      const [mode, since] = await redis.hmget(slots.state, 'mode', 'announce_since')
      return mode !== 'live' || since !== null
    }
    while (await inBaseline()) {
      due = await poll({ interrupt: true })
      clock.ms += random.int(1_000, 20_000)
    }
    const recorded = await snapshots(redis, keys, source.id, upstream.shown.keys())
    const toldInBaseline = told.length
    let backup = await dump()
    for (let step = 0; step < steps; step++) {
      clock.ms += random.int(1_000, scenario.stepSecs * 1_000)
      upstream.step()
      // Nobody polls, people call, and the first poll after it may well be interrupted.
      const outage = random.chance(scenario.outages) ? now() + random.int(600_000, 10_800_000) : 0
      while (now() < outage) {
        clock.ms += random.int(60_000, 300_000)
        upstream.step()
      }
      if (scenario.restores > 0 && random.chance(scenario.restores * 2)) backup = await dump()
      if (scenario.restores > 0 && random.chance(scenario.restores)) {
        await restore(backup)
        due = now()
      }
      if (due <= now()) due = await poll({ interrupt: true, likely: outage > 0 })
    }

    // Nothing goes wrong from now on, and what is late surfaces.
    settled = true
    upstream.settle()
    for (const end = now() + (scenario.latestSecs + 3_700) * 1_000; now() < end; ) {
      clock.ms += INTERVAL_MS * 4
      await poll()
    }
    const check = async (rules: { whole: boolean }) => {
      const known = await snapshots(redis, keys, source.id, upstream.shown.keys())
      violations.push(...checkRun({ upstream, told, toldInBaseline, recorded, known, restored, ...rules }))
    }
    if (!fullScans && scenario.topSuffices) await check({ whole: false })
    for (let i = 0; i < 4; i++) {
      clock.ms += FULL_SCAN_MS + 1
      // By schedule where there is one.
      await poll({ full: !fullScans })
    }
    await check({ whole: true })
  } finally {
    const buckets = [...upstream.shown.keys()].map(slots.users)
    await redis.unlink(
      slots.state,
      slots.outbox,
      slots.eventIndex,
      slots.lease,
      slots.quarantine,
      slots.quarantined,
      ...buckets,
    )
  }
  return { ...result, events: told.length, violations, trace: trace.digest('hex') }
}

/** With `SIM_DEBUG=1` each poll is a line. */
function debug({ kind, outcome, requests, rows, events, error }: PollReport, atMs: UnixMs): void {
  const secs = Math.round((atMs - START_MS) / 1000)
  console.log(secs, kind, outcome, requests, rows, JSON.stringify(events), error ?? '')
}

/** Counts of the snapshots of users, and who of them is a tombstone. */
async function snapshots(
  redis: Redis,
  keys: ReturnType<typeof createKeys>,
  sourceId: string,
  userIds: Iterable<string>,
): Promise<Map<string, { count: number; removed: boolean }>> {
  const store = createDetectionStore({ redis, keys, leaseMs: LEASE_MS })
  const ids = [...userIds]
  const found = await store.readUsers(sourceId, ids)
  const known = new Map<string, { count: number; removed: boolean }>()
  ids.forEach((id, i) => {
    const snapshot = found[i]
    if (snapshot) known.set(id, { count: snapshot.count, removed: snapshot.removed })
  })
  return known
}

/** Watermark files that survive the processes of a run. */
function inMemory(): Pick<WatermarkFiles, 'read' | 'write'> {
  const files = new Map<string, { identity: string; watermark: number }>()
  return {
    read: async (sourceId) => files.get(sourceId) ?? null,
    write: async (sourceId, identity, watermark) => void files.set(sourceId, { identity, watermark }),
  }
}
