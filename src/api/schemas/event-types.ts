import { z } from 'zod'
import type { EventType } from '../../types.ts'

/** Every event type, with what it means in one line. */
const MEANINGS: Record<EventType, string> = {
  'user.created': 'A caller whom this source never had.',
  'user.conversation_count.increased': 'A caller has had more conversations than ever before.',
  'user.returned': 'A caller is back after a long time, or after having been removed.',
  'user.milestone_reached': "A caller has reached one of the source's milestones.",
  'user.sentiment.dropped': 'The recent sentiment of a caller fell below the threshold.',
  'user.removed': 'A caller is gone from the list.',
  'source.failing': 'A source cannot be polled.',
  'source.recovered': 'A source can be polled again.',
  'source.needs_attention': 'A source waits for a person.',
  'endpoint.failing': 'An endpoint has been failing for a long time.',
  'endpoint.disabled': 'An endpoint was disabled.',
  'endpoint.recovered': 'An endpoint works again.',
  'ringpost.test': 'A test.',
}
const EVENT_TYPES = Object.keys(MEANINGS)

/** Whether a name, a `prefix.*` pattern or `*` stands for at least one event type that there is. */
function matchesSome(pattern: string): boolean {
  if (pattern === '*' || EVENT_TYPES.includes(pattern)) return true
  return pattern.endsWith('.*') && EVENT_TYPES.some((type) => type.startsWith(pattern.slice(0, -1)))
}

const catalogue = Object.entries(MEANINGS).map(([type, meaning]) => `- \`${type}\`: ${meaning}`)

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

/** The type of an event in an answer. Not an enumeration: a newer ringpost may know more of them. */
export const eventType = z.string().meta({ examples: ['user.created'] })
