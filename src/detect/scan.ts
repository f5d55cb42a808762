import type { ListedPage } from '../elevenlabs/list-users.ts'
import { UpstreamError } from '../elevenlabs/upstream-error.ts'
import type { EventType, UnixMs, UnixSecs, UserRow } from '../types.ts'
import { askAgain, type Between } from './ask-again.ts'
import type { EventSource } from './build-event.ts'
import { type Committed, commitRows, FencedError } from './commit-rows.ts'
import type { Rules } from './diff.ts'
import { EmptyListError } from './empty-list.ts'
import type { FloodGate } from './flood-gate.ts'
import { markUnread } from './mark-unread.ts'
import { mergeRows } from './merge-rows.ts'
import { createReadAhead } from './read-ahead.ts'
import type { ScanResult } from './scan-result.ts'
import { isNewestFirst, mayStop, watermarkCandidate } from './stop.ts'
import type { DetectionStore, StateChange } from './store.ts'
import { userDigest } from './user-digest.ts'

/** What one pass over the list is to do. */
export interface ScanPlan {
  source: EventSource
  token: number
  /** Where to begin; null at the top. */
  cursor: string | null
  /** Stop early below this; null reads to the end of the list. */
  floor: UnixSecs | null
  /** The first row, as {@link ScanResult.orderedTop} tells it, below which an earlier scan has seen older ones. */
  orderSeen?: string | undefined
  /** Changes of rows below this count as late; undefined where there is no watermark yet. */
  watermark: UnixSecs | undefined
  /** Whether, by the first page, the watermark is in the future: the scan then goes on without it and without a floor. */
  isAhead?: (firstPage: ListedPage) => boolean
  /** Known only with the first page, for a baseline begins at the server's time. */
  rules: (firstPage: ListedPage) => Rules
  gate: FloodGate
  /** An empty list is believed. It is not where users are known. */
  mayBeEmpty: boolean
  /** Compare and write nothing. */
  dry: boolean
  /** State to write along with a page: where a resumable scan has got to. */
  progress?: (page: ListedPage, top: UnixSecs | null) => StateChange
  /** Rows of which is known beforehand that nothing can come of comparing them. */
  isAsRecorded?: (row: UserRow) => boolean
  /** Called with the rows of each page, in order. */
  onRows?: (rows: readonly UserRow[]) => void
  /** It is made in the middle of a long scan, which would break off with it. */
  inLongScan?: boolean
  /** What goes before the next page where it is due, for a long scan must not delay first-time callers. */
  between?: Between
  signal: AbortSignal
}

export interface ScanDeps {
  /** @param onCursor as in ListUsers */
  listPage: (cursor: string | null, onCursor?: (cursor: string) => void) => Promise<ListedPage>
  store: Pick<DetectionStore, 'readUsersAndEpoch' | 'commitPage'>
  quarantine: (rows: ListedPage['unreadable']) => Promise<number>
  now: () => UnixMs
  /** Waits before a page is asked for again (ms); ends early when the poll is aborted. */
  pause: (ms: number) => Promise<void>
  /** Called after events were written, so that they need not wait for the end of a long scan. */
  onEvents?: () => void

  /** Told of how long after a call its event came (ms), where a head poll found it. */
  detected?: ((lagMs: number) => void) | undefined
}

/** Pages that a scan of the whole list has at hand before they are compared. */
const PAGES_AHEAD = 2
/** Pages without a row in a row, after which an upstream that still says "more" is not believed. */
const EMPTY_PAGES = 20
/**
 * Pages from the top of the list without a single row that can be read, after which its format has changed: reading
 * a million rows at every poll would find no more. Rows that cannot be read never end a scan that has read others.
 */
const UNREADABLE_PAGES = 100
/** How far the clocks of upstream's parts may differ (seconds). */
const CLOCK_SLACK_SECS = 60
/**
 * Where nothing changes, a long scan writes its place every so many pages, and where it breaks off: a crash costs
 * these pages again, and a commit of each would cost a third of the scan's time.
 */
const SAVE_EVERY_PAGES = 10
/** Pages in a row that begin and end with the users of an earlier page, after which the list is taken to go round. */
const REPEATED_PAGES = 20
/** Newcomers that were held back and are committed at once. */
const BATCH = 100
/** Rows of a page that are compared at once: more than a page should have, and one script's work for Redis. */
const ROWS_AT_ONCE = 1_000

/**
 * Reads pages from the cursor on and commits each as it comes. It can die after any statement: what was
 * committed is whole, and what was not is read again. Where it throws, `result` tells how far it came.
 *
 * @throws UpstreamError where a page cannot be had or cannot be trusted; what was committed stays
 * @throws FloodError where the gate is closed and too many users are new; no newcomer was written
 * @throws FencedError where the lease was lost
 */
