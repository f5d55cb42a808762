import { z } from 'zod'
import { eventType, eventTypePattern } from './event-types.ts'
import { idText } from './ids.ts'
import { listOf, pageQuery } from './list.ts'
import { isPeriod, moment, NO_PERIOD, period, timestamp } from './time.ts'

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

export const eventCountQuery = z
  .strictObject({
    source_id: idText.optional(),
    since: moment
      .optional()
      .describe(
        'From when: ISO 8601 with its zone, a date (midnight UTC), or unix seconds; a day before `until`, where it is left out.',
      ),
    until: moment.optional().describe('Until when; now, where it is left out.'),
    stretches: z
      .string()
      .regex(/^([1-9]\d?|[1-4]\d\d|500)$/, 'must be a whole number from 1 to 500')
      .default('60')
      .describe('Into how many equal stretches of time.'),
  })
  .refine(isPeriod, NO_PERIOD)

export const eventCounts = z
  .object({
    since: timestamp,
    until: timestamp,
    complete_since: timestamp.describe(
      'From when on the counts are complete: later than `since` where more happened than one request looks at.',
    ),
    stretches: z.array(
      z.object({
        from: timestamp,
        types: z.record(z.string(), z.int().min(0)).describe('How many events, by type.'),
      }),
    ),
  })
  .meta({ id: 'EventCounts', description: 'How many events there were over time.' })
