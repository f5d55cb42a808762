import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { ApiError } from '../api.ts'
import { currentEntry } from '../history.ts'
import { createListReader } from './list-reader.ts'
import type { Page, ReadList } from './read-list.ts'

/** A long list, page after page, as it is scrolled. */
export interface Pages<T> {
  /** Tells lists apart. */
  key: string
  rows: T[]
  /** One more page is being read, or the first one. */
  loading: boolean
  error: ApiError | undefined
  more: boolean
  loadMore: () => void
  /** Reads the top anew and puts what is new or changed into what is shown. */
  refresh: () => void
  /** Reads at once what has failed. */
  retry: () => void
}

/** After so long (ms) a page does not come any more: its connection may have died while the machine slept. */
const LONGEST_MS = 30_000

/** Lists that are kept for whoever comes back to them. */
const KEPT = 10

type Shelf = Map<string, ReadList<unknown>>
let shelf: Shelf = new Map()

function keep(shelf: Shelf, place: string, list: ReadList<unknown>): void {
  shelf.delete(place)
  if (list.rows.length > 0) shelf.set(place, list)
  const [oldest] = shelf.keys()
  if (shelf.size > KEPT && oldest !== undefined) shelf.delete(oldest)
}

/** Nothing of it is for whoever signs in next; what is still shown is put on the old shelf. */
export function forgetPages(): void {
  shelf = new Map()
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
  const [, setTurn] = useState(0)
  const place = `${currentEntry().id} ${key}`
  const latest = useRef(load)
  latest.current = load
  const { reader, mine } = useMemo(() => {
    // What is read with one key is read with its filters, whatever is shown by then.
    const { current } = latest
    const load = (cursor: string | undefined) => inTime(current(cursor))
    const onChange = () => setTurn((turn) => turn + 1)
    const before = shelf.get(place) as ReadList<T> | undefined
    return { reader: createListReader({ load, onChange, later }, before), mine: shelf }
  }, [place])

  useEffect(() => {
    reader.start(reader.list().rows.length)
    return () => {
      reader.stop()
      keep(mine, place, reader.list())
    }
  }, [reader, mine, place])

  const { rows, cursor, loading, error } = reader.shown()
  return {
    key: place,
    rows,
    loading,
    error,
    more: cursor !== null && cursor !== undefined,
    loadMore: reader.more,
    refresh: reader.refresh,
    retry: reader.retry,
  }
}

/** @throws ApiError where it takes too long */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let cancel = () => {}
  const late = new Promise<never>((_, reject) => {
    cancel = later(
      () => reject(new ApiError({ detail: 'ringpost takes too long to answer.' }, 0)),
      LONGEST_MS,
    )
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    cancel()
  }
}

function later(run: () => void, ms: number): () => void {
  const timer = setTimeout(run, ms)
  return () => clearTimeout(timer)
}
