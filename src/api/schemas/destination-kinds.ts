import { z } from 'zod'
import { FORMATS } from '../../kinds/kind.ts'
import { KIND_NAMES } from '../../kinds/kinds.ts'
import { endpointFormat, settingsToCreate } from './endpoint.ts'
import { endpointTemplate } from './endpoint-template.ts'
import { eventTypeName } from './event-types.ts'
import { listOf } from './list.ts'
import { sampleOverride } from './operations.ts'

const field = z.object({
  path: z.string().describe('Where it goes in POST /v1/endpoints: `url`, or `settings.` and a name.'),
  label: z.string(),
  help: z.string(),
  required: z.boolean(),
  secret: z.boolean().describe('Encrypted at rest, and masked in answers.'),
  default: z.string().nullable(),
  placeholder: z.string(),
  max_length: z.int(),
})

/** A kind of destination as a form can be made of it. */
export const destinationKind = z
  .object({
    kind: z.string().describe('The `kind` of an endpoint.'),
    title: z.string(),
    description: z.string().describe('What arrives there, in one line.'),
    docs: z.string().describe('Its page in the repository.'),
    fields: z.array(field),
    defaults: z
      .object({
        rate_limit: z.number().nullable(),
        event_types: z.array(z.string()).nullable().describe('Null means every `user.*` event.'),
      })
      .describe('What an endpoint has that says nothing else.'),
    signed: z.boolean().describe('Whether requests are signed as Standard Webhooks has it.'),
    templates: z.boolean().describe('Whether it takes a `template`.'),
    default_template: z
      .unknown()
      .describe(
        'Of a kind that keeps records: what fields are given where an endpoint has no template, in the form that one has. Null otherwise.',
      ),
    formats: z.array(z.enum(FORMATS)).describe('What `format` it takes.'),
  })
  .meta({ id: 'DestinationKind', description: 'A kind of destination: what it needs, and what it gets.' })

export const destinationKindList = listOf('DestinationKindList', destinationKind)

export const kindParams = z.strictObject({ kind: z.enum(KIND_NAMES) })

export const previewWish = z
  .strictObject({
    event_type: eventTypeName.default('user.created').describe('Whose sample is rendered.'),
    override: sampleOverride,
    settings: settingsToCreate.describe('As an endpoint has them; what is required and missing is made up.'),
    template: endpointTemplate.nullable().default(null),
    format: endpointFormat.default('standard'),
  })
  .meta({ id: 'PreviewWish' })
  .nullish()

export const preview = z
  .object({
    event_type: z.string(),
    content_type: z.string(),
    body: z.unknown().describe('What would be sent.'),
  })
  .meta({ id: 'Preview', description: 'The body of a request, and what is said of it. Nothing was sent.' })
