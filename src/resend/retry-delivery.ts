import type { EndpointRecord } from '../endpoints/endpoints.ts'
import { RingpostError } from '../errors.ts'
import { DELIVERY_STATUSES } from '../log/delivery-record.ts'
import type { DeliveryReader } from '../log/read-deliveries.ts'
import type { Requeue } from '../log/requeue-deliveries.ts'
import type { TestDeliveries } from '../log/test-deliveries.ts'
import type { Delivery } from '../types.ts'

/**
 * Makes the retry of one delivery: one attempt more, now, whatever its state, under the same `webhook-id`.
 * One that has succeeded is sent again too, for that is asked for on purpose.
 */
export function createRetryDelivery(deps: {
  deliveries: Pick<DeliveryReader, 'get'>
  endpoints: {
    ids: () => Promise<string[]>
    find: (id: string) => Promise<Pick<EndpointRecord, 'enabled' | 'deleted_at'> | null>
  }
  /** Whether the event is still there to be sent. */
  hasEvent: (eventId: string) => Promise<boolean>
  tests: Pick<TestDeliveries, 'event'>
  requeue: Requeue
  wake: (endpointId: string) => Promise<void>
}) {
  /**
   * @returns the delivery as it waits now
   * @throws RingpostError `not_found`, or `conflict` where it cannot be attempted now
   */
  return async function retryDelivery(id: string): Promise<Delivery> {
    const endpointIds = await deps.endpoints.ids()
    const delivery = await deps.deliveries.get(id, endpointIds)
    if (delivery === null) throw unknownDelivery(id)
    const { endpoint_id: endpointId, event_id: eventId } = delivery
    assertSendable(endpointId, await deps.endpoints.find(endpointId))
    if ((await deps.tests.event(eventId)) !== null) {
      throw new RingpostError(
        'conflict',
        `Delivery ${id} was a test, which is sent once. POST /v1/endpoints/${endpointId}/test sends another.`,
      )
    }
    if (!(await deps.hasEvent(eventId))) {
      throw new RingpostError(
        'conflict',
        `The event ${eventId} has left the event log, so there is nothing to send any more. RINGPOST_EVENT_RETENTION says how long events are kept.`,
      )
    }
    const [became] = await deps.requeue(endpointId, [id], { from: DELIVERY_STATUSES })
    if (became === 'in_progress') {
      throw new RingpostError(
        'conflict',
        `An attempt of delivery ${id} is in progress. Look at it again in a moment: GET /v1/deliveries/${id}.`,
        { retryAfterMs: 1_000 },
      )
    }
    if (became !== 'queued') throw unknownDelivery(id)
    await deps.wake(endpointId)
    const queued = await deps.deliveries.get(id, [endpointId])
    return queued ?? delivery
  }
}

export type RetryDelivery = ReturnType<typeof createRetryDelivery>

/** The error for a delivery that there is not, or no longer. */
export function unknownDelivery(id: string): RingpostError {
  return new RingpostError(
    'not_found',
    `There is no delivery ${id}. It may have left the log, which RINGPOST_DELIVERY_RETENTION bounds.`,
  )
}

/**
 * Refuses what would only be skipped.
 *
 * @throws RingpostError `conflict` where the endpoint is disabled or deleted
 */
export function assertSendable(
  id: string,
  endpoint: Pick<EndpointRecord, 'enabled' | 'deleted_at'> | null,
): void {
  if (endpoint === null || endpoint.deleted_at !== null) {
    throw new RingpostError('conflict', `Endpoint ${id} was deleted: nothing is sent to it any more.`)
  }
  if (!endpoint.enabled) {
    throw new RingpostError(
      'conflict',
      `Endpoint ${id} is disabled: nothing is sent to it. Enable it first: PATCH /v1/endpoints/${id} with {"enabled": true}.`,
    )
  }
}
