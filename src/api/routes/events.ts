import { z } from 'zod'
import { RingpostError } from '../../errors.ts'
import { matches } from '../../fanout/match.ts'
import type { EventReader } from '../../log/read-events.ts'
import type { Event } from '../../types.ts'
import { createCursor } from '../cursor.ts'
import type { Api } from '../instance.ts'
import { eventList, eventQuery, eventSchema } from '../schemas/event.ts'
import { idParams } from '../schemas/ids.ts'
import { answer, OF_TOKEN, problems } from '../schemas/problem.ts'

const cursor = createCursor(
  'events',
  z.strictObject({ streamId: z.string().regex(/^\d{1,16}-\d{1,20}$/), sourceId: z.string().max(100) }),
)

export interface EventRoutesDeps {
  events: EventReader
}

/** What has happened. */
export function addEventRoutes(app: Api, deps: EventRoutesDeps): void {
  const { events } = deps
  const tags = ['events']

  app.get(
    '/v1/events',
    {
      schema: {
        tags,
        operationId: 'listEvents',
        summary: 'List events, newest first',
        querystring: eventQuery,
        response: { 200: answer('Events', eventList), ...problems(...OF_TOKEN) },
      },
    },
    async ({ query }) => {
      const { type, source_id, user_id, since, until } = query
      const filters = { type, source_id, user_id, since, until }
      const { data, next } = await events.list({
        sourceId: source_id ?? null,
        keep: (event) =>
          (type === undefined || matches(event, { event_types: [type], source_ids: null })) &&
          (user_id === undefined || userIdOf(event) === user_id),
        since: since ?? null,
        until: until ?? null,
        before: cursor.decode(query.cursor, filters),
        limit: query.limit,
      })
      return { data, next_cursor: cursor.encode(next, filters) }
    },
  )

  app.get(
    '/v1/events/:id',
    {
      schema: {
        tags,
        operationId: 'getEvent',
        summary: 'Get an event',
        params: idParams,
        response: { 200: answer('The event', eventSchema), ...problems(...OF_TOKEN, 'not_found') },
      },
    },
    async ({ params }) => {
      const event = await events.get(params.id)
      if (event === null) {
        throw new RingpostError(
          'not_found',
          `There is no event ${params.id}. It may have left the event log, which RINGPOST_EVENT_RETENTION bounds.`,
        )
      }
      return event
    },
  )
}

function userIdOf(event: Event): unknown {
  const { user } = event.data
  return typeof user === 'object' && user !== null && 'user_id' in user ? user.user_id : undefined
}
