import type { FastifySchemaCompiler } from 'fastify'
import type { z } from 'zod'
import { type FieldError, RingpostError } from '../errors.ts'

/** Where in a request a schema applies, as people call it. */
const PARTS: Record<string, string> = {
  body: 'body',
  querystring: 'query',
  params: 'URL',
  headers: 'headers',
}

/**
 * Reads an input with its zod schema. Everything that is wrong is told at once, in sentences without zod's
 * vocabulary.
 */
export function readInput<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
): { value: z.output<Schema> } | { fields: FieldError[] } {
  const read = schema.safeParse(input, { error: messageOf })
  return read.success ? { value: read.data } : { fields: read.error.issues.flatMap(fieldsOf) }
}

/** Validates a part of a request with its zod schema. */
export const validatorCompiler: FastifySchemaCompiler<z.ZodType> = ({ schema, httpPart }) => {
  return (input: unknown) => {
    const read = readInput(schema, input)
    return 'value' in read ? read : { error: refusal(PARTS[httpPart ?? 'body'] ?? 'request', read.fields) }
  }
}

/** Bad input as an error: its first field in the sentence, and all of them beside it. */
export function refusal(part: string, fields: FieldError[]): RingpostError {
  const [first] = fields
  const where = first?.path ? `${first.path} ` : `The ${part} `
  const more = fields.length > 1 ? ` (and ${fields.length - 1} more, see errors)` : ''
  return new RingpostError('bad_request', `${where}${first?.message ?? 'is not valid'}${more}.`, { fields })
}

function fieldsOf(issue: z.core.$ZodIssue): FieldError[] {
  const path = issue.path.map(String)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'is not a known field' }))
  }
  // Of a bad name in a record, zod tells at the record what is wrong only inside.
  if (issue.code === 'invalid_key') {
    return issue.issues.map(({ message }) => ({ path: path.join('.'), message }))
  }
  return [{ path: path.join('.'), message: issue.message }]
}

const TYPES: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
}

/** Completes "<path> …"; a schema's own message comes before this one. */
function messageOf(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.input === undefined) return 'is required'
      return `must be ${TYPES[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`
    case 'too_small':
      return sized(issue.origin, 'at least', Number(issue.minimum))
    case 'too_big':
      return sized(issue.origin, 'at most', Number(issue.maximum))
    default:
      return undefined
  }
}

function sized(origin: string, bound: string, size: number): string {
  if (origin === 'string')
    return size === 1 && bound === 'at least' ? 'must not be empty' : `must have ${bound} ${size} characters`
  if (origin === 'array') return `must have ${bound} ${size} ${size === 1 ? 'entry' : 'entries'}`
  return `must be ${bound} ${size}`
}
