import type { Outbox } from '../outbox/outbox.ts'

/** Where an event is in an outbox. */
export interface EventAt {
  sourceId: string
  streamId: string
}

/** What is kept at most (characters): an event that goes to many endpoints is read once. */
const KEPT = 8_000_000

/**
 * Makes the reading of events by their place, as the JSON text that every attempt signs and sends. That text never
 * changes, so that those of last are kept.
 */
export function createEventTexts(deps: { outbox: Pick<Outbox, 'textsToSend'> }) {
  const kept = new Map<string, string>()
  let size = 0
  const placeOf = ({ sourceId, streamId }: EventAt) => `${sourceId} ${streamId}`

  function keep(place: string, text: string): void {
    if (kept.has(place)) return
    kept.set(place, text)
    size += text.length
    // The oldest first: a Map keeps the order.
    for (const [oldest, its] of kept) {
      if (size <= KEPT) break
      kept.delete(oldest)
      size -= its.length
    }
  }

  return {
    /** Keeps what somebody else has just read. */
    note(event: EventAt, text: string): void {
      keep(placeOf(event), text)
    },

    read,
  }

  /** @returns in the order asked for; null for an event that has left the log */
  async function read(events: readonly EventAt[]): Promise<(string | null)[]> {
    const found = new Map<string, string | null>()
    const missing = new Map<string, EventAt>()
    for (const event of events) {
      const place = placeOf(event)
      const text = kept.get(place)
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
  }
}

export type EventTexts = ReturnType<typeof createEventTexts>['read']
