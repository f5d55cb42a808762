import { toE164 } from '../message/phone-number.ts'
import { isTime, isTimeZone, readableTime } from '../message/time.ts'

type Argument = string | number | boolean | null | undefined

/** What can be done with a value. There are these, and no language. */
export interface Filter {
  /** What is wrong with an argument; null where nothing is. */
  problem: (argument: Argument) => string | null
  apply: (value: unknown, argument: Argument) => unknown
}

const noArgument = (argument: Argument) => (argument === undefined ? null : 'takes no argument')

export const FILTERS: Readonly<Record<string, Filter>> = {
  default: {
    problem: (argument) => (argument === undefined ? 'needs an argument: default: "…"' : null),
    apply: (value, argument) => (value === null || value === undefined || value === '' ? argument : value),
  },
  date: {
    problem: (argument) =>
      argument === undefined || (typeof argument === 'string' && isTimeZone(argument))
        ? null
        : 'takes the name of a time zone: date: "Europe/Berlin"',
    apply: (value, argument) => {
      const secs = typeof value === 'string' ? Date.parse(value) / 1000 : value
      if (!isTime(secs)) return null
      return typeof argument === 'string' ? readableTime(secs, argument) : new Date(secs * 1000).toISOString()
    },
  },
  json: { problem: noArgument, apply: (value) => JSON.stringify(value ?? null) },
  upper: { problem: noArgument, apply: (value) => (typeof value === 'string' ? value.toUpperCase() : value) },
  lower: { problem: noArgument, apply: (value) => (typeof value === 'string' ? value.toLowerCase() : value) },
  e164: { problem: noArgument, apply: (value) => (typeof value === 'string' ? toE164(value) : null) },
}
