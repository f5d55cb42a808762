import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { createPoll, type PollOptions } from '../../src/detect/poll.ts'
import { createPollHistory } from '../../src/detect/poll-history.ts'
import type { KeyedSource } from '../../src/detect/polled-source.ts'
import { createQuarantine } from '../../src/detect/quarantine.ts'
import { createDetectionStore, type DetectionStore } from '../../src/detect/store.ts'
import { createWatermarkFiles } from '../../src/detect/watermark-files.ts'
import { createListUsers, type ListUsers } from '../../src/elevenlabs/list-users.ts'
import { createAgent } from '../../src/http/agent.ts'
import { connectRedis } from '../../src/redis/connect.ts'
import { createKeys } from '../../src/redis/keys.ts'

/** The lease of the service itself (ms); see app.ts. */
const LEASE_MS = 10_000

export interface Place {
  /** Socket of the bench's Redis. */
  socket: string
  /** URL of the simulator. */
  upstream: string
  /** Key prefix in Redis; one for each list. */
  prefix: string
}

/**
 * Detection as the service wires it, for one source and without a queue in front.
 *
 * @param watch what is laid around the store and the list, to time them
 */
export async function createPoller(
  place: Place,
  watch: { store?: (store: DetectionStore) => DetectionStore; list?: (list: ListUsers) => ListUsers } = {},
) {
  const redis = connectRedis(place.socket, 'bench')
  const keys = createKeys(place.prefix)
  const agent = createAgent({})
  const now = Date.now
  const plainStore = createDetectionStore({ redis, keys, leaseMs: LEASE_MS })
  const store = watch.store?.(plainStore) ?? plainStore
  const plainList = createListUsers({ dispatcher: agent, now })
  const listUsers = watch.list?.(plainList) ?? plainList
  const folder = await mkdtemp(join(tmpdir(), 'ringpost-bench-watermarks-'))
  const source: KeyedSource = {
    id: 'src_bench',
    name: 'bench',
    baseUrl: place.upstream,
    apiKey: 'sim_key',
    agentId: null,
    branchId: null,
    intervalMs: 30_000,
    overlapMs: 120_000,
    milestones: null,
    returnedAfterMs: 30 * 86_400_000,
    sentimentThreshold: null,
    enrich: false,
  }
  const logger = pino({ level: 'silent' })
  const poll = createPoll({
    listUsers,
    store,
    quarantine: createQuarantine({ redis, keys, now }),
    watermarks: createWatermarkFiles(folder),
    history: createPollHistory({ redis, keys, now, logger }),
    fullScanIntervalMs: 24 * 3_600_000,
    leaseMs: LEASE_MS,
    now,
    random: Math.random,
    logger,
  })
  return {
    store,
    source,
    agent,
    /** A poll that is expected to succeed. */
    async poll(options: PollOptions = {}) {
      const report = await poll(source, { now: true, ...options })
      if (report.outcome !== 'done')
        throw new Error(`A poll of the bench failed: ${report.error ?? report.outcome}`)
      return report
    },
    async close() {
      redis.disconnect()
      await agent.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
