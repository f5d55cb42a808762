import type { UnreadUser } from '../elevenlabs/read-page.ts'
import type { UnixSecs, UserRow } from '../types.ts'
import { milestonesPassed } from './milestones.ts'
import { recentSentiment } from './sentiment.ts'
import { isUnread, newSnapshot, type Snapshot, unreadSnapshot } from './snapshot.ts'

/** One thing that happened to a user, as the comparison of a row with its snapshot tells it. */
export interface Change {
  type:
    | 'user.created'
    | 'user.conversation_count.increased'
    | 'user.returned'
    | 'user.milestone_reached'
    | 'user.sentiment.dropped'
    | 'user.removed'
  from: number
  to: number
  epoch: number
  previous: { conversation_count: number; last_contact_unix_secs: UnixSecs } | null
  /** What only some types have: `milestone`, `sentiment_change`. */
  details?: Record<string, unknown>
}

/**
 * Whose first appearance is news. `everyone` in a live source; during a baseline only those whose first
 * contact is after the given moment, for everyone else was there before ringpost looked. Once it has ended, those
 * whose last contact is shortly before it began are news as well: they did not move up past it, but were listed late.
 * Whose is older was hidden from it by pages that shift, more likely than listed that late in these very minutes.
 */
export type Announce =
  | { everyone: true }
  | { everyone: false; firstContactAfter: UnixSecs; listedLate?: { from: UnixSecs; to: UnixSecs } }

/** By what a source's rows are judged. */
export interface Rules {
  announce: Announce
  /**
   * Who first called before this, and again since, is not news: they were there when the baseline was taken, which did
   * not meet them. Whoever has not called since may have been listed late.
   */
  thereBefore?: UnixSecs
  /** Epoch of users who are met for the first time. */
  epoch: number
  /** A rise after a longer silence than this is a return (seconds). */
  returnedAfterSecs: number
  /** Rising counts to announce; see {@link milestonesPassed}. */
  milestones: readonly number[] | null
  /** Null: sentiment is not watched. */
  sentimentThreshold: number | null
  /** What is recorded was judged by another threshold: sentiment is judged anew and nothing is told of it. */
  sentimentInSilence?: boolean
  /**
   * The number of the full scan at work, of the last one that was complete, and of the last one that was and ended long
   * enough ago for what it saw to be believed; null in other scans.
   */
  fullScan: { number: number; lastComplete: number; believed: number } | null
}

/** The snapshot to store (null: as it was) and what to tell. */
export interface Diff {
  next: Snapshot | null
  changes: Change[]
  /** Who would be news, had the list not said that they called before the baseline; see {@link Rules.thereBefore}. */
  calledBefore?: boolean
}

/**
 * Compares a row with what is recorded of its user. A count above the high-water mark is a rise; of
 * everything else the maxima are kept, so that a stale replica or an out-of-date page changes nothing.
 */
export function diff(row: UserRow, snapshot: Snapshot | null, rules: Rules): Diff {
  return isAsKnown(row, snapshot, rules) ? AS_KNOWN : judge(row, snapshot, rules)
}

const AS_KNOWN: Diff = Object.freeze({ next: null, changes: [] })

/**
 * Whether a row plainly says what is recorded, as nearly every row of a full scan does. False only means that
 * it has to be judged: whatever is not plain is left to {@link judge}, which says the same where this is true.
 */
export function isAsKnown(row: UserRow, snapshot: Snapshot | null, rules: Rules): boolean {
  return (
    snapshot !== null &&
    row.conversation_count === snapshot.count &&
    row.last_contact_unix_secs === snapshot.last_contact &&
    row.first_contact_unix_secs === snapshot.first_contact &&
    rules.sentimentThreshold === null &&
    snapshot.fall === null &&
    !snapshot.absent &&
    !snapshot.removed
  )
}

/** What {@link diff} says, without its shortcut. */
export function judge(row: UserRow, snapshot: Snapshot | null, rules: Rules): Diff {
  const { next, changes, calledBefore } =
    snapshot === null
      ? firstSeen(row, rules)
      : isUnread(snapshot)
        ? firstSeen(row, { ...rules, announce: sinceMark(snapshot, rules.announce) })
        : snapshot.removed
          ? seenAgain(row, snapshot, rules)
          : seen(row, snapshot, rules)
  const reached = changes.flatMap((change) => milestones(change, rules.milestones))
  const sentiment = sentimentOf(row, snapshot, next, rules)
  const after = { ...next, sentiment: sentiment.state }
  return {
    next: snapshot !== null && same(snapshot, after) ? null : after,
    changes: [...changes, ...reached, ...sentiment.changes],
    ...(calledBefore === true ? { calledBefore } : {}),
  }
}

