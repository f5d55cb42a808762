import type { Outbox } from '../outbox/outbox.ts'

/** Where an event is in an outbox. */
export interface EventAt {
  sourceId: string
  streamId: string
}

/** What is kept at most (characters). Beyond it nothing is added: what waits longest is needed first. */
const KEPT = 2_000_000
/** For how long (ms): an event that goes to many endpoints goes to all of them soon. */
const KEPT_MS = 3_000

/**
 * Makes the reading of events by their place, as the JSON text that every attempt signs and sends. That text never
 * changes, so that those of last are kept for a moment.
 */
export function createEventTexts(deps: { outbox: Pick<Outbox, 'textsToSend'> }) {
  const kept = new Map<string, { text: string; until: number }>()
  let size = 0
  let timer: NodeJS.Timeout | null = null
  const placeOf = ({ sourceId, streamId }: EventAt) => `${sourceId} ${streamId}`

  function dropOld(now: number): void {
    // A Map keeps the order in which they came.
    for (const [oldest, its] of kept) {
      if (its.until > now) break
      kept.delete(oldest)
      size -= its.text.length
    }
  }

  /** Where nothing comes any more as well: who is in them may have been erased. */
  function watch(): void {
    if (timer !== null) return
    timer = setTimeout(() => {
      timer = null
      dropOld(performance.now())
      if (kept.size > 0) watch()
    }, KEPT_MS).unref()
  }

  function keep(place: string, text: string): void {
    const now = performance.now()
    dropOld(now)
    if (kept.has(place) || size + text.length > KEPT) return
    kept.set(place, { text, until: now + KEPT_MS })
    size += text.length
    watch()
  }

  return {
    /** Keeps what somebody else has just read. */
    note(event: EventAt, text: string): void {
      keep(placeOf(event), text)
    },

    /** @returns in the order asked for; null for an event that has left the log */
    async read(events: readonly EventAt[]): Promise<(string | null)[]> {
      const found = new Map<string, string | null>()
      const missing = new Map<string, EventAt>()
      for (const event of events) {
        const place = placeOf(event)
        const text = kept.get(place)?.text
        if (text === undefined) missing.set(place, event)
        else found.set(place, text)
      }
      if (missing.size > 0) {
        const read = await deps.outbox.textsToSend([...missing.values()])
        for (const [i, place] of [...missing.keys()].entries()) {
          const text = read[i] ?? null
          found.set(place, text)
          if (text !== null) keep(place, text)
        }
      }
      return events.map((event) => found.get(placeOf(event)) ?? null)
    },
  }
}

export type EventTexts = ReturnType<typeof createEventTexts>['read']
