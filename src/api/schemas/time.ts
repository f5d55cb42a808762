import { z } from 'zod'

// ISO 8601 lets the seconds be left out, as people do.
const isoDateTime = z.union([
  z.iso.datetime({ offset: true }),
  z.iso.datetime({ offset: true, precision: -1 }),
])
const isoDate = z.iso.date()

/** A moment in a query, read as unix ms: ISO 8601 with a time zone, a date (UTC), or unix seconds. */
export const moment = z
  .string()
  .max(40)
  .transform((text, context) => {
    if (/^\d{1,11}(\.\d{1,3})?$/.test(text)) return Math.round(Number(text) * 1000)
    // A + that was not encoded arrives as a space.
    const iso = text.replace(/ (\d\d:\d\d)$/, '+$1')
    if (isoDateTime.safeParse(iso).success || isoDate.safeParse(iso).success) return Date.parse(iso)
    const message = /^\d{12,}$/.test(text)
      ? 'must be in unix seconds, not milliseconds'
      : 'must be a time in ISO 8601 with its zone, such as 2026-11-23T10:00:00Z, a date, or unix seconds'
    context.addIssue({ code: 'custom', message })
    return z.NEVER
  })

/** `since` and `until` of a list. */
export const period = {
  since: moment
    .optional()
    .describe('Not before this: ISO 8601 with its zone, a date (midnight UTC), or unix seconds.'),
  until: moment.optional().describe('Not after this; written as `since` is.'),
}

/** For the query of a list that has a {@link period}. */
export function isPeriod(query: { since?: number | undefined; until?: number | undefined }): boolean {
  return query.since === undefined || query.until === undefined || query.since <= query.until
}
export const NO_PERIOD = { path: ['since'], error: 'must not be later than until' }

/** A moment in an answer. */
export const timestamp = z.string().meta({ format: 'date-time', examples: ['2026-11-23T10:00:00.000Z'] })
