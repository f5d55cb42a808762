import type { UnixSecs, UserRow } from '../types.ts'

type Placed = Pick<UserRow, 'user_id' | 'last_contact_unix_secs'>

/**
 * Newest first within the page, and not newer than the page before. Ties are in any order. Rows of the page before
 * may come again: while it was read, callers moved to the top and pushed the end of it onto this one.
 */
export function isNewestFirst(rows: readonly Placed[], pageBefore: readonly Placed[]): boolean {
  let ceiling = Number.POSITIVE_INFINITY
  for (const { last_contact_unix_secs: at } of rows) {
    if (at > ceiling) return false
    ceiling = at
  }
  const [first] = rows
  const last = pageBefore.at(-1)
  if (first === undefined || last === undefined) return true
  if (first.last_contact_unix_secs <= last.last_contact_unix_secs) return true
  const before = new Set(pageBefore.map((row) => row.user_id))
  const unseen = rows.find((row) => !before.has(row.user_id))
  return unseen === undefined || unseen.last_contact_unix_secs <= last.last_contact_unix_secs
}

/**
 * Whether a scan may end at this page although more follow. It depends on the watermark alone and never on
 * "this row was known": the page must reach below the watermark less the overlap (where late rows surface)
 * and must have changed nothing, and the list must have been in order all the way. That it is must have been seen: rows
 * of one time alone, far below the watermark, may as well be the end of a list that is oldest first.
 *
 * @param newestRead last contact of the first row that the scan has read
 * @param orderSeen an earlier scan has seen older rows below this very first row
 * @param floor watermark − overlap, or null for a scan that never stops early (full scan, baseline)
 */
export function mayStop(page: {
  newestRead: UnixSecs | null
  lastContactOfLastRow: UnixSecs | null
  changes: number
  newestFirst: boolean
  orderSeen: boolean
  floor: UnixSecs | null
}): boolean {
  if (page.floor === null || page.lastContactOfLastRow === null) return false
  if (page.newestRead === null) return false
  if (page.newestRead <= page.lastContactOfLastRow && !page.orderSeen) return false
  return page.newestFirst && page.changes === 0 && page.lastContactOfLastRow < page.floor
}

/**
 * The watermark that a scan will have covered, known from its first page: the newest contact on it, but
 * never later than the server's own time, or one row dated in the future would hide all that follow.
 */
export function watermarkCandidate(rows: readonly UserRow[], serverTime: UnixSecs): UnixSecs | null {
  if (rows.length === 0) return null
  const newest = rows.reduce(
    (max, row) => Math.max(max, row.last_contact_unix_secs),
    Number.NEGATIVE_INFINITY,
  )
  return Math.min(newest, serverTime)
}
