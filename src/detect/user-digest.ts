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

/** Half full at most, so that a look-up rarely takes a second step. */
const LOAD = 0.5

/**
 * Remembers users by digest, sixteen to 32 bytes each: a hash table in one array, for a million strings in a Set
 * would take a hundred megabytes.
 */
export function createSeenUsers() {
  // 0 is a free place; no digest is 0.
  let digests = new Float64Array(1024)
  let size = 0

  /** Where the digest is, or the free place where it belongs. */
  function placeOf(table: Float64Array, digest: number): number {
    const mask = table.length - 1
    let at = digest & mask
    while (table[at] !== 0 && table[at] !== digest) at = (at + 1) & mask
    return at
  }

  function grow(): void {
    const larger = new Float64Array(digests.length * 2)
    for (const digest of digests) if (digest !== 0) larger[placeOf(larger, digest)] = digest
    digests = larger
  }

  return {
    add(userId: string): void {
      const digest = userDigest(userId) || 1
      const at = placeOf(digests, digest)
      if (digests[at] === digest) return
      digests[at] = digest
      size++
      if (size > digests.length * LOAD) grow()
    },

    has(userId: string): boolean {
      const digest = userDigest(userId) || 1
      return digests[placeOf(digests, digest)] === digest
    },
  }
}

export type SeenUsers = ReturnType<typeof createSeenUsers>
