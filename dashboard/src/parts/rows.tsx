import type { ComponentChildren, VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Failure, Skeleton } from './basics.tsx'
import type { Pages } from './pages.ts'

/** So many rows are a block, which the browser passes over while it is not seen. */
const BLOCK = 50

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
