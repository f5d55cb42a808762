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

/** Remembers users by digest, eight bytes each. */
export function createSeenUsers() {
  let digests = new Float64Array(1024)
  let size = 0
  let sorted = true
  return {
    add(userId: string): void {
      if (size === digests.length) {
        const larger = new Float64Array(size * 2)
        larger.set(digests)
        digests = larger
      }
      digests[size++] = userDigest(userId)
      sorted = false
    },

    has(userId: string): boolean {
      if (!sorted) {
        digests.subarray(0, size).sort()
        sorted = true
      }
      const wanted = userDigest(userId)
      let low = 0
      let high = size
      while (low < high) {
        const middle = (low + high) >>> 1
        if ((digests[middle] ?? 0) < wanted) low = middle + 1
        else high = middle
      }
      return low < size && digests[low] === wanted
    },
  }
}

export type SeenUsers = ReturnType<typeof createSeenUsers>
