import type { UnixSecs, UserRow } from '../types.ts'
import type { Snapshot } from './snapshot.ts'

/**
 * A 53-bit digest of a user id, to remember by the million who was seen. Not for anything that an attacker
 * must not guess: two ids with one digest would only delay a removal.
 */
export function userDigest(userId: string): number {
  let a = 0x9e3779b1
  let b = 0x85ebca6b
  for (let i = 0; i < userId.length; i++) {
    const unit = userId.charCodeAt(i)
    a = Math.imul(a ^ unit, 0x01000193)
    b = Math.imul(b ^ unit, 0x5bd1e995)
    b ^= b >>> 15
  }
  a = Math.imul(a ^ (a >>> 16), 0x2c1b3c6d) ^ Math.imul(b ^ (b >>> 13), 0x297a2d39)
  b = Math.imul(b ^ (b >>> 16), 0x2c1b3c6d) ^ Math.imul(a ^ (a >>> 13), 0x297a2d39)
  return (b & 0x1fffff) * 2 ** 32 + (a >>> 0)
}

/** A 53-bit digest of what a row says and a snapshot records; never 0. */
function contentDigest(count: number, lastContact: UnixSecs, firstContact: UnixSecs | null): number {
  let a = 0x9e3779b1
  let b = 0x85ebca6b
  for (let i = 0; i < 3; i++) {
    const value = i === 0 ? count : i === 1 ? lastContact : (firstContact ?? 0)
    const high = Math.floor(value / 2 ** 32)
    a = Math.imul(a ^ value, 0x2c1b3c6d) ^ (b >>> 13)
    b = Math.imul(b ^ high ^ (a >>> 15), 0x297a2d39) ^ value
    a ^= a >>> 16
  }
  if (firstContact === null) a ^= 0x55555555
  a = Math.imul(a ^ (b >>> 16), 0x85ebca6b)
  b = Math.imul(b ^ (a >>> 13), 0xc2b2ae35)
  b ^= b >>> 16
  return (b & 0x1fffff) * 2 ** 32 + (a >>> 0) || 1
}

/** Two thirds full at most, so that a look-up takes few steps. */
const LOAD = 2 / 3
/** How much it grows by when it is full. */
const GROWTH = 1.5

/**
 * The users of a source as a full scan found them recorded, and whom the scan has seen of them: by digest, 24
 * bytes each, for a million strings in a Set would take a hundred megabytes. It may be wrong where two ids
 * have one digest: then a user is compared once more for nothing, or a removal is found by a later scan.
 */
export function createRoll(expectedUsers = 0) {
  // A hash table of pairs in one array, so that a look-up touches one line of the processor's cache: the digest
  // of an id, negative once the user was seen, and that of the content. 0 is a free place; no digest is 0.
  let places = Math.max(1024, Math.ceil((expectedUsers + 1) / LOAD))
  let table = new Float64Array(2 * places)
  let size = 0
  let unseen = 0

  /** Where a user's pair is, or the free place where it belongs. */
  function placeOf(digest: number): number {
    // The low 32 bits as a share of the places, of which there may be any number.
    let at = Math.floor(((digest >>> 0) / 2 ** 32) * places)
    for (;;) {
      const there = table[at * 2]
      if (there === 0 || there === digest || there === -digest) return at * 2
      if (++at === places) at = 0
    }
  }

  function grow(): void {
    const before = table
    places = Math.ceil(places * GROWTH)
    table = new Float64Array(2 * places)
    for (let from = 0; from < before.length; from += 2) {
      const digest = before[from] ?? 0
      if (digest === 0) continue
      const at = placeOf(Math.abs(digest))
      table[at] = digest
      table[at + 1] = before[from + 1] ?? 0
    }
  }

  /** Marks a user as seen and answers with their place. */
  function mark(userId: string): number {
    if (size >= places * LOAD) grow()
    const digest = userDigest(userId) || 1
    const at = placeOf(digest)
    if (table[at] === 0) size++
    else if (table[at] === digest) unseen--
    table[at] = -digest
    return at
  }

  return {
    /** Enters a user as recorded. Where the record is not plain, every row of theirs has to be compared. */
    enter(userId: string, snapshot: Snapshot): void {
      if (snapshot.removed) return
      if (size >= places * LOAD) grow()
      const digest = userDigest(userId) || 1
      const at = placeOf(digest)
      if (table[at] === 0) {
        table[at] = digest
        size++
        unseen++
      }
      const { count, last_contact, first_contact } = snapshot
      const plain = !snapshot.absent && snapshot.fall === null
      table[at + 1] = plain ? contentDigest(count, last_contact, first_contact) : 0
    },

    /** Marks a user as seen. */
    see(userId: string): void {
      mark(userId)
    },

    hasSeen(userId: string): boolean {
      const digest = userDigest(userId) || 1
      return table[placeOf(digest)] === -digest
    },

    /**
     * Marks a row's user as seen, and tells whether the row says what was recorded of them, so that nothing can
     * come of comparing the two.
     */
    meet(row: UserRow): boolean {
      const content = table[mark(row.user_id) + 1]
      const { conversation_count, last_contact_unix_secs, first_contact_unix_secs } = row
      return content === contentDigest(conversation_count, last_contact_unix_secs, first_contact_unix_secs)
    },

    /** How many of those who were entered have not been seen. */
    get unseen() {
      return unseen
    },
  }
}

export type Roll = ReturnType<typeof createRoll>
