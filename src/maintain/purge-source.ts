import type { Redis } from '../redis/client.ts'
import { type Keys, USER_BUCKETS } from '../redis/keys.ts'

/** Buckets of snapshots deleted by one command: they are small, and most of them empty. */
const BUCKETS_AT_ONCE = 2_048

/**
 * Makes what clears up behind a deleted source. Its snapshots go at once; its events stay readable and
 * deliverable until the retention has taken the last of them, and then everything goes. Each step can be
 * repeated, for a crash may come between any two.
 */
export function createPurgeSource(deps: {
  redis: Pick<Redis, 'unlink' | 'xlen' | 'hget' | 'hset'>
  keys: Keys
  /** Takes the lease from a poll that is still at work. */
  interrupt: (sourceId: string) => Promise<void>
  sources: { forget: (sourceId: string) => Promise<void> }
  /** What the data folder keeps of the source. */
  watermarks: { remove: (sourceId: string) => Promise<void> }
}) {
  const { redis } = deps

  async function dropSnapshots(sourceId: string): Promise<void> {
    const source = deps.keys.source(sourceId)
    await deps.interrupt(sourceId)
    for (let from = 0; from < USER_BUCKETS; from += BUCKETS_AT_ONCE) {
      await redis.unlink(Array.from({ length: BUCKETS_AT_ONCE }, (_, i) => source.bucket(from + i)))
    }
    await redis.unlink(source.quarantine, source.quarantined, source.polls)
    await deps.watermarks.remove(sourceId)
  }

  return async function purgeSource(sourceId: string): Promise<void> {
    const source = deps.keys.source(sourceId)
    const hasEvents = (await redis.xlen(source.outbox)) > 0
    if (hasEvents && (await redis.hget(source.state, 'purged')) !== null) return
    // Once more at the end, for a poll that read the source before it was deleted may have come between.
    await dropSnapshots(sourceId)
    if (hasEvents) {
      await redis.hset(source.state, 'purged', 1)
      return
    }
    await redis.unlink(
      source.outbox,
      source.eventIndex,
      source.conversations,
      source.enriching,
      source.state,
      source.lease,
    )
    await deps.sources.forget(sourceId)
  }
}
