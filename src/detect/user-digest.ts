import type { UserRow } from '../types.ts'
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
function contentDigest({ count, last_contact, first_contact }: Content): number {
  let a = 0x9e3779b1
  let b = 0x85ebca6b
  for (const value of [count, last_contact, first_contact ?? -0.5]) {
    const high = Math.floor(value / 2 ** 32)
    a = Math.imul(a ^ value ^ (value % 1 === 0 ? 0 : 0x55555555), 0x2c1b3c6d) ^ (b >>> 13)
    b = Math.imul(b ^ high ^ (a >>> 15), 0x297a2d39) ^ value
    a ^= a >>> 16
  }
  a = Math.imul(a ^ (b >>> 16), 0x85ebca6b)
  b = Math.imul(b ^ (a >>> 13), 0xc2b2ae35)
  b ^= b >>> 16
  return (b & 0x1fffff) * 2 ** 32 + (a >>> 0) || 1
}

type Content = Pick<Snapshot, 'count' | 'last_contact' | 'first_contact'>

/** Half full at most, so that a look-up rarely takes a second step. */
const LOAD = 0.5

/**
 * The users of a source as a full scan found them recorded, and whom the scan has seen of them: by digest, up to
 * 34 bytes each, for a million strings in a Set would take a hundred megabytes. It may be wrong where two ids
 * have one digest: then a user is compared once more for nothing, or a removal is found by a later scan.
 */
export function createRoll() {
  // A hash table in three arrays. 0 is a free place; no digest is 0.
  let ids = new Float64Array(1024)
  let contents = new Float64Array(1024)
  let marks = new Uint8Array(1024)
  let size = 0
  let unseen = 0

  function placeOf(digest: number): number {
    const mask = ids.length - 1
    let at = digest & mask
    while (ids[at] !== 0 && ids[at] !== digest) at = (at + 1) & mask
    return at
  }

  /** The place of a user, who has one from now on. */
  function take(digest: number): number {
    if (size >= ids.length * LOAD) grow()
    const at = placeOf(digest)
    if (ids[at] === 0) {
      ids[at] = digest
      size++
    }
    return at
  }

  function grow(): void {
    const before = { ids, contents, marks }
    ids = new Float64Array(before.ids.length * 2)
    contents = new Float64Array(ids.length)
    marks = new Uint8Array(ids.length)
    before.ids.forEach((digest, i) => {
      if (digest === 0) return
      const at = placeOf(digest)
      ids[at] = digest
      contents[at] = before.contents[i] ?? 0
      marks[at] = before.marks[i] ?? 0
    })
  }

  return {
    /** Enters a user as recorded. Where the record is not plain, every row of theirs has to be compared. */
    enter(userId: string, snapshot: Snapshot): void {
      if (snapshot.removed) return
      const plain = !snapshot.absent && snapshot.fall === null
      const at = take(userDigest(userId) || 1)
      contents[at] = plain ? contentDigest(snapshot) : 0
      if (marks[at] !== 0) return
      marks[at] = UNSEEN
      unseen++
    },

    /** Marks a user as seen. */
    see(userId: string): void {
      const at = take(userDigest(userId) || 1)
      if (marks[at] === UNSEEN) unseen--
      marks[at] = SEEN
    },

    hasSeen(userId: string): boolean {
      return marks[placeOf(userDigest(userId) || 1)] === SEEN
    },

    /**
     * Marks a row's user as seen, and tells whether the row says what was recorded of them, so that nothing can
     * come of comparing the two.
     */
    meet(row: UserRow): boolean {
      const at = take(userDigest(row.user_id) || 1)
      if (marks[at] === UNSEEN) unseen--
      marks[at] = SEEN
      const content = contents[at]
      if (content === 0) return false
      return (
        content ===
        contentDigest({
          count: row.conversation_count,
          last_contact: row.last_contact_unix_secs,
          first_contact: row.first_contact_unix_secs,
        })
      )
    },

    /** How many of those who were entered have not been seen. */
    get unseen() {
      return unseen
    },
  }
}

const UNSEEN = 1
const SEEN = 2

export type Roll = ReturnType<typeof createRoll>
