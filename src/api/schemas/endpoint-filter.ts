import { z } from 'zod'
import { FILTER_LIMITS, filterProblems } from '../../fanout/check-filter.ts'
import type { Filter, OPERATORS } from '../../fanout/filter.ts'

const literal = { type: ['string', 'number', 'boolean', 'null'] }
const literals = { type: 'array', items: literal, minItems: 1, maxItems: FILTER_LIMITS.literals }
const number = { type: 'number' }
const text = { type: 'string', minLength: 1, maxLength: FILTER_LIMITS.textLength }
const OPERANDS: Record<(typeof OPERATORS)[number], object> = {
  eq: literal,
  ne: literal,
  in: literals,
  not_in: literals,
  gt: number,
  gte: number,
  lt: number,
  lte: number,
  exists: { type: 'boolean' },
  prefix: text,
  suffix: text,
  contains: literal,
}

/**
 * A filter on the content of events. The rules are in fanout/check-filter.ts; here they become issues with
 * their paths, and JSON Schema for the description.
 */
export const endpointFilter = z
  .custom<Filter>()
  .superRefine((input, context) => {
    for (const { path, message } of filterProblems(input)) {
      context.addIssue({ code: 'custom', path, message, input })
    }
  })
  .meta({
    id: 'EndpointFilter',
    type: 'object',
    description:
      'Which events pass, by what is in them. Each key is the path of a value in the event, names with dots between them; its condition is a list of allowed values or an object of operators. All must hold. A value that an event does not have passes `ne`, `not_in` and `"exists": false` alone.',
    minProperties: 1,
    maxProperties: FILTER_LIMITS.paths,
    additionalProperties: {
      anyOf: [
        literals,
        { type: 'object', properties: OPERANDS, additionalProperties: false, minProperties: 1 },
      ],
    },
    examples: [
      { 'data.user.last_contact_agent_id': ['agent_x'], 'data.user.conversation_count': { gte: 10 } },
    ],
  })