interface Judged {
  next: Snapshot
  changes: Change[]
  calledBefore?: boolean
}

function firstSeen(row: UserRow, { announce, thereBefore, epoch }: Rules): Judged {
  const { conversation_count: to } = row
  const next = newSnapshot({
    count: to,
    last_contact: row.last_contact_unix_secs,
    first_contact: row.first_contact_unix_secs,
    epoch,
  })
  const firstContact = firstContactOf(row)
  const news =
    announce.everyone ||
    (firstContact !== null && firstContact > announce.firstContactAfter) ||
    isListedLate(row.last_contact_unix_secs, announce)
  const calledBefore = news && thereBefore !== undefined && wasThere(row, thereBefore)
  return {
    next,
    changes: news && !calledBefore ? [{ type: 'user.created', from: 0, to, epoch, previous: null }] : [],
    calledBefore,
  }
}

/**
 * Whoever is marked was there when their row could not be read: only a later first contact is news. Where the scan has
 * a time of its own, as a baseline that is to announce nobody, it is the later of both.
 */
function sinceMark(mark: Snapshot, announce: Announce): Announce {
  const own = announce.everyone ? mark.last_contact : announce.firstContactAfter
  return { everyone: false, firstContactAfter: Math.max(mark.last_contact, own) }
}

/** Whether a last contact is of the time before a baseline in which rows are listed late, where that is looked for. */
function isListedLate(last: UnixSecs, { listedLate }: Extract<Announce, { everyone: false }>): boolean {
  return listedLate !== undefined && last >= listedLate.from && last < listedLate.to
}

/**
 * How to mark somebody whose row cannot be read while a baseline is taken; null where they may be news once it can be:
 * in a live source, and where what can be told of them says so.
 */
export function markOf(user: UnreadUser, { announce, epoch }: Rules): Snapshot | null {
  if (announce.everyone) return null
  const first = toldFirstContact(user)
  if (first !== null && first > announce.firstContactAfter) return null
  const last = user.last_contact_unix_secs
  if (last !== null && isListedLate(last, announce)) return null
  return unreadSnapshot(announce.firstContactAfter, epoch)
}

/** Without a first contact, a user of one conversation came first when they came last. */
function firstContactOf(row: UserRow): UnixSecs | null {
  return toldFirstContact(row) ?? (row.conversation_count <= 1 ? row.last_contact_unix_secs : null)
}

/** Nobody called in 1970 or before: such a time stands for one that upstream does not know. */
function toldFirstContact({
  first_contact_unix_secs: first,
}: Pick<UserRow, 'first_contact_unix_secs'>): UnixSecs | null {
  return first !== null && first > 0 ? first : null
}

/**
 * Whether the list says of somebody that they called before a time, and again since. One conversation cannot have been
 * at both: the first contact of such a row is not theirs in this list, and is not believed (decision 68).
 */
function wasThere(row: UserRow, before: UnixSecs): boolean {
  const first = toldFirstContact(row)
  return (
    row.conversation_count > 1 && first !== null && first < before && row.last_contact_unix_secs >= before
  )
}

function seen(row: UserRow, snapshot: Snapshot, rules: Rules): Judged {
  const fallen = fall(row, snapshot, rules)
  const { count, epoch } = fallen
  const next: Snapshot = {
    ...snapshot,
    count: Math.max(count, row.conversation_count),
    last_contact: Math.max(snapshot.last_contact, row.last_contact_unix_secs),
    first_contact: earliest(snapshot.first_contact, row.first_contact_unix_secs),
    epoch,
    fall: fallen.fall,
    absent: false,
  }
  if (next.count <= count) return { next, changes: [] }
  const rise = {
    from: count,
    to: next.count,
    epoch,
    previous: { conversation_count: count, last_contact_unix_secs: snapshot.last_contact },
  }
  const silence = row.last_contact_unix_secs - snapshot.last_contact
  return {
    next,
    changes: [
      { type: 'user.conversation_count.increased', ...rise },
      ...(silence > rules.returnedAfterSecs ? [{ type: 'user.returned' as const, ...rise }] : []),
    ],
  }
}

