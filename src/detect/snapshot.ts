import type { UnixSecs } from '../types.ts'

/** What ringpost has recorded of one user of one source. */
export interface Snapshot {
  /** The highest conversation count seen in this epoch. */
  count: number
  last_contact: UnixSecs
  first_contact: UnixSecs | null
  /** Rises whenever a lower count is taken over or the user comes back, so that the next rise has a new id. */
  epoch: number
  /** A lower count and the full scan that saw it; taken over when another full scan sees it too. */
  fall: { count: number; scan: number } | null
  /** The last complete full scan did not show the user. */
  absent: boolean
  /** The user is gone: what is kept is a tombstone, so that a return is not a first call. */
  removed: boolean
  /** Where the recent sentiment was last, against the source's threshold. */
  sentiment: Sentiment
}

export type Sentiment = 'unknown' | 'fine' | 'low'

const VERSION = 1
const SENTIMENTS: readonly Sentiment[] = ['unknown', 'fine', 'low']
const HAS_FIRST_CONTACT = 0x10
const HAS_FALL = 0x20
const ABSENT = 0x40
const REMOVED = 0x80

/** The record of a user who is met for the first time. */
export function newSnapshot(
  fields: Pick<Snapshot, 'count' | 'last_contact' | 'first_contact' | 'epoch'>,
): Snapshot {
  return { ...fields, fall: null, absent: false, removed: false, sentiment: 'unknown' }
}

/** The count of a mark, which no tombstone has. */
const UNREAD = -1
/** Later than any time that a row can have, and still packed without loss (seconds). */
const LATEST = 2 ** 52

/**
 * The mark of a user who was there when the baseline was taken, and whose row could not be read: a tombstone with no
 * count, so that they are known to nobody else. Their first readable row takes its place, in silence.
 *
 * @param newAfter whose first contact turns out to be later is news after all (unix seconds); kept as last contact
 */
export function unreadSnapshot(newAfter: UnixSecs, epoch: number): Snapshot {
  const last_contact = Math.min(newAfter, LATEST)
  return { ...newSnapshot({ count: UNREAD, last_contact, first_contact: null, epoch }), removed: true }
}

/** Whether it is a mark of {@link unreadSnapshot}. */
export function isUnread(snapshot: Snapshot): boolean {
  return snapshot.removed && snapshot.count === UNREAD
}

/**
 * Packs a snapshot into about 12 bytes: one of version (2 bits), sentiment (2 bits) and flags, then
 * variable-length integers. The whole must stay far below 64 bytes, where Redis would leave the compact
 * encoding of small hashes.
 */
export function packSnapshot(snapshot: Snapshot): Buffer {
  const { first_contact, fall } = snapshot
  const flags =
    (first_contact === null ? 0 : HAS_FIRST_CONTACT) |
    (fall === null ? 0 : HAS_FALL) |
    (snapshot.absent ? ABSENT : 0) |
    (snapshot.removed ? REMOVED : 0)
  const bytes: number[] = [VERSION | (SENTIMENTS.indexOf(snapshot.sentiment) << 2) | flags]
  writeSigned(bytes, snapshot.count)
  writeSigned(bytes, snapshot.last_contact)
  writeSigned(bytes, snapshot.epoch)
  if (first_contact !== null) writeSigned(bytes, snapshot.last_contact - first_contact)
  if (fall !== null) {
    writeSigned(bytes, fall.count)
    writeSigned(bytes, fall.scan)
  }
  return Buffer.from(bytes)
}

/**
 * Reads what {@link packSnapshot} wrote, also where it lies within something longer. Throws on anything else: a
 * snapshot is never guessed.
 */
export function unpackSnapshot(packed: Uint8Array, start = 0, end = packed.length): Snapshot {
  const head = start < end ? (packed[start] ?? 0) : 0
  const version = head & 0x03
  if (version !== VERSION) {
    throw new Error(
      `A snapshot has layout ${version}, and this ringpost reads layout ${VERSION}: it was written by another version. Run the version that wrote it, or a newer one.`,
    )
  }
  const reader = { packed, at: start + 1, end }
  const count = readSigned(reader)
  const last_contact = readSigned(reader)
  const epoch = readSigned(reader)
  return {
    count,
    last_contact,
    first_contact: head & HAS_FIRST_CONTACT ? last_contact - readSigned(reader) : null,
    epoch,
    fall: head & HAS_FALL ? { count: readSigned(reader), scan: readSigned(reader) } : null,
    absent: (head & ABSENT) !== 0,
    removed: (head & REMOVED) !== 0,
    sentiment: SENTIMENTS[(head >> 2) & 0x03] ?? 'unknown',
  }
}

// Zigzag base-128 integers. Plain arithmetic and not bit operators, which end at 32 bits.
function writeSigned(bytes: number[], value: number): void {
  let rest = value < 0 ? -value * 2 - 1 : value * 2
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80)
    rest = Math.floor(rest / 0x80)
  }
  bytes.push(rest)
}

function readSigned(reader: { packed: Uint8Array; at: number; end: number }): number {
  let value = 0
  let scale = 1
  for (;;) {
    const byte = reader.at < reader.end ? reader.packed[reader.at++] : undefined
    if (byte === undefined) throw new Error('A snapshot ends too early: the value in Redis is damaged.')
    value += (byte & 0x7f) * scale
    if (byte < 0x80) break
    scale *= 0x80
  }
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}
