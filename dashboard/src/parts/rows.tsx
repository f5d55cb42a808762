import type { ComponentChildren } from 'preact'
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { ApiError } from '../api.ts'
import { Failure, Skeleton } from './basics.tsx'

/** From how many rows on those that are not seen are not drawn. */
const LONG = 200

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

/**
 * Reads a list from the API.
 *
 * @param key of what is listed, filters and all: another one begins anew
 */
export function usePages<T extends { id: string }>(
  key: string,
  load: (cursor: string | undefined) => Promise<Page<T>>,
): Pages<T> {
  const [state, setState] = useState<{
    key: string
    rows: T[]
    cursor: string | null | undefined
    error?: ApiError | undefined
  }>({ key, rows: [], cursor: undefined })
  const [loading, setLoading] = useState(true)
  const latest = useRef({ key, load, busy: '' })
  latest.current.key = key
  latest.current.load = load
  const mine = state.key === key ? state : { key, rows: [], cursor: undefined, error: undefined }

  const read = useCallback(async (cursor: string | undefined, how: 'append' | 'merge') => {
    const asked = latest.current.key
    const run = `${asked} ${cursor ?? ''}`
    if (latest.current.busy === run) return
    latest.current.busy = run
    setLoading(true)
    try {
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
    } catch (error) {
      if (latest.current.key !== asked) return
      const shown = error instanceof ApiError ? error : new ApiError({ detail: String(error) }, 0)
      setState((before) => ({
        key: asked,
        rows: before.key === asked ? before.rows : [],
        cursor: before.key === asked ? before.cursor : undefined,
        error: shown,
      }))
    } finally {
      if (latest.current.busy === run) {
        latest.current.busy = ''
        setLoading(false)
      }
    }
  }, [])

  useEffect(() => {
    void read(undefined, 'append')
  }, [key, read])

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

/** Shows a long list, and reads on when its end comes into view. */
export function Rows<T extends { id: string }>(props: {
  pages: Pages<T>
  label: string
  empty: ComponentChildren
  children: (row: T) => ComponentChildren
}) {
  const { pages } = props
  const end = useRef<HTMLDivElement>(null)
  const loadMore = useRef(pages.loadMore)
  loadMore.current = pages.loadMore
  const canLoad = pages.more && !pages.loading && pages.error === undefined
  useEffect(() => {
    const element = end.current
    if (!element || !canLoad) return
    const observer = new IntersectionObserver(
      ([entry]) => {
        if (entry?.isIntersecting) loadMore.current()
      },
      { rootMargin: '600px' },
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [canLoad, pages.rows.length])

  if (pages.rows.length === 0 && pages.error) return <Failure error={pages.error} retry={pages.refresh} />
  if (pages.rows.length === 0 && pages.loading) return <Skeleton lines={8} />
  if (pages.rows.length === 0) return <>{props.empty}</>
  return (
    <>
      <ul class={pages.rows.length > LONG ? 'rows long' : 'rows'} aria-label={props.label}>
        {pages.rows.map((row) => (
          <li key={row.id}>{props.children(row)}</li>
        ))}
      </ul>
      {pages.error && <Failure error={pages.error} retry={pages.loadMore} />}
      {pages.more && (
        <div ref={end} class="rows-end">
          <button type="button" class="button" disabled={pages.loading} onClick={pages.loadMore}>
            {pages.loading ? 'Loading…' : 'Show more'}
          </button>
        </div>
      )}
    </>
  )
}
