import { InvalidArgumentError } from 'commander'
import { parseDuration } from '../config/duration.ts'
import { RingpostError } from '../errors.ts'

/** Reads an option that is a whole number. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
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
    throw new RingpostError('bad_request', 'The filter is not JSON.', { cause })
  }
}

/**
 * Reads a time. A duration, such as `2h`, is a time that long ago; all else is left to the server, which knows times.
 */
export function timeOf(text: string): string {
  if (!/^\d[\d.,]*[a-z][\da-z]*$/.test(text)) return text
  try {
    return new Date(Date.now() - parseDuration(text)).toISOString()
  } catch (error) {
    throw new InvalidArgumentError(error instanceof RingpostError ? error.message : String(error))
  }
}

/** Reads one more `name=value`; the value may hold further `=`. */
export function collectPair(text: string, before: [string, string][] = []): [string, string][] {
  const cut = text.indexOf('=')
  if (cut < 1) throw new InvalidArgumentError('It must be name=value.')
  return [...before, [text.slice(0, cut), text.slice(cut + 1)]]
}

/** `2026-11-25T10:00:00.000Z` as people read it, in the machine's own time zone. */
export function shortTime(iso: string | null | undefined): string {
  if (!iso) return '–'
  const at = new Date(iso)
  const two = (n: number) => String(n).padStart(2, '0')
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}
