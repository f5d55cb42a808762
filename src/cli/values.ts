import { InvalidArgumentError } from 'commander'
import { moment } from '../api/schemas/time.ts'
import { parseDuration } from '../config/duration.ts'
import { RingpostError } from '../errors.ts'

/** Reads an option that is a whole number. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

/** Reads an option that is a whole number and not 0. */
export function positiveNumber(text: string): number {
  if (!/^0*[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1.')
  return Number(text)
}

/** Reads an option that is a port to listen on; 0 is any free one. */
export function portNumber(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) {
    throw new InvalidArgumentError('It must be a port from 0 to 65535.')
  }
  return Number(text)
}

/** Reads an option that is a complete http or https URL. */
export function httpUrl(text: string): URL {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new InvalidArgumentError('It must be a complete URL, such as http://127.0.0.1:3000/hooks.')
  }
  return url
}

/** Reads an option that is the status of an answer. */
export function httpStatus(text: string): number {
  if (!/^[2-5]\d\d$/.test(text)) throw new InvalidArgumentError('It must be a status from 200 to 599.')
  return Number(text)
}

/** Reads an option of values separated by commas. */
export function commaList(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

/**
 * Reads a filter. It is no parser of an option: Commander takes null for one that was not given.
 *
 * @throws RingpostError `bad_request` where it is no JSON; the server says what else is wrong with it
 */
export function filterOf(text: string): Record<string, never> | null {
  try {
    return JSON.parse(text) as Record<string, never> | null
  } catch (cause) {
    const message = `is not JSON: ${cause instanceof Error ? cause.message : String(cause)}`
    throw new RingpostError('bad_request', `filter ${message}.`, {
      cause,
      fields: [{ path: 'filter', message }],
    })
  }
}

/**
 * Reads a time as the API takes it. A duration, such as `2h`, is a time that long ago, and a time without a zone is
 * one of the machine's own, so that what a table shows can be given back.
 */
export function timeOf(text: string): string {
  if (/^\d[\d.,]*[a-z][\da-z]*$/.test(text)) return timeAgo(text)
  const [, day, hours, zone] =
    /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d[\d:.]*) ?(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? []
  const iso = day === undefined ? text : `${day}T${hours}${zone ?? 'Z'}`
  if (!moment.safeParse(iso).success) {
    throw new InvalidArgumentError(
      'It must be a time such as 2026-11-23T10:00:00Z (without a zone it is a local one), a date, unix seconds (not milliseconds), or how long ago, such as 2h.',
    )
  }
  return day === undefined || zone !== undefined ? iso : new Date(`${day}T${hours}`).toISOString()
}

function timeAgo(text: string): string {
  try {
    return new Date(Date.now() - parseDuration(text)).toISOString()
  } catch (error) {
    throw new InvalidArgumentError(error instanceof RingpostError ? error.message : String(error))
  }
}

/** Reads a time that is yet to come, as the API takes it. A duration, such as `30d`, is a time that far from now. */
export function timeAhead(text: string): string {
  const ago = timeOf(text)
  const at = /^\d[\d.,]*[a-z]/.test(text) ? 2 * Date.now() - Date.parse(ago) : moment.parse(ago)
  return new Date(at).toISOString()
}

/** Reads one more `name=value`; the value may hold further `=`. */
export function collectPair(text: string, before: [string, string][] = []): [string, string][] {
  const cut = text.indexOf('=')
  if (cut < 1) throw new InvalidArgumentError('It must be name=value.')
  return [...before, [text.slice(0, cut), text.slice(cut + 1)]]
}

/** `2026-11-25 11:00:00`, in the machine's own time zone. */
export function localTime(at: Date): string {
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

/** How far the machine's own time zone is from UTC at a time: `+01:00`. */
export function offsetOf(at: Date): string {
  const ahead = -at.getTimezoneOffset()
  const minutes = Math.abs(ahead)
  return `${ahead < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(Math.floor(minutes % 60))}`
}

/**
 * `2026-11-25T10:00:00.000Z` as people read it, in the machine's own time zone: `2026-11-25 11:00:00 +01:00`.
 *
 * @param zone.always names the zone also where it is UTC
 */
export function shortTime(iso: string | null | undefined, zone = { always: false }): string {
  if (!iso) return '–'
  const at = new Date(iso)
  const offset = offsetOf(at)
  return offset === '+00:00' && !zone.always ? localTime(at) : `${localTime(at)} ${offset}`
}

function two(n: number): string {
  return String(n).padStart(2, '0')
}
