import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ListedPage } from '../elevenlabs/list-users.ts'

/** Pages in the order of the list, of which some are on their way before they are wanted. */
export interface ReadAhead {
  /** The page at the cursor that the last one named, or at the given one. */
  next(cursor: string | null): Promise<ListedPage>
  /**
   * Asks for the page behind the last one, where that may be, and lets what was asked for be sent: undici writes
   * a request in a later turn of the event loop, and without one upstream would stand idle while the caller works.
   */
  goOn(): Promise<void>
  /** Whether a page has been asked for that nobody has taken yet. */
  readonly holds: boolean
  /** Asks for nothing more. What is on its way is let go. */
  stop(): void
}

/**
 * Downloads pages while those before them are read and compared. Each cursor comes with the page before, so that one
 * request is under way at a time; but up to `pages` of them may wait, so that a commit that takes long once does
 * not hold the download up, nor the other way round.
 *
 * @param ask asks for a page, and tells the cursor to the next one where it knows that before it has read the page
 * @param mayAsk whether a page may be asked for now that nobody waits for yet
 */
export function createReadAhead(deps: {
  ask: (cursor: string | null, onCursor: (cursor: string) => void) => Promise<ListedPage>
  mayAsk: () => boolean
  pages: number
}): ReadAhead {
  const waiting: { cursor: string | null; page: Promise<ListedPage> }[] = []
  /** The cursor behind the page that came last; null while one is on its way, and at the end of the list. */
  let ahead: string | null = null
  let over = false

  function ask(cursor: string | null): void {
    ahead = null
    const { promise: page, resolve, reject } = Promise.withResolvers<ListedPage>()
    const asked = { cursor, page }
    // In its place before it is asked for: it may be told at once which one comes behind it.
    waiting.push(asked)
    deps
      .ask(cursor, (next) => {
        // Not where it was let go, nor where what comes behind it has been asked for.
        if (waiting.at(-1) === asked) follow(next)
      })
      .then(resolve, reject)
    page.then(
      ({ nextCursor }) => {
        const at = waiting.indexOf(asked)
        // It was let go, and so was what it leads to.
        if (at === -1) return
        const behind = waiting[at + 1]
        if (behind !== undefined && behind.cursor === nextCursor) return
        // The page says otherwise than its cursor was told: what was asked for with that is let go.
        waiting.splice(at + 1)
        follow(nextCursor)
      },
      // Whoever takes the page is told.
      () => undefined,
    )
  }

  function follow(cursor: string | null): void {
    ahead = cursor
    askAhead()
  }

  function askAhead(): void {
    if (!over && ahead !== null && waiting.length < deps.pages && deps.mayAsk()) ask(ahead)
  }

  return {
    async next(cursor) {
      if (waiting.length === 0) ask(cursor)
      // Taken out only when it is here: what is at hand and what is on its way are bounded together.
      const page = (await waiting[0]?.page) as ListedPage
      waiting.splice(0, 1)
      return page
    },
    async goOn() {
      askAhead()
      if (waiting.length > 0) await nextTurn()
    },
    get holds() {
      return waiting.length > 0
    },
    stop() {
      over = true
    },
  }
}
