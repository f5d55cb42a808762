import type { UnixSecs, UserRow } from '../types.ts'
import type { Snapshot } from './snapshot.ts'

/** What a row says that its snapshot did not. */
export type Change =
  | { type: 'user.created'; from: 0; to: number; epoch: number; previous: null }
  | {
      type: 'user.conversation_count.increased'
      from: number
      to: number
      epoch: number
      previous: { conversation_count: number; last_contact_unix_secs: UnixSecs }
    }

/**
 * Whose first appearance is news. `everyone` in a live source; during a baseline only those whose first
 * contact is after the given moment, for everyone else was there before ringpost looked.
 */
export type Announce = { everyone: true } | { everyone: false; firstContactAfter: UnixSecs }

/** The snapshot to store (null: as it was) and what to tell (null: nothing). */
export interface Diff {
  next: Snapshot | null
  change: Change | null
}

/**
 * Compares a row with what is recorded of its user. A count above the high-water mark is a rise; of
 * everything else the maxima are kept, so that a stale replica or an out-of-date page changes nothing.
 *
 * @param epoch of a user who is met for the first time
 */
export function diff(row: UserRow, snapshot: Snapshot | null, announce: Announce, epoch: number): Diff {
  if (snapshot === null) return firstSeen(row, announce, epoch)
  const next: Snapshot = {
    count: Math.max(snapshot.count, row.conversation_count),
    last_contact: Math.max(snapshot.last_contact, row.last_contact_unix_secs),
    first_contact: earliest(snapshot.first_contact, row.first_contact_unix_secs),
    epoch: snapshot.epoch,
  }
  if (next.count > snapshot.count) {
    return {
      next,
      change: {
        type: 'user.conversation_count.increased',
        from: snapshot.count,
        to: next.count,
        epoch: snapshot.epoch,
        previous: { conversation_count: snapshot.count, last_contact_unix_secs: snapshot.last_contact },
      },
    }
  }
  const same = next.last_contact === snapshot.last_contact && next.first_contact === snapshot.first_contact
  return { next: same ? null : next, change: null }
}

function firstSeen(row: UserRow, announce: Announce, epoch: number): Diff {
  const next: Snapshot = {
    count: row.conversation_count,
    last_contact: row.last_contact_unix_secs,
    first_contact: row.first_contact_unix_secs,
    epoch,
  }
  // Without a first contact, a user of one conversation came first when they came last.
  const firstContact =
    row.first_contact_unix_secs ?? (row.conversation_count <= 1 ? row.last_contact_unix_secs : null)
  const news = announce.everyone || (firstContact !== null && firstContact > announce.firstContactAfter)
  return {
    next,
    change: news
      ? { type: 'user.created', from: 0, to: row.conversation_count, epoch, previous: null }
      : null,
  }
}

function earliest(a: UnixSecs | null, b: UnixSecs | null): UnixSecs | null {
  if (a === null || b === null) return a ?? b
  return Math.min(a, b)
}
