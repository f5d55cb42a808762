import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { inject } from 'vitest'
import { createPoll, type PollOptions } from '../../src/detect/poll.ts'
import { createPollHistory } from '../../src/detect/poll-history.ts'
import type { PolledSource } from '../../src/detect/polled-source.ts'
import { createQuarantine } from '../../src/detect/quarantine.ts'
import { createDetectionStore } from '../../src/detect/store.ts'
import { createWatermarkFiles } from '../../src/detect/watermark-files.ts'
import { createListUsers } from '../../src/elevenlabs/list-users.ts'
import { createAgent } from '../../src/http/agent.ts'
import { createOutbox } from '../../src/outbox/outbox.ts'
import { connectRedis } from '../../src/redis/connect.ts'
import { deleteKeys } from '../../src/redis/delete-keys.ts'
import { createKeys } from '../../src/redis/keys.ts'
import { createSimulator } from '../../src/simulator/server.ts'
import type { SimulatorOptions } from '../../src/simulator/types.ts'
import type { Event } from '../../src/types.ts'

/** Detection as the app wires it, against the simulator and a real Redis, with a clock that tests move. */
export async function createDetection(
  options: SimulatorOptions & { leaseMs?: number; deadlineMs?: number } = {},
) {
  const clock = { ms: Date.parse('2026-03-01T12:00:00Z') }
  const now = () => clock.ms
  const simulator = await createSimulator({ now, ...options })
  const redis = connectRedis(inject('redisTarget'), 'test')
  const keys = createKeys(`t${randomBytes(6).toString('hex')}`)
  const agent = createAgent({})
  const leaseMs = options.leaseMs ?? 10_000
  const store = createDetectionStore({ redis, keys, leaseMs })
  const quarantine = createQuarantine({ redis, keys, now })
  const logger = pino({ level: 'silent' })
  const history = createPollHistory({ redis, keys, now, logger })
  const folder = await mkdtemp(join(tmpdir(), 'ringpost-watermarks-'))
  const watermarks = createWatermarkFiles(folder)
  const outbox = createOutbox({ redis, keys })
  const source: PolledSource = {
    id: 'src_test',
    name: 'test',
    baseUrl: simulator.url,
    apiKey: 'sim_key',
    agentId: null,
    branchId: null,
    intervalMs: 30_000,
    overlapMs: 120_000,
    milestones: [1_000_000],
    returnedAfterMs: 30 * 86_400_000,
    sentimentThreshold: null,
    enrich: false,
  }
  const listUsers = createListUsers({ dispatcher: agent, now, deadlineMs: options.deadlineMs ?? 5_000 })
  const deps = {
    redis,
    keys,
    listUsers,
    store,
    quarantine,
    watermarks,
    history,
    fullScanIntervalMs: 24 * 3_600_000,
    leaseMs,
    now,
    random: () => 0,
    pause: async (ms: number) => {
      clock.ms += ms
    },
    logger,
  }
  const poll = createPoll(deps)
  return {
    clock,
    simulator,
    redis,
    keys,
    store,
    quarantine,
    history,
    source,
    deps,
    nowSecs: () => Math.floor(clock.ms / 1000),
    /** Lets time pass, so that what comes next is later than what was. */
    pass(secs: number) {
      clock.ms += secs * 1000
    },
    /** A poll that somebody asks for. */
    poll: (over: Partial<PolledSource> = {}, how: PollOptions = {}) =>
      poll({ ...source, ...over }, { now: true, ...how }),
    /** A poll on schedule, which waits until it is due. */
    tick: (over: Partial<PolledSource> = {}) => poll({ ...source, ...over }),
    /** Does something before the n-th request to upstream from now on. */
    beforeRequest(n: number, act: () => void) {
      const { listUsers: list } = deps
      let left = n
      deps.listUsers = (query, signal) => {
        if (--left === 0) act()
        return list(query, signal)
      }
    },
    state: () => store.readState(source.id),
    async events(): Promise<Event[]> {
      const entries = await outbox.newestFirst(source.id, { before: '+', from: '-', limit: 100_000 })
      return entries.map(({ event }) => event).reverse()
    },
    async close() {
      await simulator.close()
      await rm(folder, { recursive: true, force: true })
      await agent.close()
      await deleteKeys(redis, keys.prefix)
      redis.disconnect()
    },
  }
}

export type Detection = Awaited<ReturnType<typeof createDetection>>

/** The events as `user: type from→to`, to be compared at a glance. */
export function brief(events: readonly Event[]): string[] {
  return events.map(({ type, data }) => {
    const { user, change } = data as { user: { user_id: string }; change: { from: number; to: number } }
    return `${user.user_id}: ${type} ${change.from}→${change.to}`
  })
}
