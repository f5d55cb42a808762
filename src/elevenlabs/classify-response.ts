import { z } from 'zod'
import { parseRateLimitReset, parseRetryAfter } from '../http/retry-after.ts'
import { GOES_ON, UpstreamError, type UpstreamErrorKind } from './upstream-error.ts'

const KEY_CODES = new Set([
  'invalid_api_key',
  'missing_api_key',
  'unauthorized',
  'forbidden',
  'subscription_required',
])
const PERMISSION_CODES = new Set(['missing_permissions', 'insufficient_permissions'])
const GONE_CODES = new Set(['agent_not_found', 'workspace_not_found'])
const SLOW_CODES = new Set([
  'rate_limit_exceeded',
  'concurrent_limit_exceeded',
  'too_many_concurrent_requests',
  'system_busy',
])

/** A step of a `loc`. Whatever else stands there is no place, and may be something that cannot be made text. */
const placeSchema = z.union([z.string(), z.number()]).catch('?')

const detailSchema = z.object({
  detail: z.union([
    z.string(),
    z.array(z.object({ loc: z.array(placeSchema).catch([]), msg: z.string().catch('') })),
    z.object({
      code: z.string().nullish().catch(null),
      status: z.string().nullish().catch(null),
      message: z.string().nullish().catch(null),
      param: z.string().nullish().catch(null),
    }),
  ]),
})

/** What an error body says, whichever of the vendor's shapes it has. */
export interface ErrorDetail {
  codes: string[]
  message: string | null
}

/** Reads the four JSON shapes of an error body; HTML and an empty body say nothing. */
export function readErrorDetail(body: string): ErrorDetail {
  let json: unknown
  try {
    json = JSON.parse(body)
  } catch {
    return { codes: [], message: null }
  }
  const parsed = detailSchema.safeParse(json)
  if (!parsed.success) return { codes: [], message: null }
  const { detail } = parsed.data
  if (typeof detail === 'string') return { codes: [], message: detail }
  if (Array.isArray(detail)) {
    const message = detail.map((entry) => `${entry.loc.join('.')}: ${entry.msg}`).join('; ')
    return { codes: detail.map((entry) => `invalid:${entry.loc.at(-1)}`), message }
  }
  return {
    codes: [detail.code, detail.status].filter((code) => typeof code === 'string'),
    message: detail.message ?? null,
  }
}

/**
 * The error for a response that is not 2xx: by the body's `code`, then its `status`, then the HTTP status.
 * `missing_permissions` arrives as 401 and is not a bad key.
 *
 * @param host for the sentence; a key of one region looks bad to another
 */
export function classifyResponse(response: {
  status: number
  headers: Record<string, string>
  body: string
  host: string
  now: number
}): UpstreamError {
  const { status, headers, host, now } = response
  const { codes, message } = readErrorDetail(response.body)
  const has = (set: ReadonlySet<string>) => codes.some((code) => set.has(code))
  const retryAfterMs =
    parseRetryAfter(headers['retry-after'], now) ?? parseRateLimitReset(headers['x-ratelimit-reset'], now)
  const said = message ? ` It said: ${JSON.stringify(message.slice(0, 300))}.` : ''
  const fail = (kind: UpstreamErrorKind, sentence: string) =>
    new UpstreamError(kind, `${sentence}${said}`, { retryAfterMs, status })

  if (has(PERMISSION_CODES)) {
    return fail(
      'key',
      `The API key is valid but may not read conversations at ${host}: give it the scope "convai_read" in the ElevenLabs settings, or use another key.`,
    )
  }
  if (has(SLOW_CODES) || status === 429) {
    return fail('slow_down', `${host} asked to slow down (${status})${GOES_ON}.`)
  }
  if (has(GONE_CODES)) {
    return fail(
      'gone',
      `${host} does not know this agent or workspace: check the agent and the key's workspace.`,
    )
  }
  if (status === 402 || codes.includes('subscription_required')) {
    return fail('key', `${host} wants a subscription for this API: check the plan of the workspace.`)
  }
  if (has(KEY_CODES) || status === 401 || status === 403) {
    return fail(
      'key',
      `${host} refused the API key (${status}): check the key, and that it belongs to this region, for a key of one region looks wrong to another.`,
    )
  }
  if (codes.includes('invalid_cursor') || codes.includes('invalid:cursor')) {
    return fail('cursor', `${host} no longer knows the cursor; the scan starts again from the top.`)
  }
  if (status === 404) {
    return fail(
      'gone',
      `${host} has no users list at this address (404): check the base URL and the filters.`,
    )
  }
  if (status >= 300 && status < 400) {
    return fail(
      'gone',
      `${host} redirects elsewhere (${status}), and the key is not taken to another host: check the base URL.`,
    )
  }
  if (status === 408 || status >= 500) {
    return fail('passing', `${host} failed (${status})${GOES_ON}.`)
  }
  return fail(
    'request',
    `${host} did not accept the request (${status}): check the agent and branch filters.`,
  )
}
