import type { ComponentChildren, VNode } from 'preact'
import { useCallback, useEffect, useRef, useState } from 'preact/hooks'
import { ApiError } from '../api.ts'
import { Failure, Skeleton } from './basics.tsx'

/** So many rows are a block, which the browser passes over while it is not seen. */
const BLOCK = 50

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
  /** What rows are drawn with beside themselves; another one draws all of them anew. */
  with?: unknown
  children: (row: T) => ComponentChildren
}) {
  const { pages } = props
  const blocks = useBlocks(pages.rows, props.with, props.children)
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
      {/* biome-ignore lint/a11y/useSemanticElements: in a <ul>, its rows could not be in blocks */}
      <div class="rows" role="list" aria-label={props.label}>
        {blocks}
      </div>
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

/**
 * The rows in blocks. Preact passes over a block that is the very same as before, and the browser over one that is
 * not seen, so that one more page of a long list costs a page and not the list. New rows come at the start, older
 * ones at the end: blocks are counted from the row that was the first at first, so that neither moves the others.
 */
function useBlocks<T extends { id: string }>(
  rows: T[],
  drawnWith: unknown,
  draw: (row: T) => ComponentChildren,
): VNode[] {
  const kept = useRef({ drawnWith, anchor: '', blocks: new Map<number, { rows: T[]; drawn: VNode }>() })
  const { current } = kept
  const found = rows.findIndex(({ id }) => id === current.anchor)
  if (found === -1 || current.drawnWith !== drawnWith) current.blocks = new Map()
  if (found === -1) current.anchor = rows[0]?.id ?? ''
  current.drawnWith = drawnWith
  const anchor = Math.max(0, found)
  const blocks = new Map<number, { rows: T[]; drawn: VNode }>()
  for (let at = 0; at < rows.length; ) {
    const number = Math.floor((at - anchor) / BLOCK)
    const end = Math.min(rows.length, anchor + (number + 1) * BLOCK)
    const mine = rows.slice(at, end)
    const before = current.blocks.get(number)
    const same =
      before !== undefined &&
      before.rows.length === mine.length &&
      mine.every((row, i) => row === before.rows[i])
    blocks.set(number, same ? before : { rows: mine, drawn: block(number, mine, draw) })
    at = end
  }
  current.blocks = blocks
  return [...blocks.values()].map(({ drawn }) => drawn)
}

function block<T extends { id: string }>(
  number: number,
  rows: T[],
  draw: (row: T) => ComponentChildren,
): VNode {
  return (
    <div key={number} class={rows.length === BLOCK ? 'block whole' : 'block'} role="none">
      {rows.map((row) => (
        // biome-ignore lint/a11y/useSemanticElements: as above
        <div key={row.id} role="listitem">
          {draw(row)}
        </div>
      ))}
    </div>
  )
}
