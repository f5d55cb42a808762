import type { Redis } from 'ioredis'
import type { Keys } from '../redis/keys.ts'
import type { UnixMs } from '../types.ts'

const FAILURES = [
  'failing_since',
  'failures',
  'recovered',
  'unanswered',
  'open_until',
  'opened',
  'told',
  'gone',
  'overdue',
] as const

/**
 * Makes what is done when a disabled endpoint is enabled, or has another URL: its failures are counted from zero, or
 * the next one would disable it again at once, and its breaker closes. When it last succeeded stays. What was sent
 * to the endpoint as it was before `freshAt` is not counted any more, for it may still be under way.
 */
export function createForgetFailures({ redis, keys }: { redis: Pick<Redis, 'multi'>; keys: Keys }) {
  return async function forgetFailures(endpointId: string, freshAt: UnixMs): Promise<void> {
    const { health } = keys.endpoint(endpointId)
    await redis
      .multi()
      .hset(health, 'fresh_at', freshAt)
      .hdel(health, ...FAILURES)
      .exec()
  }
}
