import { z } from 'zod'
import type { Endpoints } from '../../endpoints/endpoints.ts'
import { RingpostError } from '../../errors.ts'
import type { DeliveryPlace, DeliveryQuery, DeliveryReader } from '../../log/read-deliveries.ts'
import type { Delivery } from '../../types.ts'
import { createCursor } from '../cursor.ts'
import type { Api } from '../instance.ts'
import { pageOf } from '../page.ts'
import { presentDeliverySummary } from '../present/delivery.ts'
import { deliveryList, deliveryQuery, deliverySchema } from '../schemas/delivery.ts'
import { idParams } from '../schemas/ids.ts'
import { answer, OF_TOKEN, problems } from '../schemas/problem.ts'

const cursor = createCursor(
  'deliveries',
  z.strictObject({ createdAt: z.int().min(0), id: z.string().min(1).max(100) }),
)

export interface DeliveryRoutesDeps {
  deliveries: Pick<DeliveryReader, 'get' | 'list' | 'ofEvent'>
  endpoints: Pick<Endpoints, 'everKnown'>
}

/** What became of what has happened. */
export function addDeliveryRoutes(app: Api, deps: DeliveryRoutesDeps): void {
  const { deliveries, endpoints } = deps
  const tags = ['deliveries']
  /** Deleted endpoints too: their deliveries are in the log until the retention ends. */
  const endpointIds = async () => (await endpoints.everKnown()).map(({ id }) => id)

  app.get(
    '/v1/deliveries',
    {
      schema: {
        tags,
        operationId: 'listDeliveries',
        summary: 'List deliveries, newest first',
        querystring: deliveryQuery,
        response: { 200: answer('Deliveries', deliveryList), ...problems(...OF_TOKEN) },
      },
    },
    async ({ query }) => {
      const { endpoint_id, event_id, status, since, until } = query
      const filters = { endpoint_id, event_id, status, since, until }
      const wanted: DeliveryQuery = {
        endpointIds: (await endpointIds()).filter((id) => endpoint_id === undefined || id === endpoint_id),
        status: status ?? null,
        before: cursor.decode(query.cursor, filters),
        since: since ?? null,
        until: until ?? null,
        limit: query.limit,
      }
      const { data, next } =
        event_id === undefined ? await listAll(wanted) : await listOfEvent(event_id, wanted)
      return { data: data.map(presentDeliverySummary), next_cursor: cursor.encode(next, filters) }
    },
  )

  app.get(
    '/v1/deliveries/:id',
    {
      schema: {
        tags,
        operationId: 'getDelivery',
        summary: 'Get a delivery with every attempt',
        params: idParams,
        response: { 200: answer('The delivery', deliverySchema), ...problems(...OF_TOKEN, 'not_found') },
      },
    },
    async ({ params }) => {
      const delivery = await deliveries.get(params.id, await endpointIds())
      if (delivery === null) {
        throw new RingpostError(
          'not_found',
          `There is no delivery ${params.id}. It may have left the log, which RINGPOST_DELIVERY_RETENTION bounds.`,
        )
      }
      return delivery
    },
  )

  /** One more than wanted is read, so that the last page says that it is the last. */
  async function listAll(query: DeliveryQuery): Promise<{ data: Delivery[]; next: DeliveryPlace | null }> {
    const { data, next } = await deliveries.list({ ...query, limit: query.limit + 1 })
    const last = data[query.limit - 1]
    if (next === null || last === undefined || data.length <= query.limit) return { data, next }
    return { data: data.slice(0, query.limit), next: placeOf(last) }
  }

  /** One event has at most one delivery for each endpoint: few enough to be read whole. */
  async function listOfEvent(
    eventId: string,
    query: DeliveryQuery,
  ): Promise<{ data: Delivery[]; next: DeliveryPlace | null }> {
    const { status, since, until, before } = query
    const found = (await deliveries.ofEvent(eventId, query.endpointIds)).filter((delivery) => {
      const at = Date.parse(delivery.created_at)
      return (
        (status === null || delivery.status === status) &&
        (since === null || at >= since) &&
        (until === null || at <= until)
      )
    })
    const { data, next } = pageOf(found, {
      placeOf: ({ created_at, id }) => ({ at: created_at, id }),
      order: -1,
      after: before && { at: new Date(before.createdAt).toISOString(), id: before.id },
      limit: query.limit,
    })
    return { data, next: next && { createdAt: Date.parse(next.at), id: next.id } }
  }
}

function placeOf({ created_at, id }: Delivery): DeliveryPlace {
  return { createdAt: Date.parse(created_at), id }
}
