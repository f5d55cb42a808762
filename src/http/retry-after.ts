import { parseHttpDate } from './http-date.ts'

/** Below this a reset is a number of seconds from now (about 30 years), not a date. */
const DELTA_BELOW_SECS = 1e9
/** From here on a reset is in milliseconds: as seconds it would be the year 5138. */
const MILLISECONDS_FROM = 1e11

const DECIMAL = /^\d+(\.\d*)?$|^\.\d+$/

/**
 * Reads `Retry-After` (RFC 9110, section 10.2.3): seconds from now, with decimals as some send them, or an
 * HTTP date in any of the three forms.
 *
 * @returns how long to wait (ms, whole, finite, at least 0 and at most `Number.MAX_SAFE_INTEGER`; a date in the
 *   past is 0), or null where the value says nothing. The caller caps it.
 */
export function parseRetryAfter(value: string | undefined, nowMs: number): number | null {
  const text = value?.trim() ?? ''
  const secs = decimal(text)
  if (secs !== null) return wait(secs * 1000)
  const date = parseHttpDate(text, nowMs)
  return date === null ? null : wait(date - nowMs)
}

/**
 * Reads `X-RateLimit-Reset`, for which there is no standard: unix seconds, unix milliseconds or seconds from
 * now. The magnitude tells them apart.
 *
 * @returns as `parseRetryAfter`
 */
export function parseRateLimitReset(value: string | undefined, nowMs: number): number | null {
  const number = decimal(value?.trim() ?? '')
  if (number === null) return null
  if (number < DELTA_BELOW_SECS) return wait(number * 1000)
  return wait((number < MILLISECONDS_FROM ? number * 1000 : number) - nowMs)
}

function decimal(text: string): number | null {
  return DECIMAL.test(text) ? Number(text) : null
}

function wait(ms: number): number {
  return Math.min(Math.max(Math.ceil(ms), 0), Number.MAX_SAFE_INTEGER)
}
