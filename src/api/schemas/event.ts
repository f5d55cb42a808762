import { z } from 'zod'
import { eventType, eventTypePattern } from './event-types.ts'
import { idText } from './ids.ts'
import { listOf, pageQuery } from './list.ts'
import { isPeriod, NO_PERIOD, period, timestamp } from './time.ts'

export const eventSchema = z
  .object({
    id: z.string().describe('The `webhook-id` of every attempt and replay.'),
    type: eventType,
    timestamp: timestamp.describe('When ringpost detected it.'),
    data: z.record(z.string(), z.unknown()).describe('What happened; its fields depend on the type.'),
  })
  .meta({ id: 'Event', description: 'Something that happened to a user, a source or an endpoint.' })

export const eventList = listOf(
  'EventList',
  eventSchema,
  ' A page can be shorter than `limit`, even empty, and still have a `next_cursor`: one request looks at a bounded part of the log.',
)

export const eventQuery = z
  .strictObject({
    type: eventTypePattern.optional(),
    source_id: idText.optional(),
    user_id: z.string().optional().describe('The upstream user id, exactly.'),
    ...period,
    ...pageQuery,
  })
  .refine(isPeriod, NO_PERIOD)
