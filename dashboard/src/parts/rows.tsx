import type { ComponentChildren, VNode } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { Failure, Skeleton } from './basics.tsx'
import { blocksOf } from './blocks.ts'
import type { Pages } from './pages.ts'

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
  const blocks = useBlocks(pages, props.with, props.children)
  const end = useRef<HTMLDivElement>(null)
  const loadMore = useRef(pages.loadMore)
  loadMore.current = pages.loadMore
  const canLoad = pages.more && !pages.loading && pages.error === undefined
  useEffect(() => {
    const element = end.current
    if (!element || !canLoad) return
    const observer = new IntersectionObserver(
      // On a busy machine it tells of several moments at once, the last of which counts.
      (moments) => {
        if (moments.at(-1)?.isIntersecting) loadMore.current()
      },
      { rootMargin: '600px' },
    )
    observer.observe(element)
    return () => observer.disconnect()
  }, [canLoad, pages.rows.length])

  if (pages.rows.length === 0 && pages.error) return <Failure error={pages.error} retry={pages.retry} />
  // With a filter that hardly ever matches, many pages are empty before one is not.
  if (pages.rows.length === 0 && !pages.more && !pages.loading) return <>{props.empty}</>
  return (
    <>
      {pages.rows.length === 0 ? (
        <Skeleton lines={8} />
      ) : (
        // biome-ignore lint/a11y/useSemanticElements: in a <ul>, its rows could not be in blocks
        <div class="rows" role="list" aria-label={props.label}>
          {blocks}
        </div>
      )}
      {pages.error && <Failure error={pages.error} retry={pages.retry} />}
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

/** A block as it was drawn. */
interface Block<T> {
  rows: T[]
  drawn: VNode
}

/** By their numbers. */
type Blocks<T> = Map<number, Block<T>>

/** A list as it was drawn, and which block each row is in. */
interface Drawn<T> {
  key: string
  drawnWith: unknown
  numbers: Map<string, number>
  blocks: Blocks<T>
}

/**
 * The rows in blocks. Preact passes over a block that is the very same as before, and the browser over one that is
 * not seen, so that one more page of a long list costs a page and not the list.
 */
function useBlocks<T extends { id: string }>(
  { key, rows }: Pages<T>,
  drawnWith: unknown,
  draw: (row: T) => ComponentChildren,
): VNode[] {
  const kept = useRef<Drawn<T>>(undefined)
  const before = kept.current?.key === key ? kept.current : undefined
  const numbers = blocksOf(
    rows.map(({ id }) => id),
    before?.numbers ?? new Map(),
  )
  const rowsOf = Map.groupBy(rows.keys(), (i) => numbers[i] ?? 0)
  const blocks: Blocks<T> = new Map()
  for (const [number, places] of rowsOf) {
    const mine = places.flatMap((i) => rows[i] ?? [])
    const old = before?.blocks.get(number)
    const isSame =
      old !== undefined &&
      before?.drawnWith === drawnWith &&
      old.rows.length === mine.length &&
      mine.every((row, i) => row === old.rows[i])
    blocks.set(number, isSame ? old : block(number, mine, draw))
  }
  kept.current = { key, drawnWith, numbers: new Map(rows.map(({ id }, i) => [id, numbers[i] ?? 0])), blocks }
  return [...blocks.values()].map(({ drawn }) => drawn)
}

function block<T extends { id: string }>(
  number: number,
  rows: T[],
  draw: (row: T) => ComponentChildren,
): Block<T> {
  const drawn = (
    <div key={number} class="block" style={{ '--rows': rows.length }} role="none">
      {rows.map((row) => (
        // biome-ignore lint/a11y/useSemanticElements: as above
        <div key={row.id} role="listitem">
          {draw(row)}
        </div>
      ))}
    </div>
  )
  return { rows, drawn }
}