export async function runScan(deps: ScanDeps, planned: ScanPlan, result: ScanResult): Promise<ScanResult> {
  let plan = planned
  const seenCursors = new Set<string>()
  let cursor = plan.cursor
  let rules: Rules | null = null
  let pageBefore: readonly UserRow[] = []
  let first: UserRow | null = null
  let emptyPages = 0
  let unreadablePages = 0
  let repeatedPages = 0
  const seenPages = new Set<number>()
  let unsavedPages = SAVE_EVERY_PAGES
  /** The place behind the last page, where it is not written down; never one behind newcomers who are held back. */
  let unsavedPlace: StateChange | null = null
  result.complete = false
  result.top = null
  result.newestFirst = true
  result.orderedTop = null
  /** While a page is waited for, and only then, what goes between may go within the wait. */
  let waitsForPage = false
  let within: Promise<void> | null = null
  /** Nobody waits for what is still on its way. */
  const over = new AbortController()
  const ending = AbortSignal.any([plan.signal, over.signal])
  // A scan that reads to the end anyway downloads the next pages while it commits this one.
  const pages = createReadAhead({
    ask,
    mayAsk: () => plan.floor === null && rules !== null && !plan.signal.aborted && !plan.between?.due(),
    pages: PAGES_AHEAD,
  })
  try {
    return await readOn()
  } catch (error) {
    if (error instanceof UpstreamError || plan.signal.aborted) await savePlace()
    throw error
  } finally {
    pages.stop()
    over.abort()
  }

  async function readOn(): Promise<ScanResult> {
    for (;;) {
      if (cursor !== null) {
        if (seenCursors.has(cursor)) {
          throw new UpstreamError(
            'bad_page',
            'The upstream gave the same cursor twice, which would never end.',
          )
        }
        seenCursors.add(cursor)
      }
      const page = await nextPage()
      result.requests += page.requests - 1
      result.rows += page.rows.length
      result.unreadable += page.unreadable.length
      const latest = page.serverTime + CLOCK_SLACK_SECS
      result.inFuture += page.rows.filter((row) => row.last_contact_unix_secs > latest).length
      if (rules === null) {
        if (plan.cursor === null) {
          if (isEmpty(page) && !plan.mayBeEmpty) {
            throw new EmptyListError()
          }
          result.top = watermarkCandidate(page.rows, page.serverTime)
        }
        rules = plan.rules(page)
        if (plan.isAhead?.(page)) plan = { ...plan, floor: null, watermark: undefined }
      }
      emptyPages = page.rows.length + page.unreadable.length === 0 ? emptyPages + 1 : 0
      if (emptyPages > EMPTY_PAGES) {
        throw new UpstreamError(
          'bad_page',
          `The upstream sent ${emptyPages} empty pages and says that more follow.`,
        )
      }
      if (plan.cursor === null && result.rows === 0 && page.unreadable.length > 0) unreadablePages++
      if (result.rows === 0 && unreadablePages > UNREADABLE_PAGES) {
        throw new UpstreamError(
          'bad_page',
          `None of the rows of the first ${unreadablePages} pages could be read: the format of the list seems to have changed. The unreadable rows are kept for you to see.`,
        )
      }
      repeatedPages = isRepeated(page) ? repeatedPages + 1 : 0
      if (repeatedPages > REPEATED_PAGES) {
        throw new UpstreamError(
          'bad_page',
          `The upstream sent the users of earlier pages again on ${repeatedPages} pages in a row, each under a new cursor, which would never end.`,
        )
      }
      result.newestFirst &&= isNewestFirst(page.rows, pageBefore)
      if (page.rows.length > 0) pageBefore = page.rows
      first ??= page.rows[0] ?? null
      result.orderedTop ??= orderedTop(first, page.rows.at(-1))
      await pages.goOn()
      const changes = await commitPage(rules, page)
      const stop = mayStop({
        newestRead: first?.last_contact_unix_secs ?? null,
        lastContactOfLastRow: page.rows.at(-1)?.last_contact_unix_secs ?? null,
        changes,
        newestFirst: result.newestFirst,
        orderSeen: result.orderedTop !== null,
        floor: plan.floor,
      })
      if (page.nextCursor === null || stop) {
        await releaseHeld(rules)
        result.complete = true
        return result
      }
      cursor = page.nextCursor
      if (plan.signal.aborted) {
        await savePlace()
        return result
      }
      // What is at hand is older than what a head poll would find: it is committed first.
      if (!pages.holds && plan.between?.due()) await plan.between.run()
    }
  }

  /** The first row by which a later scan knows that the list went down from it. */
  function orderedTop(top: UserRow | null, last: UserRow | undefined): string | null {
    if (top === null || last === undefined) return null
    const name = `${top.last_contact_unix_secs} ${top.user_id}`
    return name === plan.orderSeen || last.last_contact_unix_secs < top.last_contact_unix_secs ? name : null
  }

  /** The page at the cursor. Nothing is compared while what went between within a wait is at work. */
  async function nextPage(): Promise<ListedPage> {
    waitsForPage = true
    try {
      return await pages.next(cursor)
    } finally {
      waitsForPage = false
      await within
    }
  }

  /** Whether a page like this one was there before. A digest, for there may be ten thousand pages. */
  function isRepeated({ rows, unreadable }: ListedPage): boolean {
    const first = rows[0]?.user_id ?? unreadable[0]?.row
    const last = rows.at(-1)?.user_id ?? unreadable.at(-1)?.row
    if (first === undefined || last === undefined) return false
    const { size } = seenPages
    return size === seenPages.add(userDigest(`${first}\n${last}`)).size
  }

  /** The first page of a poll is not asked for again: where it fails, the next poll is soon enough. */
  function ask(at: string | null, onCursor: (cursor: string) => void): Promise<ListedPage> {
    const once = () => {
      // Counted before it is answered: a failed request is a request.
      result.requests++
      return deps.listPage(at, onCursor)
    }
    const inLongScan = plan.inLongScan === true
    if (at === null && !inLongScan) return once()
    const { between } = plan
    return askAgain(once, {
      waits: plan.floor === null || inLongScan,
      pause: deps.pause,
      between: between && {
        due: () => waitsForPage && within === null && between.due(),
        run: async () => {
          within = between.run()
          await within.finally(() => {
            within = null
          })
        },
      },
      signal: ending,
    })
  }

  /** Where a scan breaks off, the next one goes on behind the last page that was committed. */
  async function savePlace(): Promise<void> {
    if (unsavedPlace === null || plan.dry) return
    const { source, token } = plan
    const reply = await deps.store.commitPage(source.id, token, {
      users: [],
      events: [],
      state: unsavedPlace,
    })
    if (reply === 'FENCED') throw new FencedError()
  }

  async function commitPage(by: Rules, page: ListedPage): Promise<number> {
    const all = mergeRows(page.rows)
    plan.onRows?.(all)
    const { isAsRecorded } = plan
    const rows = isAsRecorded === undefined ? all : all.filter((row) => !isAsRecorded(row))
    // Before the scan's place is saved, for a page that was read is not read again.
    for (let from = 0; !plan.dry && from < page.unread.length; from += ROWS_AT_ONCE) {
      const users = page.unread.slice(from, from + ROWS_AT_ONCE)
      await markUnread(deps.store, { source: plan.source, token: plan.token, users, rules: by })
    }
    const save = unsavedPages >= SAVE_EVERY_PAGES
    let changedBefore = 0
    let saved = false
    for (let from = 0; from === 0 || from < rows.length; from += ROWS_AT_ONCE) {
      const isLast = from + ROWS_AT_ONCE >= rows.length
      const committed = await commitRows(deps, {
        ...plan,
        rows: rows.slice(from, from + ROWS_AT_ONCE),
        rules: by,
        keepNewcomers: !plan.gate.open,
        state: ({ newcomers, changed }) => {
          // What is held back must be read again after a crash: the scan's place stays before it.
          if (plan.progress === undefined || plan.gate.holding || newcomers.length > 0) return null
          saved = isLast && (changedBefore + changed > 0 || save)
          return saved ? plan.progress(page, result.top) : null
        },
      })
      changedBefore += committed.changed
      // What was written is counted also where the gate closes on the rest of the page.
      add(committed)
      if (!plan.dry && Object.keys(committed.events).length > 0) deps.onEvents?.()
      plan.gate.hold(committed.newcomers)
      plan.gate.announced(committed.events['user.created'] ?? 0)
    }
    unsavedPages = save ? 1 : unsavedPages + 1
    if (saved) unsavedPlace = null
    else if (plan.progress !== undefined && !plan.gate.holding) unsavedPlace = plan.progress(page, result.top)
    if (!plan.dry && page.unreadable.length > 0) {
      result.newlyUnreadable += await deps.quarantine(page.unreadable)
    }
    return changedBefore
  }

  async function releaseHeld(by: Rules): Promise<void> {
    const held = plan.gate.release()
    for (let i = 0; i < held.length; i += BATCH) {
      const rows = held.slice(i, i + BATCH)
      add({
        ...(await commitRows(deps, { ...plan, rows, rules: by, keepNewcomers: false, state: () => null })),
        late: 0,
      })
    }
  }

  function add({ events, late, changed, newcomers, calledBefore }: Committed): void {
    // Newcomers that are kept back are not recorded yet.
    result.changes += changed - newcomers.length
    for (const [type, count] of Object.entries(events) as [EventType, number][]) {
      result.events[type] = (result.events[type] ?? 0) + count
    }
    result.lateChanges += late
    result.calledBefore += calledBefore
  }
}

function isEmpty(page: ListedPage): boolean {
  return page.rows.length + page.unreadable.length === 0 && page.nextCursor === null
}
