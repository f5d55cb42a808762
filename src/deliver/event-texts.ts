import type { Outbox } from '../outbox/outbox.ts'

/** Where an event is in an outbox. */
export interface EventAt {
  sourceId: string
  streamId: string
}

/** What is kept at most (characters). Beyond it nothing is added: what waits longest is needed first. */
const KEPT = 2_000_000
/** For how long at most (ms): an event that goes to many endpoints goes to all of them soon. */
const KEPT_MS = 3_000

/**
 * Makes the reading of events by their place, as the JSON text that every attempt signs and sends. That text never
 * changes, so that those of late are kept for a moment.
 */
export function createEventTexts(deps: { outbox: Pick<Outbox, 'textsToSend'> }) {
  /** By source, and by the place in its stream. */
  const kept = new Map<string, Map<string, string>>()
  let size = 0
  let timer: NodeJS.Timeout | null = null

  /** All at once: nobody asks for what is older, and who is in them may have been erased. */
  function letGo(): void {
    timer = null
    kept.clear()
    size = 0
  }

  function keep({ sourceId, streamId }: EventAt, text: string): void {
    if (size + text.length > KEPT) return
    let ofSource = kept.get(sourceId)
    if (ofSource === undefined) {
      ofSource = new Map()
      kept.set(sourceId, ofSource)
    }
    if (ofSource.has(streamId)) return
    ofSource.set(streamId, text)
    size += text.length
    if (timer === null) timer = setTimeout(letGo, KEPT_MS).unref()
  }

  return {
    /** Keeps what somebody else has just read. */
    note: keep,

    /** @returns in the order asked for; null for an event that has left the log */
    async read(events: readonly EventAt[]): Promise<(string | null)[]> {
      const texts = events.map(({ sourceId, streamId }) => kept.get(sourceId)?.get(streamId) ?? null)
      const missing = events.filter((_, i) => texts[i] === null)
      if (missing.length === 0) return texts
      const read = await deps.outbox.textsToSend(missing)
      let next = 0
      return events.map((event, i) => {
        const known = texts[i] ?? null
        if (known !== null) return known
        const text = read[next++] ?? null
        if (text !== null) keep(event, text)
        return text
      })
    },
  }
}

export type EventTexts = ReturnType<typeof createEventTexts>['read']
