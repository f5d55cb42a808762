import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { createBackfillEndpoint } from '../../src/backfill/backfill-endpoint.ts'
import { createBackfills } from '../../src/backfill/backfills.ts'
import { newSnapshot, packSnapshot } from '../../src/detect/snapshot.ts'
import { createDetectionStore } from '../../src/detect/store.ts'
import type { EndpointRecord } from '../../src/endpoints/endpoints.ts'
import { createUsers } from '../../src/users/users.ts'
import { SRC } from '../deliver/delivering.ts'
import { startCalling } from '../kinds/crm/calling.ts'
import type { Crm } from '../kinds/services/crm.ts'
import { startHubspot } from '../kinds/services/hubspot.ts'

/** Backfills as the app wires them, to a CRM of the test's own, with users that are known already. */
export async function startBackfilling(crm?: Crm) {
  const calling = await startCalling(crm ?? (await startHubspot()))
  const { redis, keys, now, endpoints, deliveries, queues } = calling
  const store = createDetectionStore({ redis, keys, leaseMs: 1_000 })
  const users = createUsers({ redis, keys, store })
  const source = { id: SRC, name: 'A', deleted_at: null }
  const soon: string[] = []
  const stopping = new AbortController()
  onTestFinished(() => stopping.abort())
  const backfills = createBackfills({ redis, keys, now })
  /** As another process has it. */
  const start = (over: Partial<Parameters<typeof createBackfillEndpoint>[0]> = {}) =>
    createBackfillEndpoint({
      backfills,
      endpoints,
      sources: { list: async () => [source], find: async (id) => (id === SRC ? source : null) },
      users,
      knownUsers: async (id) => Number((await redis.hget(keys.source(id).state, 'known_users')) ?? 0),
      waiting: deliveries.waiting,
      wake: queues.wake,
      backfillSoon: async (id) => void soon.push(id),
      now,
      logger: pino({ level: 'silent' }),
      ...over,
    })
  return {
    ...calling,
    backfills,
    backfill: start(),
    start,
    soon,
    signal: stopping.signal,
    /** Users of whom detection knows. */
    async know(...ids: string[]): Promise<void> {
      const source = keys.source(SRC)
      const pipeline = redis.pipeline()
      for (const [i, id] of ids.entries()) {
        const snapshot = newSnapshot({
          count: (i % 5) + 1,
          last_contact: 1_700_000_500,
          first_contact: 1_700_000_000,
          epoch: 0,
        })
        pipeline.hset(source.users(id), id, packSnapshot(snapshot))
      }
      pipeline.hincrby(source.state, 'known_users', ids.length)
      await pipeline.exec()
    },
    /** Runs it to its end, as its worker does. */
    async finish(endpoint: EndpointRecord): Promise<void> {
      const { run } = start()
      while ((await backfills.read(endpoint.id))?.state === 'running') {
        await run(endpoint.id, stopping.signal)
        await new Promise((resolve) => setTimeout(resolve, 20))
      }
    },
  }
}

export const named = (count: number) =>
  Array.from({ length: count }, (_, i) => `+1555${String(i).padStart(7, '0')}`)