/**
 * A user who had been removed is back, in a new epoch. More conversations than ever are a rise; fewer with a
 * newer contact are a count that began anew; the same ones again are a return and nothing else. A baseline that is
 * taken of a list to which many have come back is silent about them.
 */
function seenAgain(row: UserRow, snapshot: Snapshot, { announce }: Rules): Judged {
  const to = row.conversation_count
  const called = to > snapshot.count || row.last_contact_unix_secs > snapshot.last_contact
  const from = to > snapshot.count ? snapshot.count : called ? 0 : to
  const epoch = snapshot.epoch + 1
  const previous = { conversation_count: snapshot.count, last_contact_unix_secs: snapshot.last_contact }
  const change = { from, to, epoch, previous }
  const next = newSnapshot({
    count: to,
    last_contact: row.last_contact_unix_secs,
    first_contact: row.first_contact_unix_secs,
    epoch,
  })
  if (!announce.everyone && row.last_contact_unix_secs <= announce.firstContactAfter)
    return { next, changes: [] }
  return {
    next,
    changes: [
      ...(called ? [{ type: 'user.conversation_count.increased' as const, ...change }] : []),
      { type: 'user.returned', ...change },
    ],
  }
}

/**
 * A lower count is taken over only when two full scans have seen it, the first of them complete and well before the
 * second (decision 68), and begins a new epoch. Until then the high-water mark stands: a count that dips and recovers
 * is no new conversation.
 */
function fall(
  row: UserRow,
  snapshot: Snapshot,
  { fullScan }: Rules,
): Pick<Snapshot, 'count' | 'epoch' | 'fall'> {
  const { count, epoch } = snapshot
  if (row.conversation_count >= count) return { count, epoch, fall: null }
  if (fullScan === null) return { count, epoch, fall: snapshot.fall }
  const before = snapshot.fall
  const lower = before === null ? row.conversation_count : Math.min(before.count, row.conversation_count)
  if (before !== null && before.scan <= fullScan.believed) {
    return { count: lower, epoch: epoch + 1, fall: null }
  }
  // What a scan saw that did not end counts from the next one on.
  const scan = before !== null && before.scan <= fullScan.lastComplete ? before.scan : fullScan.number
  return { count, epoch, fall: { count: lower, scan } }
}

function milestones(change: Change, wanted: readonly number[] | null): Change[] {
  if (change.type !== 'user.created' && change.type !== 'user.conversation_count.increased') return []
  return milestonesPassed(wanted, change.from, change.to).map((milestone) => ({
    ...change,
    type: 'user.milestone_reached',
    details: { milestone },
  }))
}

/** A drop is a recent average that is below the threshold and was not before; an unknown one was neither. */
function sentimentOf(
  row: UserRow,
  snapshot: Snapshot | null,
  next: Snapshot,
  { sentimentThreshold: threshold, sentimentInSilence: silent }: Rules,
): { state: Snapshot['sentiment']; changes: Change[] } {
  const before = snapshot?.sentiment ?? 'unknown'
  const score = threshold === null ? null : recentSentiment(row.sentiment)
  if (threshold === null || score === null) return { state: before, changes: [] }
  const state = score < threshold ? 'low' : 'fine'
  if (silent || !(state === 'low' && before === 'fine')) return { state, changes: [] }
  const { count, epoch } = next
  return {
    state,
    changes: [
      {
        type: 'user.sentiment.dropped',
        from: count,
        to: count,
        epoch,
        previous: snapshot && {
          conversation_count: snapshot.count,
          last_contact_unix_secs: snapshot.last_contact,
        },
        details: { sentiment_change: { recent_average_sentiment_score: score, threshold } },
      },
    ],
  }
}

function same(a: Snapshot, b: Snapshot): boolean {
  return (
    a.count === b.count &&
    a.last_contact === b.last_contact &&
    a.first_contact === b.first_contact &&
    a.epoch === b.epoch &&
    a.fall?.count === b.fall?.count &&
    a.fall?.scan === b.fall?.scan &&
    a.absent === b.absent &&
    a.removed === b.removed &&
    a.sentiment === b.sentiment
  )
}

function earliest(a: UnixSecs | null, b: UnixSecs | null): UnixSecs | null {
  if (a === null || b === null) return a ?? b
  return Math.min(a, b)
}
