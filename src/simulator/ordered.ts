/** Where an item stands: ascending by rank, then by ordinal. No two items share both. */
export interface Place {
  rank: number
  ordinal: number
}

/** A list as it stood at one moment, readable by offset. */
export interface Frozen<T> {
  readonly size: number
  from(offset: number, limit: number): T[]
}

/**
 * A sorted list of up to millions of items that is cheap to read a page of and to move an item within. It is
 * kept as chunks that are replaced, never changed, so that freezing it copies a list of references.
 */
export interface Ordered<T> extends Frozen<T> {
  insert(item: T): void
  /** Removes the item at the place of this one, where there is one. */
  remove(item: T): void
  /** The items that stand behind a place; from the top where it is null. */
  after(place: Place | null, limit: number): T[]
  freeze(): Frozen<T>
}

const CHUNK = 512

export function createOrdered<T>(placeOf: (item: T) => Place, items: T[] = []): Ordered<T> {
  const sorted = items.map((item) => ({ item, ...placeOf(item) })).sort(compare)
  const chunks: T[][] = []
  for (let i = 0; i < sorted.length; i += CHUNK) {
    chunks.push(sorted.slice(i, i + CHUNK).map((entry) => entry.item))
  }
  let size = items.length

  /** The first chunk and index whose item does not stand before `place`. */
  function locate(place: Place): { c: number; i: number } {
    const c = firstIndex(chunks.length, (n) => !isBefore(chunks[n]?.at(-1), place))
    const chunk = chunks[c] ?? []
    return { c, i: firstIndex(chunk.length, (n) => !isBefore(chunk[n], place)) }
  }

  function isBefore(item: T | undefined, place: Place): boolean {
    return item !== undefined && compare(placeOf(item), place) < 0
  }

  function insert(item: T): void {
    size++
    const { c, i } = locate(placeOf(item))
    // Behind every chunk: the last one grows, rather than a new one beginning at each insert.
    const at = Math.min(c, Math.max(0, chunks.length - 1))
    const old = chunks[at] ?? []
    const chunk = old.toSpliced(c === at ? i : old.length, 0, item)
    if (chunk.length <= 2 * CHUNK) chunks[at] = chunk
    else chunks.splice(at, 1, chunk.slice(0, CHUNK), chunk.slice(CHUNK))
  }

  function remove(item: T): void {
    const place = placeOf(item)
    const { c, i } = locate(place)
    const old = chunks[c]
    const found = old?.[i]
    if (old === undefined || found === undefined || compare(placeOf(found), place) !== 0) return
    size--
    const chunk = old.toSpliced(i, 1)
    const next = chunks[c + 1]
    if (next !== undefined && chunk.length + next.length <= CHUNK) chunks.splice(c, 2, [...chunk, ...next])
    else if (chunk.length === 0) chunks.splice(c, 1)
    else chunks[c] = chunk
  }

  return {
    insert,
    remove,
    after(place, limit) {
      if (place === null) return take(chunks, 0, 0, limit)
      const { c, i } = locate({ rank: place.rank, ordinal: place.ordinal + 1 })
      return take(chunks, c, i, limit)
    },
    from: (offset, limit) => readAt(chunks, offset, limit),
    freeze() {
      const kept = chunks.slice()
      return { size, from: (offset, limit) => readAt(kept, offset, limit) }
    },
    get size() {
      return size
    },
  }
}

function compare(a: Place, b: Place): number {
  // Not a subtraction: ranks may be infinite, and Infinity - Infinity is NaN.
  if (a.rank !== b.rank) return a.rank < b.rank ? -1 : 1
  return a.ordinal - b.ordinal
}

/** The first n below `length` for which `test` holds, or `length`; `test` must not turn false again. */
function firstIndex(length: number, test: (n: number) => boolean): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (test(middle)) high = middle
    else low = middle + 1
  }
  return low
}

function readAt<T>(chunks: readonly T[][], offset: number, limit: number): T[] {
  let c = 0
  let i = offset
  for (let length = chunks[c]?.length; length !== undefined && i >= length; length = chunks[c]?.length) {
    i -= length
    c++
  }
  return take(chunks, c, i, limit)
}

function take<T>(chunks: readonly T[][], c: number, i: number, limit: number): T[] {
  const taken: T[] = []
  for (let n = c, from = i; taken.length < limit; n++, from = 0) {
    const chunk = chunks[n]
    if (chunk === undefined) break
    taken.push(...chunk.slice(from, from + limit - taken.length))
  }
  return taken
}
