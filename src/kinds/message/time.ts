import type { UnixSecs } from '../../types.ts'

/** What a Date can be (seconds). */
const LAST = 8.64e12

const formats = new Map<string, Intl.DateTimeFormat>()

/** A time as people read it, with its zone: `23 Nov 2026, 11:00 GMT+1`. */
export function readableTime(secs: UnixSecs, zone: string): string {
  if (!isTime(secs)) return String(secs)
  let format = formats.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      day: 'numeric',
      month: 'short',
      year: 'numeric',
      hour: '2-digit',
      minute: '2-digit',
      timeZoneName: 'short',
    })
    formats.set(zone, format)
  }
  return format.format(secs * 1000)
}

/** Whether a number can be told as a time. */
export function isTime(secs: unknown): secs is UnixSecs {
  return typeof secs === 'number' && Number.isFinite(secs) && Math.abs(secs) <= LAST
}

/** Whether a text names a time zone, such as `Europe/Berlin`. */
export function isTimeZone(text: string): boolean {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: text })
    return true
  } catch {
    return false
  }
}
