export interface Page<T> {
  data: T[]
  next_cursor: string | null
}

/** What was read of a list: a stretch of it from its top, without a hole. */
export interface ReadList<T> {
  rows: T[]
  /** Where it goes on; undefined before anything was read, null at its end. */
  cursor: string | null | undefined
}

/** The list with one more page behind it. A row that has moved is shown once, as it was read last. */
export function appended<T extends { id: string }>(list: ReadList<T>, page: Page<T>): ReadList<T> {
  const fresh = new Map(page.data.map((row) => [row.id, row]))
  const rows = list.rows.map((row) => {
    const again = fresh.get(row.id)
    fresh.delete(row.id)
    return again ? sameOr(row, again) : row
  })
  return { rows: [...rows, ...fresh.values()], cursor: page.next_cursor }
}

/** Whether what was read from the top has come to what is shown, so that nothing is missing between them. */
export function meets<T extends { id: string }>(news: readonly T[], shown: readonly T[]): boolean {
  const ids = new Set(shown.map(({ id }) => id))
  return news.some(({ id }) => ids.has(id))
}

/**
 * The list after its top was read anew. As far down as that went it is as it was read, without what is not in it
 * any more; what is behind that stays.
 *
 * @param top what was read from the top, and where that goes on
 * @param isSparse whether so little was found that it is put before what it does not meet; else that is dropped, to
 * be read again from there, as rows between the two would be missing
 */
export function renewed<T extends { id: string }>(
  list: ReadList<T>,
  top: ReadList<T>,
  isSparse: boolean,
): ReadList<T> {
  const before = new Map(list.rows.map((row) => [row.id, row]))
  const rows = top.rows.map((row) => sameOr(before.get(row.id), row))
  const ids = new Set(top.rows.map(({ id }) => id))
  const met = list.rows.findLastIndex(({ id }) => ids.has(id))
  if (top.cursor === null || list.cursor === undefined || (met === -1 && !isSparse)) {
    return { rows, cursor: top.cursor }
  }
  return { rows: [...rows, ...list.rows.slice(met + 1)], cursor: list.cursor }
}

/** The very same row where nothing of it has changed, so that it is not drawn again. */
function sameOr<T>(before: T | undefined, now: T): T {
  return before !== undefined && JSON.stringify(before) === JSON.stringify(now) ? before : now
}
