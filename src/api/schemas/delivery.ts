import { z } from 'zod'
import { DELIVERY_STATUSES } from '../../log/delivery-record.ts'
import { eventType, eventTypePattern } from './event-types.ts'
import { idText } from './ids.ts'
import { listOf, pageQuery } from './list.ts'
import { isPeriod, NO_PERIOD, period, timestamp } from './time.ts'

const error = z
  .object({
    code: z.string().describe('What a program should decide by.'),
    message: z.string().describe('What happened and, where there is one, what to do.'),
  })
  .nullable()
const status = z.enum(DELIVERY_STATUSES)
const headers = z.record(z.string(), z.string())

const attempt = {
  number: z.int().min(1),
  at: timestamp.describe('When the request began.'),
  duration_ms: z.number().min(0),
  url: z.string(),
}
const httpStatus = z.int()

const delivery = {
  id: z.string(),
  event_id: z.string(),
  event_type: eventType,
  endpoint_id: z.string(),
  user_id: z
    .string()
    .nullable()
    .describe("The caller whose event it is; null where it is nobody's, or is not in the log any more."),
  backfill: z
    .boolean()
    .describe('Whether a backfill has made it: it tells of a caller who was known already.'),
  status,
  created_at: timestamp,
  next_attempt_at: timestamp.nullable(),
  error: error.describe('Why it has not succeeded; null where it has, or was not tried yet.'),
}

export const deliverySchema = z
  .object({
    ...delivery,
    attempts: z
      .array(
        z.object({
          ...attempt,
          request: z.object({ headers, body: z.string() }),
          response: z
            .object({ status: httpStatus, headers, body: z.string().describe('The first 4 KB.') })
            .nullable()
            .describe('Null where none arrived.'),
          error,
        }),
      )
      .describe('Oldest first; the newest fifty, where there were more.'),
  })
  .meta({ id: 'Delivery', description: 'One event on its way to one endpoint, with every attempt.' })

export const deliverySummary = z
  .object({
    ...delivery,
    attempts: z
      .array(z.object({ ...attempt, response: z.object({ status: httpStatus }).nullable(), error }))
      .describe('The newest ten.'),
  })
  .meta({ id: 'DeliverySummary', description: 'A delivery without what was sent and received.' })

export type ApiDeliverySummary = z.output<typeof deliverySummary>

export const deliveryList = listOf(
  'DeliveryList',
  deliverySummary,
  ' A page can be shorter than `limit`, with `event_type` even empty, and still not be the last: one request reads a bounded part of the log.',
)

export const deliveryQuery = z
  .strictObject({
    endpoint_id: idText.optional(),
    event_id: idText.optional(),
    event_type: eventTypePattern.optional(),
    status: status.optional(),
    ...period,
    ...pageQuery,
  })
  .refine(isPeriod, NO_PERIOD)
