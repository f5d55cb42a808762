import { RingpostError } from '../errors.ts'

const UNITS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/** A hundred years. Past this, a time added to it soon leaves what a Date can hold. */
const LONGEST_MS = 36_500 * UNITS.d

/**
 * Reads `500ms`, `30s`, `15m`, `2h` or `30d`.
 *
 * Whole numbers only, one unit, no spaces: `1.5h` is `90m`, `1h30m` is `90m`.
 *
 * @returns milliseconds
 * @throws RingpostError `bad_request` with a sentence that does not repeat the text
 */
export function parseDuration(text: string): number {
  const match = /^(\d+)(ms|s|m|h|d)$/.exec(text)
  const [, digits, unit] = match ?? []
  if (digits === undefined || unit === undefined) {
    throw new RingpostError('bad_request', explain(text))
  }
  const ms = Number(digits) * UNITS[unit as keyof typeof UNITS]
  if (ms > LONGEST_MS)
    throw new RingpostError('bad_request', 'A duration is at most 36500d (a hundred years).')
  return ms
}

/**
 * Writes milliseconds in the largest unit that divides them, so that `parseDuration` gives them back.
 *
 * @throws RangeError for what no duration can be: negative, fractional, or over a hundred years
 */
export function formatDuration(ms: number): string {
  if (!Number.isInteger(ms) || ms < 0 || ms > LONGEST_MS) {
    throw new RangeError(`${ms} is not a whole number of milliseconds between 0 and a hundred years.`)
  }
  if (ms === 0) return '0s'
  const unit = (['d', 'h', 'm', 's'] as const).find((candidate) => ms % UNITS[candidate] === 0) ?? 'ms'
  return `${ms / UNITS[unit]}${unit}`
}

const FORM = 'A duration is a whole number and a unit (ms, s, m, h or d), such as 30s'

function explain(text: string): string {
  if (/^\d+$/.test(text)) return `${FORM}; the unit is missing.`
  if (/^\d*[.,]\d+\w+$/.test(text))
    return `${FORM}; write a fraction in a smaller unit, 90m for one and a half hours.`
  if (/^(\d+[a-z]+\s*){2,}$/.test(text)) return `${FORM}; only one of each, 90m for an hour and a half.`
  return `${FORM}.`
}
