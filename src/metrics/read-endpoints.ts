import type { EndpointRecord } from '../endpoints/endpoint-record.ts'
import { DELIVERY_STATUSES } from '../log/delivery-record.ts'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import type { DeliveryStatus, UnixMs } from '../types.ts'

/** What metrics say of an endpoint. */
export interface EndpointFacts {
  id: string
  enabled: boolean
  rateLimited: boolean
  failingSince: UnixMs | null
  /** It is tried only now and then until an answer comes. */
  breakerOpen: boolean
  /** When the delivery that has waited longest is, or was, due; null where none waits. */
  oldestDue: UnixMs | null
  deliveries: Record<DeliveryStatus, number>
}

/** Makes what reads how all endpoints are: eight short commands each, all at once. */
export function createReadEndpoints(deps: {
  redis: Pick<Redis, 'hmget' | 'zcard' | 'zrange'>
  keys: Keys
  endpoints: { list: () => Promise<Pick<EndpointRecord, 'id' | 'enabled' | 'rate_limit'>[]> }
}): () => Promise<EndpointFacts[]> {
  const { redis } = deps

  async function dueAt(list: string): Promise<UnixMs | null> {
    const [, score] = await redis.zrange(list, '0', '0', 'WITHSCORES')
    return score === undefined ? null : Number(score)
  }

  return async () => {
    const endpoints = await deps.endpoints.list()
    return Promise.all(
      endpoints.map(async ({ id, enabled, rate_limit }) => {
        const keys = deps.keys.endpoint(id)
        const [[failing, open], first, again, ...counts] = await Promise.all([
          redis.hmget(keys.health, 'failing_since', 'open_until'),
          dueAt(keys.due),
          dueAt(keys.retries),
          ...DELIVERY_STATUSES.map((status) => redis.zcard(keys.status(status))),
        ])
        const due = [first, again].filter((at) => at !== null)
        return {
          id,
          enabled,
          rateLimited: rate_limit !== null,
          failingSince: failing === null || failing === undefined ? null : Number(failing),
          breakerOpen: open !== null && open !== undefined,
          oldestDue: due.length === 0 ? null : Math.min(...due),
          deliveries: Object.fromEntries(
            DELIVERY_STATUSES.map((status, i) => [status, counts[i] ?? 0]),
          ) as Record<DeliveryStatus, number>,
        }
      }),
    )
  }
}
