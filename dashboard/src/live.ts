import { useEffect, useRef, useState } from 'preact/hooks'
import type { components } from '../../src/client/schema.ts'

export type StreamedEvent = components['schemas']['Event']

/** An attempt, as the stream tells of it. */
export interface StreamedAttempt {
  delivery_id: string
  event_id: string
  event_type: string
  endpoint_id: string
  /** It tells of a caller who was known already; absent from what an older ringpost noted. */
  backfill?: boolean
  status: string
  number: number
  at: string
  duration_ms: number
  response_status: number | null
  error: { code: string; message: string } | null
  next_attempt_at: string | null
}

export type LiveEntry =
  | { id: string; kind: 'event'; event: StreamedEvent }
  | { id: string; kind: 'attempt'; attempt: StreamedAttempt }

export type LiveState = 'connecting' | 'open' | 'lost'

/** Entries that are kept to be shown. */
const KEPT = 300
/** A page that nobody sees lets go of its connection: a browser has six to one host, over all its tabs. */
const HIDDEN_MS = 10_000
const AGAIN_MS = 3_000

/** Something that came, that something may have come of which nothing was told, or how the connection is. */
type News = LiveEntry | 'gap' | 'state'
type Listener = (news: News) => void
const listeners = new Set<Listener>()
let entries: readonly LiveEntry[] = []
let state: LiveState = 'connecting'
let missed = false
let source: EventSource | null = null
let lastId: string | null = null
let wanted = false
let timer: ReturnType<typeof setTimeout> | undefined

function tell(news: News): void {
  for (const listener of [...listeners]) listener(news)
}

function setState(now: LiveState): void {
  if (state === now) return
  state = now
  tell('state')
}

function add(entry: LiveEntry): void {
  lastId = entry.id
  if (entries.some(({ id }) => id === entry.id)) return
  entries = [entry, ...entries].slice(0, KEPT)
  tell(entry)
}

function connect(): void {
  clearTimeout(timer)
  source?.close()
  const opened = new EventSource(
    lastId === null ? '/v1/stream' : `/v1/stream?last_event_id=${encodeURIComponent(lastId)}`,
  )
  source = opened
  opened.addEventListener('open', () => {
    // What came before it is in no list that was read just before.
    tell('gap')
    setState('open')
  })
  opened.addEventListener('event', ({ data, lastEventId }) => {
    add({ id: lastEventId, kind: 'event', event: JSON.parse(data) })
  })
  opened.addEventListener('attempt', ({ data, lastEventId }) => {
    add({ id: lastEventId, kind: 'attempt', attempt: JSON.parse(data) })
  })
  opened.addEventListener('missed', () => {
    missed = true
    tell('gap')
  })
  opened.addEventListener('error', () => {
    if (source !== opened) return
    setState('lost')
    // The browser reconnects by itself, unless it was answered with an error.
    if (opened.readyState === EventSource.CLOSED && wanted) timer = setTimeout(connect, AGAIN_MS)
  })
}

function close(): void {
  clearTimeout(timer)
  source?.close()
  source = null
}

document.addEventListener('visibilitychange', () => {
  if (!wanted) return
  clearTimeout(timer)
  if (document.visibilityState === 'hidden') timer = setTimeout(close, HIDDEN_MS)
  else if (source === null) connect()
})

/** Follows the stream from now on. */
export function startLive(): void {
  if (wanted) return
  wanted = true
  setState('connecting')
  connect()
}

export function stopLive(): void {
  wanted = false
  close()
  entries = []
  lastId = null
}

/** What came lately, newest first, and how the connection is. */
export function useLive(): { entries: readonly LiveEntry[]; state: LiveState; missed: boolean } {
  const [seen, setSeen] = useState({ entries, state, missed })
  useEffect(() => {
    const update = () => setSeen({ entries, state, missed })
    update()
    listeners.add(update)
    return () => void listeners.delete(update)
  }, [])
  return seen
}

/** Calls back soon after something happened that matters, or may have happened, once for many. */
export function useOnNews(matters: (entry: LiveEntry) => boolean, then: () => void, waitMs = 700): void {
  const latest = useRef({ matters, then })
  latest.current = { matters, then }
  useEffect(() => {
    let due: ReturnType<typeof setTimeout> | undefined
    const listener: Listener = (news) => {
      if (due !== undefined || news === 'state') return
      if (news !== 'gap' && !latest.current.matters(news)) return
      due = setTimeout(() => {
        due = undefined
        latest.current.then()
      }, waitMs)
    }
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      clearTimeout(due)
    }
  }, [waitMs])
}
