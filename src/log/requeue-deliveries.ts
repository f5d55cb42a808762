import { randomBytes } from 'node:crypto'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import { createScript } from '../redis/script.ts'
import type { DeliveryStatus, UnixMs } from '../types.ts'
import { DELIVERY_STATUSES } from './delivery-record.ts'

/** Deliveries of one call at most: more of them would hold Redis up. */
export const REQUEUE_AT_ONCE = 250
/** What became of one delivery: `unwanted` where its status, or the same run before, says no. */
export type Requeued = 'queued' | 'in_progress' | 'unwanted' | 'gone'

/** From which statuses, and on whose behalf. */
export interface RequeueOptions {
  from: readonly DeliveryStatus[]
  /**
   * Names a walk over many deliveries, which takes each of them once, however often it is begun again. Without it a
   * person wants just these, before everything that waits.
   */
  run?: string
  /** Changes nothing, and answers what would be. */
  dryRun?: boolean
}

/**
 * Makes deliveries wait for an attempt again, with the attempts that they have. What has ended begins its
 * schedule anew; what waits for a retry gets one attempt now, and then the rest of its schedule. Whoever
 * calls it wakes the endpoint; where that is missed, the sweep does it seconds later.
 */
export function createRequeue(deps: { redis: Pick<Redis, 'callBuffer'>; keys: Keys; now: () => UnixMs }) {
  const script = createScript(deps.redis, new URL('./requeue-deliveries.lua', import.meta.url))

  return async function requeue(
    endpointId: string,
    ids: readonly string[],
    options: RequeueOptions,
  ): Promise<Requeued[]> {
    if (ids.length > REQUEUE_AT_ONCE) throw new RangeError(`Requeue at most ${REQUEUE_AT_ONCE} at once.`)
    if (ids.length === 0) return []
    const endpoint = deps.keys.endpoint(endpointId)
    const reply = (await script(
      [
        endpoint.due,
        ...DELIVERY_STATUSES.map(endpoint.status),
        endpoint.retries,
        endpoint.busy,
        endpoint.health,
        ...ids.flatMap((id) => [endpoint.delivery(id), endpoint.attempts(id)]),
      ],
      [
        deps.now(),
        `,${options.from.join(',')},`,
        options.run ?? randomBytes(9).toString('base64url'),
        options.run === undefined ? '' : 1,
        options.dryRun ? 1 : '',
        ...ids,
      ],
    )) as Buffer[]
    return reply.map(String) as Requeued[]
  }
}

export type Requeue = ReturnType<typeof createRequeue>
