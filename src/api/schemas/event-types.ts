import { z } from 'zod'
import { CATALOGUE, EVENT_TYPES, isEventType } from '../../events/catalogue.ts'
import { listOf } from './list.ts'

/** Whether a name, a `prefix.*` pattern or `*` stands for at least one event type that there is. */
function matchesSome(pattern: string): boolean {
  if (pattern === '*' || isEventType(pattern)) return true
  return pattern.endsWith('.*') && EVENT_TYPES.some((type) => type.startsWith(pattern.slice(0, -1)))
}

const catalogue = EVENT_TYPES.map((type) => `- \`${type}\`: ${CATALOGUE[type].description}`)

/** A name of an event type, or a pattern of names. */
export const eventTypePattern = z
  .string()
  .max(100)
  .refine(matchesSome, {
    error: `must be an event type (${EVENT_TYPES.join(', ')}), a pattern of them such as user.*, or *`,
  })
  .meta({
    id: 'EventTypePattern',
    description: `The name of an event type, a pattern such as \`user.*\`, or \`*\`.\n\n${catalogue.join('\n')}`,
    examples: ['user.created', 'user.*'],
  })

/** The name of an event type that there is. */
export const eventTypeName = z
  .string()
  .max(100)
  .refine(isEventType, { error: `must be an event type: ${EVENT_TYPES.join(', ')}` })

/** The type of an event in an answer. Not an enumeration: a newer ringpost may know more of them. */
export const eventType = z.string().meta({ examples: ['user.created'] })

const jsonObject = z.record(z.string(), z.unknown())

/** An event type as the API shows it. */
export const eventTypeSchema = z
  .object({
    type: eventType,
    description: z.string().describe('What it means, in one line.'),
    schema: jsonObject.describe(
      'JSON Schema (draft 2020-12) of the whole payload. Payloads can gain fields that it does not list.',
    ),
    sample: jsonObject.describe('A complete payload.'),
  })
  .meta({ id: 'EventType', description: 'A type of event: what it means and what its payload is.' })

export const eventTypeList = listOf('EventTypeList', eventTypeSchema)
