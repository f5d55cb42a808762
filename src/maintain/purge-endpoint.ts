import { DELIVERY_STATUSES } from '../log/delivery-record.ts'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import type { UnixMs } from '../types.ts'

/** How long after its deletion an endpoint may still get deliveries of a relay that had read it before (ms). */
const GRACE_MS = 60 * 60 * 1000

/**
 * Makes what clears up behind a deleted endpoint: once the log has none of its deliveries any more, everything
 * that is kept of it goes. Each step can be repeated.
 */
export function createPurgeEndpoint(deps: {
  redis: Pick<Redis, 'zcard' | 'unlink'>
  keys: Keys
  endpoints: { forget: (endpointId: string) => Promise<void> }
  now: () => UnixMs
}) {
  const { redis } = deps

  return async function purgeEndpoint(endpoint: { id: string; deleted_at: string | null }): Promise<void> {
    const { id, deleted_at } = endpoint
    if (deleted_at === null || deps.now() - Date.parse(deleted_at) < GRACE_MS) return
    const { status, due, retries, busy, health, pace, bounds, recoveries, backfill } = deps.keys.endpoint(id)
    const { outbox, eventIndex, state } = deps.keys.source(id)
    const counts = await Promise.all(DELIVERY_STATUSES.map((one) => redis.zcard(status(one))))
    if (counts.some((count) => count > 0)) return
    await redis.unlink(due, retries, busy, health, pace, bounds, recoveries)
    await redis.unlink(backfill, outbox, eventIndex, state)
    await deps.endpoints.forget(id)
  }
}
