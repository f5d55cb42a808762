/** A place in a list that is held whole: what it is sorted by, and the id where two are the same there. */
export interface Place {
  at: string
  id: string
}

/**
 * A page of a list that is small enough to be read whole. It goes by place and not by number, so that a walk
 * misses and repeats nothing while the list changes.
 *
 * @param order 1 for smallest place first, -1 for largest first
 */
export function pageOf<T>(
  items: readonly T[],
  options: { placeOf: (item: T) => Place; order: 1 | -1; after: Place | null; limit: number },
): { data: T[]; next: Place | null } {
  const { placeOf, order, after, limit } = options
  const rest = items
    .map((item) => ({ item, place: placeOf(item) }))
    .filter(({ place }) => after === null || order * compare(place, after) > 0)
    .sort((a, b) => order * compare(a.place, b.place))
  const page = rest.slice(0, limit)
  return {
    data: page.map(({ item }) => item),
    next: rest.length > limit ? (page.at(-1)?.place ?? null) : null,
  }
}

function compare(a: Place, b: Place): number {
  if (a.at !== b.at) return a.at > b.at ? 1 : -1
  return a.id === b.id ? 0 : a.id > b.id ? 1 : -1
}
