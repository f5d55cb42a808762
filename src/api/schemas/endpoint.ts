import { z } from 'zod'
import { kindProblems } from '../../endpoints/check-kind.ts'
import { FORMATS } from '../../kinds/kind.ts'
import { KIND_NAMES, kindOf } from '../../kinds/kinds.ts'
import { endpointFilter } from './endpoint-filter.ts'
import { headersShown, headersToCreate, headersToPatch } from './endpoint-headers.ts'
import { checkKind, chosenSecret, shownSecret, signing } from './endpoint-secret.ts'
import { endpointTemplate } from './endpoint-template.ts'
import { eventTypePattern } from './event-types.ts'
import { idText } from './ids.ts'
import { listOf } from './list.ts'
import { timestamp } from './time.ts'

const url = z
  .string()
  .min(1)
  .max(2048)
  .describe(
    'Where events are sent. A URL that can never be delivered to is refused. Required by every kind but those that make it of their settings.',
  )
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
    'The most deliveries a second, fractions allowed (0.5 is one in two seconds); null means what the kind has by default, which for webhooks is no limit.',
  )
const enabled = z.boolean()
const kind = z
  .enum(KIND_NAMES)
  .describe('What is at the other end. GET /v1/destination-kinds says what each needs, and it never changes.')
export const endpointFormat = z
  .enum(FORMATS)
  .describe('Of a webhook: the event as it is, or `cloudevents`, a CloudEvent in structured mode.')
const template = endpointTemplate.nullable()
const settingName = z.string().min(1).max(64)
const setting = z.string('must be a text').max(2_048)

export const settingsToCreate = z
  .record(settingName, setting)
  .default({})
  .describe(
    'What the kind wants to know beside the URL, by name. What is secret of it is encrypted at rest and never shown again.',
  )

const settingsToPatch = z
  .record(settingName, setting.nullable())
  .nullable()
  .describe('Those that are named are set, or removed with null; the others stay. Null removes all.')

/** What the kind of a new endpoint says of its fields. */
function checkFields(
  body: {
    kind: (typeof KIND_NAMES)[number]
    url?: string
    settings: Record<string, string>
    template: unknown
    format: (typeof FORMATS)[number]
    signing?: unknown
    secret?: unknown
  },
  context: z.RefinementCtx,
): void {
  const signing = body.signing !== undefined || body.secret !== undefined
  for (const { path, message } of kindProblems(kindOf(body.kind), { ...body, url: body.url, signing })) {
    context.addIssue({ code: 'custom', path: path.split('.'), message })
  }
}

export const endpointToCreate = z
  .strictObject({
    kind: kind.default('webhook'),
    url: url.exactOptional(),
    settings: settingsToCreate,
    description: description.default(''),
    event_types: eventTypes.default(null),
    source_ids: sourceIds.default(null),
    filter: filter.default(null),
    headers: headersToCreate.prefault({}),
    format: endpointFormat.default('standard'),
    template: template.default(null),
    rate_limit: rateLimit.default(null),
    enabled: enabled.default(true),
    ...chosenSecret,
  })
  .superRefine(checkKind)
  .superRefine(checkFields)
  .meta({ id: 'EndpointToCreate', anyOf: [{ required: ['url'] }, { required: ['settings'] }] })

export const endpointToPatch = z
  .strictObject({
    url: url.exactOptional(),
    settings: settingsToPatch.exactOptional(),
    description: description
      .nullable()
      .transform((text) => text ?? '')
      .exactOptional(),
    event_types: eventTypes.exactOptional(),
    source_ids: sourceIds.exactOptional(),
    filter: filter.exactOptional(),
    headers: headersToPatch.exactOptional(),
    format: endpointFormat
      .nullable()
      .transform((format) => format ?? 'standard')
      .exactOptional(),
    template: template.exactOptional(),
    rate_limit: rateLimit.exactOptional(),
    enabled: enabled.exactOptional(),
  })
  .meta({ id: 'EndpointToPatch', description: 'What is left out stays as it is; null clears.' })

const shape = {
  id: z.string(),
  kind: z.string().describe('One of GET /v1/destination-kinds.'),
  url: z.string().describe('Masked where whoever has it can post.'),
  settings: z
    .record(z.string(), z.string())
    .describe('What the kind knows beside the URL; `••••` stands for what is secret.'),
  description: z.string(),
  event_types: z.array(z.string()).nullable(),
  source_ids: z.array(z.string()).nullable(),
  filter: z.record(z.string(), z.unknown()).nullable().describe('As it was set; null lets everything pass.'),
  headers: headersShown,
  format: z.string().describe('`standard` or `cloudevents`.'),
  template: z.unknown().describe('As it was set; null where the event is sent as it is.'),
  rate_limit: z.number().nullable().describe('The most deliveries a second; null means no limit.'),
  enabled: z.boolean(),
  disabled_reason: z
    .string()
    .nullable()
    .describe('Why ringpost disabled it, in a plain sentence; null where it did not.'),
  signing: signing.nullable().describe('How requests are signed; null where the kind has no signature.'),
  warnings: z.array(z.string()).describe('What is probably not meant, in plain sentences.'),
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
