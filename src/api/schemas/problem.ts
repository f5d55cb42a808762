import { z } from 'zod'
import { type ErrorCode, RingpostError } from '../../errors.ts'

const problem = z
  .object({
    type: z.string().describe('A URN that names the kind of problem: `urn:ringpost:problem:<code>`.'),
    title: z.string().describe('The kind of problem in a few words; the same for every problem of a code.'),
    status: z.int().describe('The HTTP status.'),
    detail: z.string().describe('What happened and what to do about it, in plain words.'),
    code: z.string().describe('What a program should decide by.'),
    errors: z
      .array(
        z.object({
          path: z
            .string()
            .describe('The field, dotted from the root of the body, query or URL; empty for the whole.'),
          message: z.string().describe('What is wrong with it; completes "<path> …".'),
        }),
      )
      .optional()
      .describe('For bad input: everything that is wrong with it.'),
  })
  .meta({ id: 'Problem', description: 'An error, as RFC 9457 has it.' })

export type Problem = z.output<typeof problem>

/** A good answer of a route, for its schema. */
export function answer<Schema extends z.ZodType>(description: string, schema: Schema) {
  return { description, content: { 'application/json': { schema } } }
}

// Two statuses stand for all: what matters to the types is only that a problem can be an answer.
type ProblemAnswers = Record<
  '400' | '500',
  { description: string; content: { 'application/problem+json': { schema: typeof problem } } }
>

/** What no route can keep from being answered. */
const ALWAYS = ['request_timeout', 'headers_too_large', 'internal', 'not_ready'] as const

/** The error answers of a route, for its schema: those named, and those that every route may give. */
export function problems(...codes: ErrorCode[]): ProblemAnswers {
  const titles = new Map<number, string[]>()
  for (const code of [...codes, ...ALWAYS]) {
    const { status, title } = new RingpostError(code, '')
    titles.set(status, [...(titles.get(status) ?? []), `\`${code}\`: ${title}.`])
  }
  const answers = [...titles].map(([status, lines]) => [
    status,
    { description: lines.join(' '), content: { 'application/problem+json': { schema: problem } } },
  ])
  return Object.fromEntries(answers)
}

/** What every route with a token may answer. */
export const OF_TOKEN = ['unauthorized', 'forbidden', 'too_many_requests', 'bad_request'] as const
/** What every route that reads a body may answer besides: all but GET, for a body that is not wanted is read, too. */
export const OF_BODY = ['payload_too_large', 'unsupported_media_type'] as const
