import type { ListedPage } from '../elevenlabs/list-users.ts'
import { UpstreamError } from '../elevenlabs/upstream-error.ts'
import type { Event, EventType, UnixMs, UnixSecs, UserRow } from '../types.ts'
import { buildEvent } from './build-event.ts'
import { type Announce, diff } from './diff.ts'
import { mergeRows } from './merge-rows.ts'
import { isNewestFirst, mayStop, watermarkCandidate } from './stop.ts'
import type { DetectionStore, SnapshotChange, StateChange } from './store.ts'

/** A poller that lost its lease: somebody else polls now, and nothing more was written. */
export class FencedError extends Error {}

/** What one pass over the list is to do. */
export interface ScanPlan {
  source: { id: string; name: string }
  token: number
  /** Where to begin; null at the top. */
  cursor: string | null
  /** Stop early below this; null reads to the end of the list. */
  floor: UnixSecs | null
  /** Changes of rows below this count as late; null where there is no watermark yet. */
  watermark: UnixSecs | undefined
  /** Epoch of users that are met for the first time. */
  epoch: number
  /** Known only with the first page: a baseline begins at the server's time. */
  announce: (firstPage: ListedPage) => Announce
  /** An empty list is believed. It is not where users are known. */
  mayBeEmpty: boolean
  /** State to write along with a page: where a resumable scan has got to. */
  progress?: (page: ListedPage, top: UnixSecs | null) => StateChange
  /** True ends the scan after the page at hand, to be resumed later. */
  giveWay: () => boolean
}

/** What a pass found. `complete` where it ended by the stop rule or at the end of the list. */
export interface ScanResult {
  complete: boolean
  requests: number
  rows: number
  lateChanges: number
  unreadable: number
  events: Partial<Record<EventType, number>>
  /** The watermark it has covered, if it began at the top and is complete. */
  top: UnixSecs | null
  newestFirst: boolean
}

/** Pages without a row in a row, after which an upstream that still says "more" is not believed. */
const EMPTY_PAGES = 20

/**
 * Reads pages from the cursor on and commits each as it comes. It can die after any statement: what was
 * committed is whole, and what was not is read again.
 *
 * @throws UpstreamError where a page cannot be had or cannot be trusted; what was committed stays
 * @throws FencedError where the lease was lost
 */
export async function runScan(
  deps: {
    listPage: (cursor: string | null) => Promise<ListedPage>
    store: Pick<DetectionStore, 'readUsers' | 'commitPage'>
    quarantine: (rows: ListedPage['unreadable']) => Promise<number>
    now: () => UnixMs
  },
  plan: ScanPlan,
  result: ScanResult = emptyResult(),
): Promise<ScanResult> {
  const seenCursors = new Set<string>()
  let cursor = plan.cursor
  let first = true
  let announce: Announce = { everyone: false, firstContactAfter: Number.POSITIVE_INFINITY }
  let lastContact: UnixSecs | null = null
  let emptyPages = 0

  for (;;) {
    if (cursor !== null) {
      if (seenCursors.has(cursor)) {
        throw new UpstreamError('bad_page', 'The upstream gave the same cursor twice, which would never end.')
      }
      seenCursors.add(cursor)
    }
    // Counted before it is answered: a failed request is a request.
    result.requests++
    const page = await deps.listPage(cursor)
    result.requests += page.requests - 1
    result.rows += page.rows.length
    if (first) {
      if (plan.cursor === null) {
        if (page.rows.length + page.unreadable.length === 0 && page.nextCursor === null && !plan.mayBeEmpty) {
          throw new UpstreamError(
            'bad_page',
            'The upstream answered with an empty list although users are known; nothing is taken from it.',
          )
        }
        result.top = watermarkCandidate(page.rows, page.serverTime)
      }
      announce = plan.announce(page)
      first = false
    }
    emptyPages = page.rows.length === 0 ? emptyPages + 1 : 0
    if (emptyPages > EMPTY_PAGES) {
      throw new UpstreamError(
        'bad_page',
        `The upstream sent ${emptyPages} empty pages and says that more follow.`,
      )
    }
    result.newestFirst &&= isNewestFirst(page.rows, lastContact)
    lastContact = page.rows.at(-1)?.last_contact_unix_secs ?? lastContact

    const changes = await commit(deps, plan, announce, page, result)
    if (page.unreadable.length > 0) result.unreadable += await deps.quarantine(page.unreadable)

    const stop = mayStop({
      lastContactOfLastRow: page.rows.at(-1)?.last_contact_unix_secs ?? null,
      changes,
      newestFirst: result.newestFirst,
      floor: plan.floor,
    })
    if (page.nextCursor === null || stop) return { ...result, complete: true }
    cursor = page.nextCursor
    if (plan.giveWay()) return result
  }
}

export function emptyResult(): ScanResult {
  return {
    complete: false,
    requests: 0,
    rows: 0,
    lateChanges: 0,
    unreadable: 0,
    events: {},
    top: null,
    newestFirst: true,
  }
}

/** Compares and commits one page; how many users it changed. */
async function commit(
  deps: Parameters<typeof runScan>[0],
  plan: ScanPlan,
  announce: Announce,
  page: ListedPage,
  result: ScanResult,
): Promise<number> {
  const rows = mergeRows(page.rows)
  const state = plan.progress?.(page, result.top) ?? {}
  // Another writer than a poller can change a snapshot (a user is forgotten through the API): read again.
  for (let tries = 0; tries < 5; tries++) {
    const snapshots = await deps.store.readUsers(
      plan.source.id,
      rows.map((row) => row.user_id),
    )
    const users: SnapshotChange[] = []
    const events: Event[] = []
    const changed: UserRow[] = []
    rows.forEach((row, i) => {
      const before = snapshots[i] ?? null
      const { next, change } = diff(row, before, announce, plan.epoch)
      if (next === null) return
      users.push({ userId: row.user_id, before, after: next })
      changed.push(row)
      if (change) events.push(buildEvent(plan.source, change, row, deps.now()))
    })
    // Nothing to write is nothing to fence: a quiet page costs one read.
    if (users.length === 0 && plan.progress === undefined) return 0
    const reply = await deps.store.commitPage(plan.source.id, plan.token, { users, events, state })
    if (reply === 'FENCED') throw new FencedError()
    if (reply === 'CONFLICT') continue
    for (const event of events) result.events[event.type] = (result.events[event.type] ?? 0) + 1
    const { watermark } = plan
    if (watermark !== undefined) {
      result.lateChanges += changed.filter((row) => row.last_contact_unix_secs < watermark).length
    }
    return users.length
  }
  throw new Error('The snapshots of a page kept changing while it was committed; it is read again later.')
}
