const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const CLOCK = '(?<hour>\\d\\d):(?<minute>\\d\\d):(?<second>\\d\\d)'
const FORMS = [
  // IMF-fixdate: Sun, 06 Nov 1994 08:49:37 GMT
  new RegExp(`^[A-Z][a-z]{2}, (?<day>\\d\\d) (?<month>[A-Z][a-z]{2}) (?<year>\\d{4}) ${CLOCK} GMT$`),
  // RFC 850: Sunday, 06-Nov-94 08:49:37 GMT
  new RegExp(`^[A-Z][a-z]{5,8}, (?<day>\\d\\d)-(?<month>[A-Z][a-z]{2})-(?<year>\\d\\d) ${CLOCK} GMT$`),
  // asctime: Sun Nov  6 08:49:37 1994
  new RegExp(`^[A-Z][a-z]{2} (?<month>[A-Z][a-z]{2}) (?<day>[ \\d]\\d) ${CLOCK} (?<year>\\d{4})$`),
]

/**
 * Reads a date as HTTP writes it, in the three forms of RFC 9110, section 5.6.7, and nothing else: `Date.parse`
 * takes nearly any text for a date, `-5` included.
 *
 * @returns milliseconds since the epoch, or null where it is no such date
 */
export function parseHttpDate(text: string, nowMs: number): number | null {
  for (const form of FORMS) {
    const parts = form.exec(text)?.groups
    if (parts) return toMs(parts, nowMs)
  }
  return null
}

function toMs(parts: Record<string, string>, nowMs: number): number | null {
  const month = MONTHS.indexOf(parts.month ?? '')
  const [day, hour, minute, second] = [parts.day, parts.hour, parts.minute, parts.second].map(Number)
  if (month < 0 || day === undefined || hour === undefined || minute === undefined || second === undefined)
    return null
  // A leap second (60) is part of the grammar.
  if (hour > 23 || minute > 59 || second > 60) return null
  const year = fullYear(parts.year ?? '', nowMs)
  // `Date.UTC` reads the years 0 to 99 as 19xx and rolls 31 February over into March.
  const date = new Date(0)
  date.setUTCFullYear(year, month, day)
  if (date.getUTCMonth() !== month || date.getUTCDate() !== day) return null
  return date.setUTCHours(hour, minute, second)
}

/** Two digits that look more than 50 years ahead mean the last such year in the past (RFC 9110, 5.6.7). */
function fullYear(digits: string, nowMs: number): number {
  const year = Number(digits)
  if (digits.length === 4) return year
  const thisYear = new Date(nowMs).getUTCFullYear()
  const inThisCentury = thisYear - (thisYear % 100) + year
  return inThisCentury > thisYear + 50 ? inThisCentury - 100 : inThisCentury
}
