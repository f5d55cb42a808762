import { matches, type Subscription } from '../fanout/match.ts'
import { deliveryId } from '../ids.ts'
import type { DeliveryLog } from '../log/deliveries.ts'
import type { NewDelivery } from '../log/new-records.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import type { UnixMs } from '../types.ts'

/** Events read, and deliveries looked up, at once. */
const PAGE = 250
/** How far an event's timestamp may be from its place in the stream, as in log/read-events.ts. */
const SLACK_MS = 60_000

/**
 * Events that match an endpoint and have no delivery for it, because it was made or changed after they came.
 */
export function createMissedEvents(deps: {
  redis: Pick<Redis, 'exists'>
  keys: Keys
  outbox: Pick<Outbox, 'newestFirst'>
  /** Everyone who has an outbox. */
  owners: { ids: () => Promise<string[]> }
  deliveries: Pick<DeliveryLog, 'accept'>
}) {
  async function* ofSource(
    sourceId: string,
    endpoint: Subscription & { id: string },
    period: { since: UnixMs; until: UnixMs },
  ): AsyncGenerator<NewDelivery[]> {
    const { since, until } = period
    const from = String(Math.max(0, since - SLACK_MS))
    for (let before = `${until + SLACK_MS + 1}-0`; ; ) {
      const entries = await deps.outbox.newestFirst(sourceId, { before, from, limit: PAGE })
      const last = entries.at(-1)
      if (last === undefined) return
      before = last.streamId
      const matching = entries
        .filter(({ event }) => {
          const at = Date.parse(event.timestamp)
          return at >= since && at <= until && matches(event, endpoint)
        })
        .map(({ event, streamId }) => ({ eventId: event.id, eventType: event.type, sourceId, streamId }))
      const { delivery } = deps.keys.endpoint(endpoint.id)
      const there = await Promise.all(
        matching.map(({ eventId }) => deps.redis.exists(delivery(deliveryId(eventId, endpoint.id)))),
      )
      const missed = matching.filter((_, i) => there[i] === 0)
      if (missed.length > 0) yield missed
    }
  }

  return {
    /** A few hundred at a time, newest first within a source. Both ends of the period are inclusive. */
    async *of(
      endpoint: Subscription & { id: string },
      period: { since: UnixMs; until: UnixMs },
    ): AsyncGenerator<NewDelivery[]> {
      for (const id of await deps.owners.ids()) {
        if (endpoint.source_ids && !endpoint.source_ids.includes(id)) continue
        yield* ofSource(id, endpoint, period)
      }
    },

    /** Makes deliveries of them, each once. */
    accept: (endpointId: string, events: readonly NewDelivery[]) =>
      deps.deliveries.accept(endpointId, events),
  }
}

export type MissedEvents = ReturnType<typeof createMissedEvents>
