import type { Logger } from 'pino'
import { heldUntil } from '../enrich/hold.ts'
import type { NoteActivity } from '../log/activity.ts'
import type { DeliveryLog } from '../log/deliveries.ts'
import type { EraseDeliveries } from '../log/erase-deliveries.ts'
import type { Outbox, OutboxEntry } from '../outbox/outbox.ts'
import type { DeliveryError, UnixMs } from '../types.ts'
import { matchesEntry, type Subscription, wasThere } from './match.ts'

/** Events read at once. */
const PAGE = 500

const DISABLED: DeliveryError = {
  code: 'endpoint_disabled',
  message: 'The endpoint was disabled when the event came. Enable it and recover what it missed.',
}

/**
 * Makes the relay: it turns what an outbox holds into deliveries of the matching endpoints, and wakes
 * those. Every step can be repeated: a delivery is recorded once, and the place in the outbox moves
 * on only after all deliveries of a page are recorded and their endpoints woken. Two relays on one source do no harm.
 *
 * What an endpoint gets does not depend on when it is fanned out: nothing that was told before it was made.
 *
 * It never waits itself. An event that waits for its conversation stops it there, and with it what the same source
 * has told since, until that is there or the event has been held back for as long as it may be.
 */
export function createRelay(deps: {
  outbox: Pick<Outbox, 'readUnrelayed' | 'goneSince' | 'markRelayed' | 'settle'>
  endpoints: { list: () => Promise<(Subscription & { id: string; enabled: boolean; created_at: string })[]> }
  deliveries: Pick<DeliveryLog, 'accept'>
  eraseDeliveries: EraseDeliveries
  /** Asks for what waits for an endpoint to be sent. */
  wake: (endpointId: string) => Promise<void>
  /** Told of events that deliveries will ask for in a moment. */
  noteText?: (event: { sourceId: string; streamId: string }, text: string) => void
  /** Asks for the conversations that events of a source wait for. */
  enrichSoon: (sourceId: string) => Promise<void>
  /** Asks for the source to be looked at again at a moment. */
  relayAt: (sourceId: string, at: UnixMs) => Promise<void>
  /** Tells those who watch live. */
  noteActivity?: NoteActivity
  now: () => UnixMs
  logger: Logger
}) {
  /** What may go out now. */
  async function readyOf(sourceId: string): Promise<{
    from: string
    erasures: number
    entries: OutboxEntry[]
    heldUntil: UnixMs | null
  }> {
    for (;;) {
      const { from, erasures, entries: read } = await deps.outbox.readUnrelayed(sourceId, PAGE)
      const now = deps.now()
      const held = read.findIndex(({ undecided, streamId }) => undecided && now < heldUntil(streamId, now))
      const first = read[held]
      const entries = first === undefined ? read : read.slice(0, held)
      const late = entries.filter(({ undecided }) => undecided)
      if (late.length === 0) {
        return {
          from,
          erasures,
          entries,
          heldUntil: first === undefined ? null : heldUntil(first.streamId, now),
        }
      }
      // Nobody has got their conversations in time. Read again, for somebody may have by now.
      await Promise.all(late.map(({ streamId }) => deps.outbox.settle(sourceId, streamId, null)))
    }
  }

  /** @returns how many events were fanned out */
  return async function relay(sourceId: string, signal?: AbortSignal): Promise<number> {
    let relayed = 0
    while (!signal?.aborted) {
      const { from, erasures, entries, heldUntil: until } = await readyOf(sourceId)
      if (until !== null) {
        await deps.enrichSoon(sourceId)
        // Whatever becomes of that.
        await deps.relayAt(sourceId, until)
      }
      const last = entries.at(-1)
      if (last === undefined) break
      const now = deps.now()
      const endpoints = await deps.endpoints.list()
      for (const endpoint of endpoints) {
        const wanted = entries.filter(
          (entry) => wasThere(endpoint, entry.streamId, now) && matchesEntry(entry, sourceId, endpoint),
        )
        if (wanted.length === 0) continue
        const waiting = await deps.deliveries.accept(
          endpoint.id,
          wanted.map((entry) => toDelivery(sourceId, entry)),
          endpoint.enabled ? null : DISABLED,
        )
        if (waiting.length > 0) await deps.wake(endpoint.id)
      }
      // Who erases a person looks for deliveries once the events are gone, and these may have come after that look.
      const gone = await deps.outbox.goneSince(sourceId, erasures, entries)
      for (const { id } of gone.length > 0 ? endpoints : []) {
        await deps.eraseDeliveries(
          id,
          gone.map(({ eventId }) => eventId),
        )
      }
      for (const entry of entries) {
        if (!gone.includes(entry)) deps.noteText?.({ sourceId, streamId: entry.streamId }, entry.text)
      }
      await deps.outbox.markRelayed(sourceId, last.streamId, from)
      // A convenience, and no reason to fan out again.
      await deps
        .noteActivity?.(entries.map(({ streamId }) => ({ kind: 'event', sourceId, place: streamId })))
        .catch((error: unknown) => deps.logger.debug({ err: error }, 'activity could not be noted'))
      relayed += entries.length
      deps.logger.debug({ source: sourceId, events: entries.length }, 'events fanned out')
      if (until !== null) break
    }
    return relayed
  }
}

export type Relay = ReturnType<typeof createRelay>

function toDelivery(sourceId: string, { streamId, eventId, eventType }: OutboxEntry) {
  return { eventId, eventType, sourceId, streamId }
}
