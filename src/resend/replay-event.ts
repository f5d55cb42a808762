import type { EndpointRecord } from '../endpoints/endpoints.ts'
import { RingpostError } from '../errors.ts'
import { matches } from '../fanout/match.ts'
import { deliveryId } from '../ids.ts'
import type { DeliveryLog } from '../log/deliveries.ts'
import { DELIVERY_STATUSES } from '../log/delivery-record.ts'
import type { EventReader } from '../log/read-events.ts'
import type { Requeue } from '../log/requeue-deliveries.ts'
import type { TestDeliveries } from '../log/test-deliveries.ts'
import { assertSendable } from './retry-delivery.ts'

/** Endpoints that are looked after at once. */
const AT_ONCE = 25

/** What became of one endpoint: its delivery is queued, or was being attempted at this very moment. */
export interface Replayed {
  id: string
  endpoint_id: string
  result: 'queued' | 'in_progress'
}

/**
 * Makes the replay of an event: it is queued again under the same `webhook-id` to every enabled endpoint that
 * it matches now, or to those that are named, whether it matches them or not.
 */
export function createReplayEvent(deps: {
  events: Pick<EventReader, 'locate'>
  tests: Pick<TestDeliveries, 'event'>
  endpoints: {
    list: () => Promise<EndpointRecord[]>
    find: (id: string) => Promise<EndpointRecord | null>
  }
  deliveries: Pick<DeliveryLog, 'accept'>
  requeue: Requeue
  wake: (endpointId: string) => Promise<void>
}) {
  /** Named endpoints must all be there before anything is sent. */
  async function named(ids: readonly string[]): Promise<EndpointRecord[]> {
    const unique = [...new Set(ids)]
    const found = await Promise.all(unique.map((id) => deps.endpoints.find(id)))
    const missing = unique.filter((_, i) => !found[i] || found[i].deleted_at !== null)
    if (missing.length > 0) {
      const fields = missing.map((id) => ({
        path: `endpoint_ids.${ids.indexOf(id)}`,
        message: `is not an endpoint: there is no ${id}`,
      }))
      throw new RingpostError('bad_request', `${fields[0]?.path} ${fields[0]?.message}.`, { fields })
    }
    const endpoints = found.filter((endpoint) => endpoint !== null)
    for (const endpoint of endpoints) assertSendable(endpoint.id, endpoint)
    return endpoints
  }

  /** @throws RingpostError `not_found`; `bad_request` and `conflict` for an endpoint that is named */
  return async function replayEvent(
    eventId: string,
    endpointIds: readonly string[] | null,
  ): Promise<Replayed[]> {
    const place = await deps.events.locate(eventId)
    if (place === null) {
      if ((await deps.tests.event(eventId)) === null) throw unknownEvent(eventId)
      throw new RingpostError(
        'conflict',
        `${eventId} was a test, which is sent once. POST /v1/endpoints/<id>/test sends another.`,
      )
    }
    const { event, sourceId, streamId } = place
    const endpoints =
      event.data.backfill === true
        ? await named(ownAlone(eventId, sourceId, endpointIds))
        : endpointIds
          ? await named(endpointIds)
          : (await deps.endpoints.list()).filter((endpoint) => endpoint.enabled && matches(event, endpoint))

    async function replayTo(endpointId: string): Promise<Replayed> {
      const id = deliveryId(eventId, endpointId)
      await deps.deliveries.accept(endpointId, [{ eventId, eventType: event.type, sourceId, streamId }])
      const [became] = await deps.requeue(endpointId, [id], { from: DELIVERY_STATUSES })
      if (became === 'queued') await deps.wake(endpointId)
      return { id, endpoint_id: endpointId, result: became === 'queued' ? 'queued' : 'in_progress' }
    }

    const replayed: Replayed[] = []
    for (let i = 0; i < endpoints.length; i += AT_ONCE) {
      replayed.push(
        ...(await Promise.all(endpoints.slice(i, i + AT_ONCE).map((endpoint) => replayTo(endpoint.id)))),
      )
    }
    return replayed
  }
}

export type ReplayEvent = ReturnType<typeof createReplayEvent>

/** What one endpoint has asked for goes to no other. */
function ownAlone(eventId: string, ownerId: string, endpointIds: readonly string[] | null): string[] {
  const other = endpointIds?.findIndex((id) => id !== ownerId) ?? -1
  if (other < 0) return [ownerId]
  const message = `is not whom it is for: ${eventId} is of a backfill of ${ownerId}`
  const fields = [{ path: `endpoint_ids.${other}`, message }]
  throw new RingpostError('bad_request', `endpoint_ids ${message}.`, { fields })
}

/** The error for an event that there is not, or no longer. */
export function unknownEvent(id: string): RingpostError {
  return new RingpostError(
    'not_found',
    `There is no event ${id}. It may have left the event log, which RINGPOST_EVENT_RETENTION bounds.`,
  )
}
