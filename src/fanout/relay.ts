import type { Logger } from 'pino'
import type { NoteActivity } from '../log/activity.ts'
import type { DeliveryLog } from '../log/deliveries.ts'
import type { Outbox, OutboxEntry } from '../outbox/outbox.ts'
import type { DeliveryError } from '../types.ts'
import { matches, type Subscription } from './match.ts'

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
 */
export function createRelay(deps: {
  outbox: Pick<Outbox, 'unrelayed' | 'markRelayed'>
  endpoints: { list: () => Promise<(Subscription & { id: string; enabled: boolean })[]> }
  deliveries: Pick<DeliveryLog, 'accept'>
  /** Asks for what waits for an endpoint to be sent. */
  wake: (endpointId: string) => Promise<void>
  /** Tells those who watch live. */
  noteActivity?: NoteActivity
  logger: Logger
}) {
  /** @returns how many events were fanned out */
  return async function relay(sourceId: string, signal?: AbortSignal): Promise<number> {
    let relayed = 0
    while (!signal?.aborted) {
      const entries = await deps.outbox.unrelayed(sourceId, PAGE)
      const last = entries.at(-1)
      if (last === undefined) break
      for (const endpoint of await deps.endpoints.list()) {
        const wanted = entries.filter(({ event }) => matches(event, endpoint))
        if (wanted.length === 0) continue
        const waiting = await deps.deliveries.accept(
          endpoint.id,
          wanted.map((entry) => toDelivery(sourceId, entry)),
          endpoint.enabled ? null : DISABLED,
        )
        if (waiting.length > 0) await deps.wake(endpoint.id)
      }
      await deps.outbox.markRelayed(sourceId, last.streamId)
      // A convenience, and no reason to fan out again.
      await deps
        .noteActivity?.(entries.map(({ streamId }) => ({ kind: 'event', sourceId, place: streamId })))
        .catch((error: unknown) => deps.logger.debug({ err: error }, 'activity could not be noted'))
      relayed += entries.length
      deps.logger.debug({ source: sourceId, events: entries.length }, 'events fanned out')
    }
    return relayed
  }
}

export type Relay = ReturnType<typeof createRelay>

function toDelivery(sourceId: string, { streamId, event }: OutboxEntry) {
  return { eventId: event.id, eventType: event.type, sourceId, streamId }
}
