import { useEffect, useState } from 'preact/hooks'
import { currentEntry, followEntries, nextEntry, scrollWhereItWas } from './history.ts'

const BASE = '/dashboard'
const listeners = new Set<() => void>()
let current = read()

/** Where we are: the path below `/dashboard`, and the query. */
export interface Place {
  path: string
  query: URLSearchParams
}

function read(): Place {
  const { pathname, search } = window.location
  const path = pathname.startsWith(BASE) ? pathname.slice(BASE.length) : pathname
  return { path: `/${path.replace(/^\/+|\/+$/g, '')}`, query: new URLSearchParams(search) }
}

function changed(): void {
  current = read()
  for (const listener of listeners) listener()
}

followEntries(() => {
  changed()
  scrollWhereItWas()
})

/** The URL of a screen. Empty values are left out of the query. */
export function href(path: string, query: Record<string, string | null | undefined> = {}): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value) search.set(name, value)
  const text = search.toString()
  return `${BASE}${path === '/' ? '' : path}${text === '' ? '' : `?${text}`}`
}

/** Goes to a URL of {@link href}. */
export function go(url: string, how: 'push' | 'replace' = 'push'): void {
  const before = window.location.pathname
  if (how === 'push') window.history.pushState(nextEntry(), '', url)
  else window.history.replaceState(currentEntry(), '', url)
  changed()
  if (window.location.pathname !== before) window.scrollTo(0, 0)
}

/**
 * The way to the screen above this one: as it was left, filters and all, where one has come from there.
 *
 * @returns also whether it is the step before this one
 */
export function wayBack(path: string): { url: string; isBefore: boolean } {
  const { from } = currentEntry()
  const isBefore = from !== null && from.split('?')[0] === href(path)
  return { url: isBefore ? from : href(path), isBefore }
}

export function usePlace(): Place {
  const [place, setPlace] = useState(current)
  useEffect(() => {
    const update = () => setPlace(current)
    update()
    listeners.add(update)
    return () => void listeners.delete(update)
  }, [])
  return place
}

/** Follows a plain click on a link of ours without loading the page; anything else is the browser's. */
export function followLinks(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0) return
  if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
  const link = event.target instanceof Element ? event.target.closest('a') : null
  if (!link || link.target || link.hasAttribute('download') || link.origin !== window.location.origin) return
  if (link.pathname !== BASE && !link.pathname.startsWith(`${BASE}/`)) return
  if (link.hash && link.pathname === window.location.pathname) return
  event.preventDefault()
  go(link.pathname + link.search)
}
