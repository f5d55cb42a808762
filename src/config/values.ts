import { isIP } from 'node:net'
import type { z } from 'zod'
import { RingpostError } from '../errors.ts'
import { parseMasterKey } from '../secrets/master-key.ts'
import { formatDuration, parseDuration } from './duration.ts'
import { fromText, refuse } from './variable.ts'

/**
 * Node's timers hold 31 bits of milliseconds and fire at once past that, so what a timer waits for must
 * stay below 24.8 days.
 */
export const LONGEST_TIMER = '24d'

/** A duration in milliseconds, within inclusive limits written as durations. */
export function duration(limits: { min?: string; max?: string } = {}): z.ZodType<number, string> {
  const min = parseDuration(limits.min ?? '0s')
  const max = limits.max === undefined ? Number.POSITIVE_INFINITY : parseDuration(limits.max)
  return fromText((text) => {
    const ms = parseDuration(text)
    if (ms < min) throw refuse(`It must be at least ${formatDuration(min)}.`)
    if (ms > max) throw refuse(`It must be at most ${formatDuration(max)}.`)
    return ms
  })
}

/** Items separated by commas, each read by `read`; at least one, and none of them empty. */
export function list<T>(read: (item: string) => T): z.ZodType<T[], string> {
  return fromText((text) =>
    text.split(',').map((part, index) => {
      const item = part.trim()
      if (item === '') throw refuse(`Item ${index + 1} of the list is empty.`)
      return at(index, () => read(item))
    }),
  )
}

/** One of a few words, in any case. */
export function choice<const T extends string>(words: readonly T[]): (text: string) => T {
  return (text) => {
    const found = words.find((word) => word === text.toLowerCase())
    if (found === undefined) throw refuse('It is none of the words that are known here.')
    return found
  }
}

/** A list of words, each at most once. */
export function choices<const T extends string>(words: readonly T[]): z.ZodType<T[], string> {
  const seen = list(choice(words))
  return seen.refine((found) => new Set(found).size === found.length, { error: 'A word is in it twice.' })
}

const YES = ['true', '1', 'yes', 'on']
const NO = ['false', '0', 'no', 'off']

/** A switch. */
export function flag(): z.ZodType<boolean, string> {
  const read = choice([...YES, ...NO])
  return fromText((text) => YES.includes(read(text)))
}

/** A TCP port, 0 for any free one. */
export function port(): z.ZodType<number, string> {
  return fromText((text) => {
    if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw refuse('It is not the number of a port.')
    return Number(text)
  })
}

/** A part of all, from 0 to 1. */
export function share(): z.ZodType<number, string> {
  return fromText((text) => {
    if (!/^(?:0|1|0?\.\d+|1\.0+)$/.test(text)) throw refuse('It is not a number from 0 to 1.')
    return Number(text)
  })
}

/** A name or an address to listen on. */
export function host(): z.ZodType<string, string> {
  return fromText((text) => {
    if (/^\[.*\]$/.test(text)) throw refuse('An IPv6 address is written without brackets here.')
    const name = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*$/i
    if (isIP(text) === 0 && !name.test(text)) throw refuse('It is neither an IP address nor a host name.')
    // Four numbers are an address that someone mistyped, not a name that some resolver may know.
    if (isIP(text) === 0 && /^[\d.]+$/.test(text)) throw refuse('It is not a complete IPv4 address.')
    return text
  })
}

/** A key or token as it goes into a header: printable ASCII without spaces or quotation marks. */
export function token(minLength = 1): z.ZodType<string, string> {
  return fromText((text) => {
    // Quotation marks are what `docker run --env-file` keeps of a value that was quoted for a shell.
    if (!/^[\x21-\x7e]+$/.test(text) || /["'`]/.test(text)) {
      throw refuse('It has spaces, quotation marks or other characters that no token has.')
    }
    if (text.length < minLength) throw refuse(`It is shorter than ${minLength} characters.`)
    return text
  })
}

/** Any text. */
export function text(): z.ZodType<string, string> {
  return fromText((value) => {
    if (value.includes('\0')) throw refuse('It has a zero byte in it.')
    return value
  })
}

/** 32 bytes, as base64 or hexadecimal. */
export function masterKey(): z.ZodType<Buffer, string> {
  return fromText(parseMasterKey)
}

function at<T>(index: number, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof RingpostError)) throw error
    throw refuse(`Item ${index + 1} of the list: ${error.message}`)
  }
}
