import { isOfWholeKey, UpstreamError } from '../elevenlabs/upstream-error.ts'
import type { Event, UnixMs, UnixSecs } from '../types.ts'
import { askAgain, type Between, LONGEST_WAIT_MS } from './ask-again.ts'
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
/**
 * After as many look-ups in a row that upstream did not answer, it is asked for somebody whom it has just listed: is
 * that answered, it is those users whom it does not answer about, and the others' turn comes.
 */
const UNANSWERED_IN_A_ROW = 3
const AT_LEAST = 10
const SHARE = 0.1

/**
 * More removals after one scan than this wait for a person: over 10 and over a tenth of the known. Those that a person
 * has accepted are not counted.
 */
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
  /** Why not all of them were asked for: upstream answers no look-up. The next scan asks for the others. */
  brokenOff: UpstreamError | null
  requests: number
}

/**
 * After a complete scan that nothing interrupted: who was absent is marked, and who was absent from the one
 * before as well is removed, with a tombstone that stays. Before a removal is told, the user is asked for by
 * name, for a list that shifts while it is read can skip a row. A scan that was interrupted marks nobody and clears no
 * mark; whoever any scan sees is marked no more.
 *
 * What upstream does not answer about one user (a 404, a 403 of a firewall that dislikes the id) concerns nobody else
 * (decision 10). Where it answers no look-up at all, looking up ends.
 *
 * @throws UpstreamError where it asks to wait, and does not answer about others either; and what `between` throws
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
    /** Somebody whom the scan has just seen; null where it knows of nobody. */
    listed: string | null
    /** What goes before the next step where it is due, for removals must not delay first-time callers. */
    between: Between
    since: UnixSecs
    knownUsers: number
    accepted: 'events' | 'baseline' | undefined
    /** How many they decided about; undefined where an earlier version has noted no number. */
    acceptedUsers: number | undefined
    /** The list is empty, and a person has said that it is: nobody has to be absent a second time. */
    onceIsEnough: boolean
    signal: AbortSignal
  },
  result: RemovalResult,
): Promise<void> {
  const { source, token, between } = job
  if (job.complete) return
  // What was accepted covers those who were gone then, and not whoever is when it is carried out at last.
  const numbered = job.accepted !== undefined && job.acceptedUsers !== undefined
  const limit =
    job.accepted !== undefined && !numbered
      ? Number.POSITIVE_INFINITY
      : removalLimit(job.knownUsers) + (numbered ? Math.max(0, job.acceptedUsers ?? 0) : 0)
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
      if (snapshot.absent || job.onceIsEnough) {
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
  if (job.accepted !== undefined && !numbered) await commit([], [], total)

  let inARow = 0
  // Waiting has not helped with one user while another was answered: no other one is waited for.
  let patient = true
  for (const userId of gone) {
    if (job.signal.aborted) break
    if (between.due()) await between.run()
    const [snapshot] = await deps.store.readUsers(source.id, [userId])
    if (snapshot === null || snapshot === undefined || snapshot.removed) continue
    if (!snapshot.absent && !job.onceIsEnough) continue
    const listed = await lookUp(userId)
    if (listed instanceof UpstreamError) {
      if (asksToWait(listed)) {
        if (!(await answersOthers(listed))) throw listed
        patient = false
        inARow = 0
        result.unanswered++
        continue
      }
      result.unanswered++
      if (++inARow < UNANSWERED_IN_A_ROW) continue
      inARow = 0
      const control = job.listed === null ? listed : await lookUp(job.listed)
      if (!(control instanceof UpstreamError)) continue
      if (asksToWait(control)) throw control
      result.brokenOff = control
      return
    }
    inARow = 0
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

  /** @returns whether upstream lists the user, or why it does not say */
  function lookUp(userId: string): Promise<boolean | UpstreamError> {
    return askAgain(
      () => {
        result.requests++
        return deps.isListed(userId)
      },
      { waits: patient, pause: deps.pause, between, signal: job.signal },
    ).catch((error: unknown) => {
      if (job.signal.aborted || !(error instanceof UpstreamError)) throw error
      return error
    })
  }

  /**
   * Whether somebody whom the scan has just seen is answered while upstream asks to wait about another: then that
   * concerns the other one alone. A 429 is of the whole key, and nobody is asked for before its time.
   */
  async function answersOthers(error: UpstreamError): Promise<boolean> {
    const { retryAfterMs } = error
    const waited = patient && retryAfterMs !== null && retryAfterMs <= LONGEST_WAIT_MS
    if (job.listed === null || (isOfWholeKey(error) && !waited)) return false
    result.requests++
    return deps.isListed(job.listed).then(
      () => true,
      (error: unknown) => {
        if (job.signal.aborted || !(error instanceof UpstreamError)) throw error
        return false
      },
    )
  }

  /**
   * @param more removals that are accepted from now on
   * @returns false where a user was forgotten meanwhile; who is still absent is found by the next scan
   */
  async function commit(users: SnapshotChange[], events: Event[], more = 0): Promise<boolean> {
    const fewer = users.filter(({ after }) => after.removed).length
    const accepted = job.accepted === undefined ? 0 : more - fewer
    const increment = {
      ...(fewer === 0 ? {} : { known_users: -fewer }),
      ...(accepted === 0 ? {} : { removals_accepted_users: accepted }),
    }
    const reply = await deps.store.commitPage(source.id, token, {
      users,
      events,
      state: { increment },
    })
    if (reply === 'FENCED') throw new FencedError()
    return reply === 'OK'
  }
}

/** Whether upstream wants to be asked for nobody at present. Some send a time to reset with every answer. */
function asksToWait({ kind, retryAfterMs }: UpstreamError): boolean {
  return kind === 'slow_down' || (kind === 'passing' && retryAfterMs !== null)
}
