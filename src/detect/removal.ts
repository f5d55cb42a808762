import { UpstreamError } from '../elevenlabs/upstream-error.ts'
import type { Event, UnixMs, UnixSecs } from '../types.ts'
import { askAgain } from './ask-again.ts'
import { buildRemoval } from './build-event.ts'
import { FencedError } from './commit-rows.ts'
import { bucketsAtOnce } from './read-packed.ts'
import type { Snapshot } from './snapshot.ts'
import type { DetectionStore, SnapshotChange } from './store.ts'

/** Users marked at once. */
const BATCH = 100
/**
 * Removals that are looked up one by one after each scan, at most, or as many as a scan has pages; the rest comes
 * with the next scan. Where a person has decided, all are.
 */
const LOOK_UPS = 500
const USERS_A_LOOK_UP = 100
const AT_LEAST = 10
const SHARE = 0.1

/** More removals after one scan than this wait for a person: over 10 and over a tenth of the known. */
export function removalLimit(knownUsers: number): number {
  return Math.max(AT_LEAST, Math.floor(knownUsers * SHARE))
}

/** What came of looking for absent users. */
export interface RemovalResult {
  /** Users who have a tombstone now, and how many of them were told. */
  removed: number
  told: number
  /** Users who wait for a person. */
  heldBack: number
  /** Users of whom upstream does not say whether it lists them; they stay as they are. */
  unanswered: number
  requests: number
}

/**
 * After a complete scan that nothing interrupted: who was absent is marked, and who was absent from the one
 * before as well is removed, with a tombstone that stays. Before a removal is told, the user is asked for by
 * name, for a list that shifts while it is read can skip a row.
 *
 * @param result is added to as it goes, and tells how far it came where it throws
 * @param job.seen whether the scan, or a head poll meanwhile, has seen a user
 * @param job.since server time at the scan's first page; later contacts moved to the top and prove nothing
 * @param job.accepted what a person decided about removals that were held back
 */
export async function detectRemovals(
  deps: {
    store: Pick<DetectionStore, 'scanBuckets' | 'readUsers' | 'commitPage'>
    isListed: (userId: string) => Promise<boolean>
    now: () => UnixMs
    pause: (ms: number) => Promise<void>
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
  result: RemovalResult,
): Promise<void> {
  const { source, token, between } = job
  if (job.complete) return
  const limit = job.accepted === undefined ? removalLimit(job.knownUsers) : Number.POSITIVE_INFINITY
  const most =
    job.accepted === undefined
      ? Math.max(LOOK_UPS, Math.ceil(job.knownUsers / USERS_A_LOOK_UP))
      : Number.POSITIVE_INFINITY
  const gone: string[] = []
  let total = 0
  let marks: SnapshotChange[] = []

  for await (const users of deps.store.scanBuckets(source.id, bucketsAtOnce(job.knownUsers), job.seen)) {
    if (job.signal.aborted) return
    if (between.due()) await between.run()
    for (const { userId, snapshot } of users) {
      if (snapshot.removed || snapshot.last_contact >= job.since) continue
      if (snapshot.absent) {
        total++
        if (gone.length < Math.min(limit, most)) gone.push(userId)
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
  if (total > limit) {
    result.heldBack = total
    return
  }

  for (const userId of gone) {
    if (job.signal.aborted) break
    if (between.due()) await between.run()
    const [snapshot] = await deps.store.readUsers(source.id, [userId])
    if (!snapshot?.absent || snapshot.removed) continue
    const listed = await askAgain(
      () => {
        result.requests++
        return deps.isListed(userId)
      },
      { waits: true, pause: deps.pause, signal: job.signal },
    ).catch((error: unknown) => {
      // It cannot be asked for, because the id is too long for instance: no reason to look for nobody else.
      if (error instanceof UpstreamError && error.kind === 'request') return null
      throw error
    })
    if (listed === null) {
      result.unanswered++
      continue
    }
    const after: Snapshot = listed
      ? { ...snapshot, absent: false }
      : { ...snapshot, absent: false, fall: null, removed: true }
    const tell = !listed && job.accepted !== 'baseline'
    const done = await commit(
      [{ userId, before: snapshot, after }],
      tell ? [buildRemoval(source, userId, snapshot, deps.now())] : [],
    )
    if (!done) continue
    if (!listed) result.removed++
    if (tell) result.told++
  }

  /** @returns false where a user was forgotten meanwhile; who is still absent is found by the next scan */
  async function commit(users: SnapshotChange[], events: Event[]): Promise<boolean> {
    const fewer = users.filter(({ after }) => after.removed).length
    const reply = await deps.store.commitPage(source.id, token, {
      users,
      events,
      state: fewer === 0 ? {} : { increment: { known_users: -fewer } },
    })
    if (reply === 'FENCED') throw new FencedError()
    return reply === 'OK'
  }
}
