import { z } from 'zod'
import { endpointFilter } from './endpoint-filter.ts'
import { headersShown, headersToCreate, headersToPatch } from './endpoint-headers.ts'
import { checkKind, chosenSecret, shownSecret, signing } from './endpoint-secret.ts'
import { eventTypePattern } from './event-types.ts'
import { idText } from './ids.ts'
import { listOf } from './list.ts'
import { timestamp } from './time.ts'

const url = z
  .string()
  .min(1)
  .max(2048)
  .describe('Where events are sent. A URL that can never be delivered to is refused.')
const description = z.string().max(1_000)
const eventTypes = z
  .array(eventTypePattern)
  .max(100)
  .nullable()
  .describe('Which events; empty or null means every `user.*` event.')
const sourceIds = z
  .array(idText)
  .min(1, 'must have at least 1 entry; null means every source')
  .max(100)
  .nullable()
  .describe('Of which sources; null means of every one.')
const filter = endpointFilter.nullable()
const rateLimit = z
  .number()
  .min(0.001)
  .max(1_000)
  .nullable()
  .describe(
    'The most deliveries a second, fractions allowed (0.5 is one in two seconds); null means no limit.',
  )
const enabled = z.boolean()
const later = z
  .null('is not supported by this version of ringpost; leave it out, or send null')
  .exactOptional()
const notYet = { template: later }

export const endpointToCreate = z
  .strictObject({
    kind: z.literal('webhook').default('webhook'),
    url,
    description: description.default(''),
    event_types: eventTypes.default(null),
    source_ids: sourceIds.default(null),
    filter: filter.default(null),
    headers: headersToCreate.prefault({}),
    rate_limit: rateLimit.default(null),
    enabled: enabled.default(true),
    ...chosenSecret,
    ...notYet,
  })
  .superRefine(checkKind)
  .meta({ id: 'EndpointToCreate' })

export const endpointToPatch = z
  .strictObject({
    url: url.exactOptional(),
    description: description
      .nullable()
      .transform((text) => text ?? '')
      .exactOptional(),
    event_types: eventTypes.exactOptional(),
    source_ids: sourceIds.exactOptional(),
    filter: filter.exactOptional(),
    headers: headersToPatch.exactOptional(),
    rate_limit: rateLimit.exactOptional(),
    enabled: enabled.exactOptional(),
    ...notYet,
  })
  .meta({ id: 'EndpointToPatch', description: 'What is left out stays as it is; null clears.' })

const shape = {
  id: z.string(),
  kind: z.literal('webhook'),
  url: z.string(),
  description: z.string(),
  event_types: z.array(z.string()).nullable(),
  source_ids: z.array(z.string()).nullable(),
  filter: z.record(z.string(), z.unknown()).nullable().describe('As it was set; null lets everything pass.'),
  headers: headersShown,
  template: z.null(),
  rate_limit: z.number().nullable().describe('The most deliveries a second; null means no limit.'),
  enabled: z.boolean(),
  disabled_reason: z
    .string()
    .nullable()
    .describe('Why ringpost disabled it, in a plain sentence; null where it did not.'),
  signing,
  managed_by: z
    .enum(['file', 'api'])
    .describe('`file`: RINGPOST_CONFIG names it, and what it sets of it is changed there.'),
  health: z.object({
    state: z.enum(['healthy', 'failing', 'disabled']),
    failing_since: timestamp.nullable(),
    last_success_at: timestamp.nullable(),
    next_try_at: timestamp
      .nullable()
      .describe(
        'Nobody answers there, and what waits for it is held: when the next single request is made. Null otherwise.',
      ),
  }),
}

export const endpointSchema = z
  .object(shape)
  .meta({ id: 'Endpoint', description: 'A subscriber: a URL and what it wants.' })

export const createdEndpoint = z
  .object({ ...shape, ...shownSecret })
  .meta({ id: 'CreatedEndpoint', description: 'An endpoint, with its signing secret for this one time.' })

export const endpointList = listOf('EndpointList', endpointSchema)

export type ApiEndpoint = z.output<typeof endpointSchema>
