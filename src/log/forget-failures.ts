import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'

const FAILURES = ['failing_since', 'failures', 'recovered', 'unanswered', 'open_until', 'opened']

/**
 * Makes what is done when a disabled endpoint is enabled, or has another URL: its failures are counted from zero, or
 * the next one would disable it again at once, and its breaker closes. When it last succeeded stays.
 */
export function createForgetFailures({ redis, keys }: { redis: Pick<Redis, 'hdel'>; keys: Keys }) {
  return async function forgetFailures(endpointId: string): Promise<void> {
    await redis.hdel(keys.endpoint(endpointId).health, ...FAILURES)
  }
}
