import { z } from 'zod'
import { RingpostError } from '../errors.ts'
import { ERROR_SHAPES } from './answers.ts'

const queueing = {
  /** How many requests it plays on. */
  times: z.union([z.int().min(1), z.literal('always')]).default(1),
  /** How many requests pass untouched first. */
  skip: z.int().min(0).default(0),
  /** Which route it waits for. */
  on: z.enum(['users', 'conversations', 'any']).default('users'),
}
const headers = z.record(z.string(), z.string()).default({})
const status = z.int().min(200).max(599)

const answerFaults = [
  /** An error instead of the answer. `headers` takes a Retry-After in any form. */
  z.strictObject({
    kind: z.literal('status'),
    status,
    shape: z.enum(ERROR_SHAPES).default('current'),
    code: z.string().optional(),
    message: z.string().optional(),
    param: z.string().optional(),
    headers,
    ...queueing,
  }),
  /** A web page instead of JSON. */
  z.strictObject({ kind: z.literal('html'), status: status.default(200), headers, ...queueing }),
  /** Any body at all. */
  z.strictObject({
    kind: z.literal('raw'),
    status: status.default(200),
    body: z.string(),
    headers,
    ...queueing,
  }),
  /** To the same path at another host: `localhost`, which is this simulator, unless `location` is given. */
  z.strictObject({
    kind: z.literal('redirect'),
    status: z.literal([301, 302, 303, 307, 308]).default(302),
    location: z.string().optional(),
    ...queueing,
  }),
] as const

const pageFaults = [
  /** `has_more` true, with a next cursor that leads nowhere. `repeated`: the cursor of this very page. */
  z.strictObject({
    kind: z.literal('next_cursor'),
    value: z.enum(['null', 'missing', 'empty', 'repeated']),
    ...queueing,
  }),
  /** No rows, `has_more` true, and a cursor that leads on: no row is lost. */
  z.strictObject({ kind: z.literal('empty_page'), ...queueing }),
  /** More rows than asked; the next page goes on behind them. */
  z.strictObject({ kind: z.literal('extra_rows'), extra: z.int().min(1).default(5), ...queueing }),
  /** The page's rows the other way round. */
  z.strictObject({ kind: z.literal('wrong_order'), ...queueing }),
  /** The list ends here by mistake: after so many rows of the page, `has_more` false. */
  z.strictObject({ kind: z.literal('short_list'), rows: z.int().min(0), ...queueing }),
  /** No rows at all, `has_more` false. */
  z.strictObject({ kind: z.literal('empty_list'), ...queueing }),
  /** Waits for a request with a cursor, then makes all cursors handed out so far invalid. */
  z.strictObject({ kind: z.literal('expired_cursors'), ...queueing }),
] as const

const wireFaults = [
  /** The true answer, later. */
  z.strictObject({ kind: z.literal('delay'), ms: z.int().min(0), ...queueing }),
  /** Half of the body, as a complete response. */
  z.strictObject({ kind: z.literal('truncated_json'), ...queueing }),
  /** The headers and so many bytes of the body (default half), then nothing more. */
  z.strictObject({ kind: z.literal('stalled_body'), bytes: z.int().min(0).optional(), ...queueing }),
  /** The true answer, one byte at a time, `ms` apart. */
  z.strictObject({ kind: z.literal('slow_body'), ms: z.int().min(0).default(1), ...queueing }),
  /** The connection is reset. */
  z.strictObject({
    kind: z.literal('reset'),
    when: z.enum(['before_headers', 'after_headers', 'mid_body']).default('before_headers'),
    ...queueing,
  }),
  /** The true answer behind so many spaces: still JSON. `declared` says the size in advance. */
  z.strictObject({
    kind: z.literal('oversized_body'),
    bytes: z
      .int()
      .min(1)
      .default(64 * 1024 * 1024),
    declared: z.boolean().default(false),
    ...queueing,
  }),
  /** Another `Date` header than the clock's; null sends none. */
  z.strictObject({ kind: z.literal('date_header'), value: z.string().nullable(), ...queueing }),
] as const

const answerFault = z.discriminatedUnion('kind', answerFaults)
const pageFault = z.discriminatedUnion('kind', pageFaults)
const wireFault = z.discriminatedUnion('kind', wireFaults)
export const faultSchema = z.discriminatedUnion('kind', [...answerFaults, ...pageFaults, ...wireFaults])

/** What goes wrong with one of the next requests. */
export type Fault = z.input<typeof faultSchema>
export type ParsedFault = z.infer<typeof faultSchema>
export type AnswerFault = z.infer<typeof answerFault>
export type PageFault = z.infer<typeof pageFault>
export type WireFault = z.infer<typeof wireFault>

/**
 * Faults in the order in which they were queued. A request meets the first one that waits for its route, and
 * no other: what is behind it, `skip` included, waits until it is used up.
 */
export interface FaultQueue {
  add(fault: Fault): void
  /** The fault of this request. Uses it up. */
  take(request: { route: 'users' | 'conversations'; hasCursor: boolean }): ParsedFault | null
  clear(): void
  readonly size: number
}

export function createFaultQueue(): FaultQueue {
  let queue: ParsedFault[] = []
  return {
    add(fault) {
      const { data, error } = faultSchema.safeParse(fault)
      if (error) throw new RingpostError('bad_request', `This is not a fault: ${z.prettifyError(error)}`)
      queue.push(data)
    },
    take({ route, hasCursor }) {
      const fault = queue.find(
        (candidate) =>
          (candidate.on === 'any' || candidate.on === route) &&
          (candidate.kind !== 'expired_cursors' || hasCursor),
      )
      if (fault === undefined) return null
      if (fault.skip > 0) {
        fault.skip--
        return null
      }
      if (fault.times !== 'always' && --fault.times === 0) queue = queue.filter((other) => other !== fault)
      return fault
    },
    clear() {
      queue = []
    },
    get size() {
      return queue.length
    },
  }
}
