import type { Claim, DeliveryLog, Ending, Recorded } from '../../src/log/deliveries.ts'
import type { Redis } from '../../src/redis/client.ts'
import type { Keys } from '../../src/redis/keys.ts'

/** Takes and records one delivery after the other, which the log does for many at once. */
export function oneByOne(deps: { redis: Redis; keys: Keys; log: DeliveryLog; now: () => number }) {
  const { redis, keys, log, now } = deps
  let turn: Promise<unknown> = Promise.resolve()

  async function claimNow(endpointId: string, id: string, holdMs: number): Promise<Claim | null> {
    const endpoint = keys.endpoint(endpointId)
    const lists = [endpoint.due, endpoint.retries, endpoint.busy]
    const scores = await Promise.all(lists.map((list) => redis.zscore(list, id)))
    const score = scores.find((found) => found !== null)
    if (score === undefined || Number(score) > now()) return null
    // What is due since ever is taken first.
    await redis.zrem(endpoint.retries, id)
    await redis.zrem(endpoint.busy, id)
    await redis.zadd(endpoint.due, 0, id)
    const limits = { room: 1, atOnce: Number.MAX_SAFE_INTEGER, rate: null, unsent: true }
    const { claims } = await log.take(endpointId, holdMs, limits)
    return claims.find(({ deliveryId }) => deliveryId === id) ?? null
  }

  return {
    /** A claim on this very delivery, which goes before all others. Null where there is nothing to attempt now. */
    claim(endpointId: string, id: string, holdMs = 10_000): Promise<Claim | null> {
      const mine = turn.then(() => claimNow(endpointId, id, holdMs))
      turn = mine.catch(() => undefined)
      return mine
    },

    async record(endpointId: string, claim: Claim, ending: Ending): Promise<Recorded | undefined> {
      return (await log.record(endpointId, [{ claim, ending }])).replies[0]
    },
  }
}
