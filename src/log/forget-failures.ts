import type { Redis } from 'ioredis'
import type { Keys } from '../redis/keys.ts'

/**
 * Makes what is done when a disabled endpoint is enabled: its failures are counted from zero, or the next one
 * would disable it again at once. When it last succeeded stays.
 */
export function createForgetFailures({ redis, keys }: { redis: Pick<Redis, 'hdel'>; keys: Keys }) {
  return async function forgetFailures(endpointId: string): Promise<void> {
    await redis.hdel(keys.endpoint(endpointId).health, 'failing_since', 'failures')
  }
}
