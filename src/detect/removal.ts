import type { Event, UnixMs, UnixSecs } from '../types.ts'
import { buildRemoval } from './build-event.ts'
import { FencedError } from './commit-rows.ts'
import { bucketsAtOnce } from './read-packed.ts'
import type { Snapshot } from './snapshot.ts'
import type { DetectionStore, SnapshotChange } from './store.ts'

/** Users removed or marked at once. */
const BATCH = 100
/** Removals that are looked up one by one after each scan, at most; the rest comes with the next scan. */
const LOOK_UPS = 500
const AT_LEAST = 10
const SHARE = 0.1

/** More removals after one scan than this wait for a person: over 10 and over a tenth of the known. */
export function removalLimit(knownUsers: number): number {
  return Math.max(AT_LEAST, Math.floor(knownUsers * SHARE))
}

/** What came of looking for absent users. `heldBack` is how many wait for a person. */
export interface RemovalResult {
  removed: number
  heldBack: number
  requests: number
}

/**
 * After a complete scan that nothing interrupted: who was absent is marked, and who was absent from the one
 * before as well is removed, with a tombstone that stays. Before a removal is told, the user is asked for by
 * name, for a list that shifts while it is read can skip a row.
 *
 * @param job.seen whether the scan, or a head poll meanwhile, has seen a user
 * @param job.since server time at the scan's first page; later contacts moved to the top and prove nothing
 * @param job.accepted what a person decided about removals that were held back
 */
export async function detectRemovals(
  deps: {
    store: Pick<DetectionStore, 'scanBuckets' | 'readUsers' | 'commitPage'>
    isListed: (userId: string) => Promise<boolean>
    now: () => UnixMs
  },
  job: {
    source: { id: string; name: string }
    token: number
    seen: (userId: string) => boolean
    /** The scan has seen everyone who was known when it began. */
    complete: boolean
    /** What goes before the next step where it is due, for removals must not delay first-time callers. */
    between: { due: () => boolean; run: () => Promise<void> }
    since: UnixSecs
    knownUsers: number
    accepted: 'events' | 'baseline' | undefined
    signal: AbortSignal
  },
): Promise<RemovalResult> {
  const { source, token, between } = job
  if (job.complete) return { removed: 0, heldBack: 0, requests: 0 }
  const limit = job.accepted === undefined ? removalLimit(job.knownUsers) : Number.POSITIVE_INFINITY
  const gone: string[] = []
  let total = 0
  let marks: SnapshotChange[] = []

  for await (const users of deps.store.scanBuckets(source.id, bucketsAtOnce(job.knownUsers), job.seen)) {
    if (job.signal.aborted) return { removed: 0, heldBack: 0, requests: 0 }
    if (between.due()) await between.run()
    for (const { userId, snapshot } of users) {
      if (snapshot.removed || snapshot.last_contact >= job.since) continue
      if (snapshot.absent) {
        total++
        if (gone.length <= Math.min(limit, LOOK_UPS)) gone.push(userId)
      } else {
        marks.push({ userId, before: snapshot, after: { ...snapshot, absent: true } })
      }
    }
    while (marks.length >= BATCH) {
      await commit(marks.slice(0, BATCH), [])
      marks = marks.slice(BATCH)
    }
  }
  if (marks.length > 0) await commit(marks, [])
  if (total > limit) return { removed: 0, heldBack: total, requests: 0 }

  let requests = 0
  let removed = 0
  for (const userId of gone.slice(0, LOOK_UPS)) {
    if (job.signal.aborted) break
    if (between.due()) await between.run()
    const [snapshot] = await deps.store.readUsers(source.id, [userId])
    if (!snapshot?.absent || snapshot.removed) continue
    requests++
    const listed = await deps.isListed(userId)
    const after: Snapshot = listed
      ? { ...snapshot, absent: false }
      : { ...snapshot, absent: false, fall: null, removed: true }
    const tell = !listed && job.accepted !== 'baseline'
    await commit(
      [{ userId, before: snapshot, after }],
      tell ? [buildRemoval(source, userId, snapshot, deps.now())] : [],
    )
    if (!listed) removed++
  }
  return { removed, heldBack: 0, requests }

  async function commit(users: SnapshotChange[], events: Event[]): Promise<void> {
    const fewer = users.filter(({ after }) => after.removed).length
    const reply = await deps.store.commitPage(source.id, token, {
      users,
      events,
      state: fewer === 0 ? {} : { increment: { known_users: -fewer } },
    })
    if (reply === 'FENCED') throw new FencedError()
    // CONFLICT: a user was forgotten meanwhile; who is still absent is found by the next scan.
  }
}
