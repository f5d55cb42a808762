import type { UnixSecs } from '../types.ts'

/** What ringpost has recorded of one user of one source. */
export interface Snapshot {
  /** The highest conversation count seen in this epoch. */
  count: number
  last_contact: UnixSecs
  first_contact: UnixSecs | null
  /** Rises by one whenever a lower count is taken over, so that the next rise has a new event id. */
  epoch: number
}

const VERSION = 1
const HAS_FIRST_CONTACT = 0x10

/**
 * Packs a snapshot into about 12 bytes: one byte of version and flags, then variable-length integers. The
 * whole must stay far below 64 bytes, where Redis would leave the compact encoding of small hashes.
 */
export function packSnapshot(snapshot: Snapshot): Buffer {
  const bytes: number[] = [VERSION | (snapshot.first_contact === null ? 0 : HAS_FIRST_CONTACT)]
  writeSigned(bytes, snapshot.count)
  writeSigned(bytes, snapshot.last_contact)
  writeSigned(bytes, snapshot.epoch)
  if (snapshot.first_contact !== null) writeSigned(bytes, snapshot.last_contact - snapshot.first_contact)
  return Buffer.from(bytes)
}

/** Reads what {@link packSnapshot} wrote. Throws on anything else: a snapshot is never guessed. */
export function unpackSnapshot(packed: Uint8Array): Snapshot {
  const flags = packed[0] ?? 0
  if ((flags & 0x0f) !== VERSION) {
    throw new Error(
      `A snapshot has layout ${flags & 0x0f}, and this ringpost reads layout ${VERSION}: it was written by another version. Run the version that wrote it, or a newer one.`,
    )
  }
  const reader = { packed, at: 1 }
  const count = readSigned(reader)
  const last_contact = readSigned(reader)
  const epoch = readSigned(reader)
  const first_contact = flags & HAS_FIRST_CONTACT ? last_contact - readSigned(reader) : null
  return { count, last_contact, first_contact, epoch }
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

function readSigned(reader: { packed: Uint8Array; at: number }): number {
  let value = 0
  let scale = 1
  for (;;) {
    const byte = reader.packed[reader.at++]
    if (byte === undefined) throw new Error('A snapshot ends too early: the value in Redis is damaged.')
    value += (byte & 0x7f) * scale
    if (byte < 0x80) break
    scale *= 0x80
  }
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2
}
