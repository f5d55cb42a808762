import { z } from 'zod'
import { MOST_HEADERS } from '../../endpoints/changed-fields.ts'

/** Stands for every header value in answers: a value is never shown again. */
export const MASK = '••••'

/** RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/
/** Printable ASCII that neither begins nor ends with a space: what every HTTP stack passes on unchanged. */
const VALUE = /^[!-~](?:[ -~]*[!-~])?$/

/** What ringpost or HTTP itself sets. */
const RESERVED = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'date',
  'expect',
  'host',
  'http2-settings',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
])

const isReserved = (name: string) =>
  RESERVED.has(name.toLowerCase()) || name.toLowerCase().startsWith('webhook-')

const name = z
  .string()
  .max(100)
  .regex(TOKEN, 'is not a name that a header can have')
  .refine((text) => !isReserved(text), 'is set by ringpost itself and cannot be given')

const value = z
  .string('must be a text')
  .max(4_096)
  .regex(VALUE, {
    error: ({ input }) =>
      input === MASK
        ? 'is the mask that stands for a value in answers; leave the header out to keep its value'
        : 'must be printable ASCII, without line breaks and without a space at either end',
  })

/** Names are the same in any case: they are kept in lower case, and may not be given twice. */
function lowerCased<Value>(headers: Record<string, Value>, context: z.RefinementCtx): Record<string, Value> {
  const entries = Object.entries(headers).map(([key, one]) => [key.toLowerCase(), one] as const)
  const lowered = Object.fromEntries(entries)
  if (entries.length > MOST_HEADERS)
    context.addIssue({ code: 'custom', message: `must have at most ${MOST_HEADERS} entries` })
  if (Object.keys(lowered).length < entries.length) {
    context.addIssue({ code: 'custom', message: 'has the same name twice, in different case' })
  }
  return lowered
}

const RULES =
  'Names are kept in lower case. Values are encrypted at rest and never shown again. Names that HTTP or ringpost itself sets (`webhook-*`, `host`, `content-type` …) are refused.'

export const headersToCreate = z
  .record(name, value)
  .transform(lowerCased)
  .describe(`Extra request headers. ${RULES}`)

export const headersToPatch = z
  .record(name, value.nullable())
  .transform(lowerCased)
  .nullable()
  .describe(
    `Extra request headers: those that are named are set, or removed with null; the others stay. Null removes all. ${RULES}`,
  )

export const headersShown = z
  .record(z.string(), z.string())
  .describe(`Extra request headers by name; \`${MASK}\` stands for each value.`)
