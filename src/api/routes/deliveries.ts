import { z } from 'zod'
import type { Endpoints } from '../../endpoints/endpoints.ts'
import { matchesType } from '../../fanout/match.ts'
import type { DeliveryQuery, DeliveryReader } from '../../log/read-deliveries.ts'
import { type RetryDelivery, unknownDelivery } from '../../resend/retry-delivery.ts'
import { createCursor } from '../cursor.ts'
import type { Api } from '../instance.ts'
import { presentDeliverySummary } from '../present/delivery.ts'
import { deliveryList, deliveryQuery, deliverySchema } from '../schemas/delivery.ts'
import { idParams } from '../schemas/ids.ts'
import { answer, OF_BODY, OF_TOKEN, problems } from '../schemas/problem.ts'

const cursor = createCursor(
  'deliveries',
  z.strictObject({ createdAt: z.int().min(0), id: z.string().min(1).max(100) }),
)

export interface DeliveryRoutesDeps {
  deliveries: Pick<DeliveryReader, 'get' | 'list' | 'ofEvent'>
  endpoints: Pick<Endpoints, 'ids'>
  retryDelivery: RetryDelivery
}

/** What became of what has happened. */
export function addDeliveryRoutes(app: Api, deps: DeliveryRoutesDeps): void {
  const { deliveries, endpoints } = deps
  const tags = ['deliveries']

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
      const { endpoint_id, event_id, event_type, status, since, until } = query
      const filters = { endpoint_id, event_id, event_type, status, since, until }
      const wanted: DeliveryQuery = {
        // Deleted endpoints too: their deliveries are in the log until the retention ends.
        endpointIds: (await endpoints.ids()).filter((id) => endpoint_id === undefined || id === endpoint_id),
        status: status ?? null,
        ofType: event_type === undefined ? null : (type) => matchesType(type, event_type),
        before: cursor.decode(query.cursor, filters),
        since: since ?? null,
        until: until ?? null,
        limit: query.limit,
      }
      const { data, next } = await (event_id === undefined
        ? deliveries.list(wanted)
        : deliveries.ofEvent(event_id, wanted))
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
      const delivery = await deliveries.get(params.id, await endpoints.ids())
      if (delivery === null) throw unknownDelivery(params.id)
      return delivery
    },
  )

  app.post(
    '/v1/deliveries/:id/retry',
    {
      schema: {
        tags,
        operationId: 'retryDelivery',
        summary: 'Attempt a delivery again, now',
        description:
          'Whatever its status, also one that has succeeded, with the same `webhook-id`; its attempts are kept. What has ended begins the whole schedule again where this attempt fails. What waits for a retry gets this attempt in addition, and then the rest of its schedule. Answers at once, with the delivery as it waits.',
        params: idParams,
        response: {
          202: answer('The delivery, which is queued', deliverySchema),
          ...problems(...OF_TOKEN, ...OF_BODY, 'not_found', 'conflict'),
        },
      },
    },
    async ({ params }, reply) => reply.code(202).send(await deps.retryDelivery(params.id)),
  )
}
