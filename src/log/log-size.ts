import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import type { DeliveryStatus, UnixMs } from '../types.ts'
import { createReadPlaces } from './delivery-places.ts'
import { DELIVERY_STATUSES } from './delivery-record.ts'

/** Deliveries that are measured, at each end of the log, to tell the size of the rest. */
const SAMPLE = 10
/** What a delivery takes beside its record and its attempts: its entry in a list, and its share of Redis' own tables. */
const BESIDE_BYTES = 220

/** How large the log of one endpoint's deliveries is. */
export interface LogSize {
  by_status: Record<DeliveryStatus, number>
  oldest_at: UnixMs | null
  /** Memory in Redis, told from a sample. */
  bytes: number
}

/** Makes the measuring of an endpoint's log, which costs the same however large it is. */
export function createLogSize(deps: { redis: Pick<Redis, 'callBuffer' | 'zcard' | 'memory'>; keys: Keys }) {
  const { redis, keys } = deps
  const readPlaces = createReadPlaces(deps)

  return async function logSize(endpointId: string): Promise<LogSize> {
    const endpoint = keys.endpoint(endpointId)
    const counts = await Promise.all(
      DELIVERY_STATUSES.map(async (status) => [status, await redis.zcard(endpoint.status(status))] as const),
    )
    const total = counts.reduce((sum, [, count]) => sum + count, 0)
    const ends = await Promise.all(
      (['oldest', 'newest'] as const).map((order) =>
        readPlaces(endpointId, {
          order,
          statuses: DELIVERY_STATUSES,
          since: null,
          until: null,
          after: null,
          limit: SAMPLE,
        }),
      ),
    )
    const sample = [...new Set(ends.flat().map(({ id }) => id))]
    const sizes = await Promise.all(
      sample.flatMap((id) => [
        redis.memory('USAGE', endpoint.delivery(id)),
        redis.memory('USAGE', endpoint.attempts(id)),
      ]),
    )
    const measured = sizes.reduce((sum: number, size) => sum + Number(size ?? 0), 0)
    const each = sample.length === 0 ? 0 : measured / sample.length + BESIDE_BYTES
    return {
      by_status: Object.fromEntries(counts) as Record<DeliveryStatus, number>,
      oldest_at: ends[0]?.[0]?.createdAt ?? null,
      bytes: Math.round(each * total),
    }
  }
}

export type ReadLogSize = ReturnType<typeof createLogSize>
