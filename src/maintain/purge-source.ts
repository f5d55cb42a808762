import { EPOCH_STEP, OF_THE_BASELINE } from '../detect/store.ts'
import type { Redis } from '../redis/client.ts'
import { type Keys, USER_BUCKETS } from '../redis/keys.ts'
import { createScript } from '../redis/script.ts'

/** Buckets of snapshots deleted by one command: they are small, and most of them empty. */
const BUCKETS_AT_ONCE = 2_048
/**
 * How long it is kept where a deleted source had got to (ms): longer than the data folder of a process that polled
 * it lies about unused.
 */
const ENDED_KEPT_MS = 365 * 86_400_000
/** Fields of the state that only a new baseline keeps: one that is made again had no outage and no poll yet. */
const OF_THE_SOURCE = ['identity', 'mode', 'failing_announced', 'last_poll', 'last_baseline'] as const

/**
 * Makes what clears up behind a deleted source. What is known of its users goes at once; its events stay readable
 * and deliverable until the retention has taken the last of them, and then everything goes. Each step can be
 * repeated, for a crash may come between any two, and lets a source be that is made again under the same id
 * meanwhile (decision 67).
 */
export function createPurgeSource(deps: {
  redis: Pick<Redis, 'callBuffer' | 'xlen' | 'hmget'>
  keys: Keys
  sources: {
    /** Null where it is deleted. */
    find: (sourceId: string) => Promise<object | null>
    forget: (sourceId: string) => Promise<void>
  }
  /** What the data folder keeps of the source. */
  watermarks: { remove: (sourceId: string) => Promise<void> }
}) {
  const { redis } = deps
  const script = (name: string) => createScript(redis, new URL(`./${name}.lua`, import.meta.url))
  const endSource = script('end-source')
  const dropSnapshots = script('drop-snapshots')
  const dropSource = script('drop-source')

  /** @returns false where the source is polled again */
  async function dropUsers(sourceId: string): Promise<boolean> {
    const source = deps.keys.source(sourceId)
    for (let from = 0; from < USER_BUCKETS; from += BUCKETS_AT_ONCE) {
      const buckets = Array.from({ length: BUCKETS_AT_ONCE }, (_, i) => source.bucket(from + i))
      if ((await dropSnapshots([source.state, ...buckets], [0])) === 0) return false
    }
    return (
      (await dropSnapshots([source.state, source.quarantine, source.quarantined, source.polls], [1])) === 1
    )
  }

  return async function purgeSource(sourceId: string): Promise<void> {
    const source = deps.keys.source(sourceId)
    const [fence, purged, identity] = await redis.hmget(source.state, 'fence', 'purged', 'identity')
    // Asked after the fencing token was read: who makes it again now, and polls, takes another one.
    if ((await deps.sources.find(sourceId)) !== null) return
    const hasEvents = (await redis.xlen(source.outbox)) > 0
    // A poll that read the source before it was deleted may have begun a baseline: that goes too.
    if (hasEvents && purged === '1' && identity === null) return
    const ended = await endSource(
      [source.lease, source.state, source.ended],
      [fence ?? '', EPOCH_STEP, ENDED_KEPT_MS, ...OF_THE_SOURCE, ...OF_THE_BASELINE],
    )
    if (ended === 0 || !(await dropUsers(sourceId))) return
    await deps.watermarks.remove(sourceId)
    if (hasEvents) return
    const { state, outbox, eventIndex, conversations, enriching, lease } = source
    const dropped = await dropSource([state, outbox, eventIndex, conversations, enriching, lease], [])
    if (dropped === 1) await deps.sources.forget(sourceId)
  }
}
