import type { ApiError } from '../api.ts'
import { appended, meets, type Page, type ReadList, renewed } from './read-list.ts'
import { createLane, type Later } from './reading-lane.ts'

/** A list as it is shown. */
export interface ShownList<T> extends ReadList<T> {
  /** One more page is being read, or the first one. */
  loading: boolean
  /** Why there is not more of it. */
  error: ApiError | undefined
}

export interface ListReader<T> {
  list: () => ReadList<T>
  shown: () => ShownList<T>
  /** Reads the top: at least so many rows of it, where there are as many. */
  start: (rows: number) => void
  /** Reads one more page. */
  more: () => void
  /** Reads the top anew, for what is new or has changed. */
  refresh: () => void
  /** Reads at once what is in `error`. */
  retry: () => void
  /** Nothing is read or shown after it. */
  stop: () => void
}

/** Rows that are read anew at most. Where as many are new, the list begins again with them. */
const MOST_ANEW = 2_000
/** And pages that are empty, as many are with a filter that hardly ever matches. */
const MOST_EMPTY = 20

/**
 * Reads a list from the API: on at its end, and anew at its top. Neither waits for the other, as news may come as
 * fast as they are read.
 *
 * @param kept what was read of it before
 */
export function createListReader<T extends { id: string }>(
  deps: { load: (cursor: string | undefined) => Promise<Page<T>>; onChange: () => void; later: Later },
  kept?: ReadList<T>,
): ListReader<T> {
  const { load, onChange, later } = deps
  let list: ReadList<T> = kept ?? { rows: [], cursor: undefined }
  let wanted = 0
  let stopped = false

  async function readOn(): Promise<void> {
    const from = list.cursor
    if (from === null || from === undefined) return
    const page = await load(from)
    // Where the list has begun again meanwhile, the page is none of it.
    if (list.cursor === from && !stopped) list = appended(list, page)
  }

  async function readTop(): Promise<void> {
    const news: T[] = []
    let cursor: string | null | undefined
    let isMet = false
    let empty = 0
    while (cursor !== null && empty < MOST_EMPTY && news.length < MOST_ANEW) {
      const page: Page<T> = await load(cursor)
      if (stopped) return
      news.push(...page.data)
      cursor = page.next_cursor
      if (page.data.length === 0) empty++
      isMet ||= meets(page.data, list.rows)
      if (list.cursor === undefined ? news.length > 0 : isMet && news.length >= wanted) break
    }
    wanted = 0
    list = renewed(list, { rows: news, cursor }, empty === MOST_EMPTY)
  }

  const onward = createLane({ read: readOn, onChange, later })
  const top = createLane({ read: readTop, onChange, later })

  return {
    list: () => list,
    shown() {
      const isFirst = list.cursor === undefined
      // That what is shown is not the newest for a while is no reason to alarm.
      const topError = isFirst || !top.isTriedAgain() ? top.error() : undefined
      const error = onward.error() ?? topError
      return { ...list, error, loading: onward.isBusy() || (isFirst && error === undefined) }
    },
    start(rows) {
      wanted = rows
      top.runAgain()
    },
    more: onward.run,
    refresh: top.runAgain,
    retry() {
      for (const lane of [top, onward]) if (lane.error()) lane.run()
    },
    stop() {
      stopped = true
      top.stop()
      onward.stop()
    },
  }
}
