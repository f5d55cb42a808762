/** A step of the browser's history. */
interface Entry {
  id: string
  /** The URL that it was reached from by a link. */
  from: string | null
}

/** Where a page was scrolled to when it was left, and which of its links was followed. */
interface Left {
  top: number
  link: { href: string; top: number } | null
}

/** Steps that are remembered; older ones begin at the top. */
const KEPT = 50
/** Frames within which a page has to be as long as it was. */
const FRAMES = 60
/** Blocks of rows have their true height once they have been drawn: so many frames long, what is right may move. */
const SETTLING_FRAMES = 6

const left = new Map<string, Left>()
let current = read()

function newId(): string {
  return crypto.getRandomValues(new Uint32Array(2)).join('-')
}

function read(): Entry {
  const state: unknown = window.history.state
  if (typeof state === 'object' && state !== null && 'id' in state && typeof state.id === 'string') {
    return { id: state.id, from: 'from' in state && typeof state.from === 'string' ? state.from : null }
  }
  const first = { id: newId(), from: null }
  window.history.replaceState(first, '')
  return first
}

/** The step that is shown. */
export function currentEntry(): Entry {
  return current
}

/** Leaves the step that is shown for a new one. */
export function nextEntry(): Entry {
  leave()
  const { pathname, search } = window.location
  current = { id: newId(), from: pathname + search }
  return current
}

/** Calls back when another step is gone to. */
export function followEntries(then: () => void): void {
  window.addEventListener('popstate', () => {
    leave()
    current = read()
    then()
  })
  // While this page lives, only it knows when its lists are there; one that is loaded anew is the browser's to scroll.
  window.history.scrollRestoration = 'manual'
  window.addEventListener('pagehide', () => {
    window.history.scrollRestoration = 'auto'
  })
}

function leave(): void {
  const link = document.activeElement?.closest('main a[href]')
  left.delete(current.id)
  left.set(current.id, {
    top: window.scrollY,
    link: link ? { href: link.getAttribute('href') ?? '', top: link.getBoundingClientRect().top } : null,
  })
  for (const id of left.keys()) {
    if (left.size <= KEPT) break
    left.delete(id)
  }
}

/**
 * Scrolls to where this step was left, as soon as its page is long enough. The link that was followed goes to its
 * place in the window: what is above it may have become longer or shorter.
 */
export function scrollWhereItWas(): void {
  const entry = current.id
  const { top, link } = left.get(entry) ?? { top: 0, link: null }
  const stop = new AbortController()
  // Whoever scrolls meanwhile has their way.
  for (const kind of ['wheel', 'touchstart', 'keydown', 'pointerdown']) {
    window.addEventListener(kind, () => stop.abort(), { signal: stop.signal, passive: true })
  }
  let frames = FRAMES
  const step = () => {
    if (stop.signal.aborted || current.id !== entry || frames === 0) return stop.abort()
    window.scrollTo(0, top)
    const there = link && document.querySelector(`main a[href="${CSS.escape(link.href)}"]`)
    if (there) window.scrollBy(0, there.getBoundingClientRect().top - link.top)
    const isRight = there !== null || (link === null && Math.abs(window.scrollY - top) < 2)
    frames = (isRight ? Math.min(frames, SETTLING_FRAMES) : frames) - 1
    requestAnimationFrame(step)
  }
  requestAnimationFrame(step)
}

/** Nothing of it is for whoever signs in next. */
export function forgetEntries(): void {
  left.clear()
}
