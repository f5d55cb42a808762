import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { ApiError } from '../api.ts'
import { currentEntry } from '../history.ts'

export interface Page<T> {
  data: T[]
  next_cursor: string | null
}

/** A long list, page after page, as it is scrolled. */
export interface Pages<T> {
  rows: T[]
  loading: boolean
  error: ApiError | undefined
  more: boolean
  loadMore: () => void
  /** Reads the first page anew and puts what is new or changed into what is shown. */
  refresh: () => void
  change: (row: T) => void
}

/** What was read of a list. */
interface Read<T> {
  key: string
  rows: T[]
  cursor: string | null | undefined
  error?: ApiError | undefined
}

/** Lists that are kept for whoever comes back to them. */
const KEPT = 10
/** Pages that are read again then; rows behind them stay as they were. */
const READ_AGAIN = 8

const kept = new Map<string, Read<unknown>>()

function keep(read: Read<unknown>): void {
  if (read.rows.length === 0) return
  const place = `${currentEntry().id} ${read.key}`
  kept.delete(place)
  kept.set(place, read)
  const [oldest] = kept.keys()
  if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest)
}

function keptOf<T>(key: string): Read<T> | undefined {
  return kept.get(`${currentEntry().id} ${key}`) as Read<T> | undefined
}

/** Nothing of it is for whoever signs in next. */
export function forgetPages(): void {
  kept.clear()
}

/**
 * Reads a list from the API. Whoever comes back to it by the browser's history finds it as long as it was.
 *
 * @param key of what is listed, filters and all: another one begins anew
 */
export function usePages<T extends { id: string }>(
  key: string,
  load: (cursor: string | undefined) => Promise<Page<T>>,
): Pages<T> {
  const [state, setState] = useState<Read<T>>(() => keptOf<T>(key) ?? { key, rows: [], cursor: undefined })
  const [loading, setLoading] = useState(true)
  const latest = useRef({ key, load, busy: '' })
  latest.current.key = key
  latest.current.load = load
  const mine = state.key === key ? state : { key, rows: [], cursor: undefined, error: undefined }
  useEffect(() => keep(state), [state])

  /** One at a time, and nothing of it where something else is listed by then. */
  const reading = useCallback(async (run: string, read: (asked: string) => Promise<void>) => {
    const asked = latest.current.key
    const name = `${asked} ${run}`
    if (latest.current.busy === name) return
    latest.current.busy = name
    setLoading(true)
    try {
      await read(asked)
    } catch (error) {
      if (latest.current.key !== asked) return
      const shown = error instanceof ApiError ? error : new ApiError({ detail: String(error) }, 0)
      setState((before) =>
        before.key === asked
          ? { ...before, error: shown }
          : { key: asked, rows: [], cursor: undefined, error: shown },
      )
    } finally {
      if (latest.current.busy === name) {
        latest.current.busy = ''
        setLoading(false)
      }
    }
  }, [])

  const read = useCallback(
    (cursor: string | undefined, how: 'append' | 'merge') =>
      reading(cursor ?? '', async (asked) => {
        let page = await latest.current.load(cursor)
        // A page may be empty and not be the last.
        for (let tries = 0; page.data.length === 0 && page.next_cursor !== null && tries < 20; tries++) {
          if (latest.current.key !== asked) return
          page = await latest.current.load(page.next_cursor)
        }
        if (latest.current.key !== asked) return
        setState((before) => {
          const old = before.key === asked ? before.rows : []
          if (how === 'append')
            return { key: asked, rows: merged(old, page.data, 'end'), cursor: page.next_cursor }
          return {
            key: asked,
            rows: merged(old, page.data, 'start'),
            cursor: before.key === asked && old.length > 0 ? before.cursor : page.next_cursor,
          }
        })
      }),
    [reading],
  )

  /** Reads anew what is shown, and shows it when all of it is there. */
  const renew = useCallback(
    (rows: number) =>
      reading('again', async (asked) => {
        const news: T[] = []
        let cursor: string | null | undefined
        for (let pages = 0; pages < READ_AGAIN && news.length < rows && cursor !== null; pages++) {
          const page: Page<T> = await latest.current.load(cursor)
          if (latest.current.key !== asked) return
          news.push(...page.data)
          cursor = page.next_cursor
        }
        setState((before) => {
          const last = before.rows.findIndex(({ id }) => id === news.at(-1)?.id)
          return last === -1 || cursor === null
            ? { key: asked, rows: news, cursor }
            : { key: asked, rows: [...news, ...before.rows.slice(last + 1)], cursor: before.cursor }
        })
      }),
    [reading],
  )

  useEffect(() => {
    const before = keptOf<T>(key)
    if (before === undefined) return void read(undefined, 'append')
    setState(before)
    void renew(before.rows.length)
  }, [key, read, renew])

  return {
    rows: mine.rows,
    loading,
    error: mine.error,
    more: mine.cursor !== null && mine.cursor !== undefined,
    loadMore: () => void read(mine.cursor ?? undefined, 'append'),
    refresh: () => void read(undefined, 'merge'),
    change: (row) =>
      setState((before) => ({ ...before, rows: before.rows.map((one) => (one.id === row.id ? row : one)) })),
  }
}

function merged<T extends { id: string }>(old: T[], news: T[], where: 'start' | 'end'): T[] {
  const fresh = new Map(news.map((row) => [row.id, row]))
  const kept = old.map((row) => {
    const changed = fresh.get(row.id)
    fresh.delete(row.id)
    return changed ?? row
  })
  return where === 'end' ? [...kept, ...fresh.values()] : [...fresh.values(), ...kept]
}
