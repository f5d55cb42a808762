import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import { createScript } from '../redis/script.ts'
import type { DeliveryStatus, UnixMs } from '../types.ts'
import { createReadPlaces } from './delivery-places.ts'

/** Deliveries that have ended and are kept of each endpoint, at whatever age. Unfinished ones never go. */
export const KEPT_ENDED = 100_000
/** Deliveries of one step. */
const STEP = 250
/** Steps of one sweep: 10,000 deliveries, which is more than arrive between two sweeps. */
const STEPS = 40

/** The share of these that have succeeded which stay whatever else there is: people look at the newest of them. */
const SUCCEEDED_SHARE = 0.1

const ENDED = ['succeeded', 'failed', 'skipped'] as const satisfies readonly DeliveryStatus[]

/** The bounds of the log of deliveries: by age and by number of each endpoint. */
export function createDeliveryBounds(deps: {
  redis: Pick<Redis, 'callBuffer' | 'hget' | 'zcard'>
  keys: Keys
  now: () => UnixMs
  retentionMs: number
  keptEnded?: number
}) {
  const { redis, keys, now, retentionMs, keptEnded = KEPT_ENDED } = deps
  const trim = createScript(redis, new URL('./trim-deliveries.lua', import.meta.url))
  const drop = createScript(redis, new URL('./drop-deliveries.lua', import.meta.url))
  const readPlaces = createReadPlaces({ redis, keys })

  /**
   * What has succeeded goes first, as long as there is more of it than its share: what has not may still be asked for.
   *
   * @returns how many went
   */
  async function dropOldest(endpointId: string, count: number): Promise<number> {
    const succeeded = await redis.zcard(keys.endpoint(endpointId).status('succeeded'))
    const spare = succeeded - Math.ceil(keptEnded * SUCCEEDED_SHARE)
    return spare > 0
      ? dropOf(endpointId, ['succeeded'], Math.min(count, spare))
      : dropOf(endpointId, ENDED, count)
  }

  async function dropOf(
    endpointId: string,
    statuses: readonly DeliveryStatus[],
    count: number,
  ): Promise<number> {
    const endpoint = keys.endpoint(endpointId)
    const backfilled = keys.source(endpointId)
    const places = await readPlaces(endpointId, {
      order: 'oldest',
      statuses,
      since: null,
      until: null,
      after: null,
      limit: Math.min(STEP, count),
    })
    if (places.length === 0) return 0
    return Number(
      await drop(
        [
          ...ENDED.map(endpoint.status),
          endpoint.bounds,
          backfilled.outbox,
          backfilled.eventIndex,
          ...places.flatMap(({ id }) => [endpoint.delivery(id), endpoint.attempts(id)]),
        ],
        [endpointId, ...places.map(({ id }) => id)],
      ),
    )
  }

  return {
    keptEnded,
    retentionMs,

    /**
     * Lets go of what is too old, and of what is needed least where there are too many, in bounded steps. What is left
     * over is for the next time.
     *
     * @returns how many went
     */
    async keep(endpointId: string): Promise<number> {
      const { status, delivery } = keys.endpoint(endpointId)
      const lists = ENDED.map(status)
      let removed = 0
      let left = 0
      for (let step = 0; step < STEPS; step++) {
        const before = now() - retentionMs
        const [some = 0, rest = 0] = (await trim(lists, [before, STEP, delivery('')])) as number[]
        removed += some
        left = rest
        if (some < STEP) break
      }
      for (let step = 0; step < STEPS && left > keptEnded; step++) {
        const some = await dropOldest(endpointId, left - keptEnded)
        removed += some
        left -= some
        // They were queued again in this moment.
        if (some === 0) break
      }
      return removed
    },

    /** Since when the log of an endpoint holds every delivery that there was (unix ms). */
    async completeSince(endpointId: string): Promise<UnixMs> {
      const dropped = await redis.hget(keys.endpoint(endpointId).bounds, 'dropped_to')
      return Math.max(now() - retentionMs, dropped === null ? 0 : Number(dropped) + 1)
    },
  }
}

export type DeliveryBounds = ReturnType<typeof createDeliveryBounds>
