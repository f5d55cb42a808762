import { z } from 'zod'
import { RingpostError } from '../../errors.ts'
import { CATALOGUE, EVENT_TYPES, type EventType, isEventType, jsonSchemaOf } from '../../events/catalogue.ts'
import { createCursor } from '../cursor.ts'
import type { Api } from '../instance.ts'
import { eventTypeList, eventTypeSchema } from '../schemas/event-types.ts'
import { idText } from '../schemas/ids.ts'
import { pageQuery } from '../schemas/list.ts'
import { answer, OF_TOKEN, problems } from '../schemas/problem.ts'

const cursor = createCursor('event-types', z.enum(EVENT_TYPES))

/** What events there can be, and what is in each. */
export function addEventTypeRoutes(app: Api): void {
  const tags = ['events']
  const shown = new Map(EVENT_TYPES.map((type) => [type, present(type)]))

  app.get(
    '/v1/event-types',
    {
      schema: {
        tags,
        operationId: 'listEventTypes',
        summary: 'List the types of events, with schema and sample of each',
        querystring: z.strictObject(pageQuery),
        response: { 200: answer('Event types', eventTypeList), ...problems(...OF_TOKEN) },
      },
    },
    async ({ query }) => {
      const after = cursor.decode(query.cursor, {})
      const from = after === null ? 0 : EVENT_TYPES.indexOf(after) + 1
      const page = [...shown.values()].slice(from, from + query.limit)
      const more = from + page.length < EVENT_TYPES.length
      return { data: page, next_cursor: cursor.encode(more ? (page.at(-1)?.type ?? null) : null, {}) }
    },
  )

  app.get(
    '/v1/event-types/:type',
    {
      schema: {
        tags,
        operationId: 'getEventType',
        summary: 'Get a type of event, with its schema and a sample',
        params: z.strictObject({ type: idText }),
        response: { 200: answer('The event type', eventTypeSchema), ...problems(...OF_TOKEN, 'not_found') },
      },
    },
    async ({ params: { type } }) => {
      const found = isEventType(type) ? shown.get(type) : undefined
      if (found !== undefined) return found
      throw new RingpostError('not_found', `There is no event type ${type}. GET /v1/event-types lists them.`)
    },
  )
}

function present(type: EventType) {
  const { description, sample } = CATALOGUE[type]
  return { type, description, schema: jsonSchemaOf(type), sample: { ...sample } }
}
