import { RingpostError } from '../errors.ts'
import type { Kind } from '../kinds/kind.ts'

/** Headers of an endpoint, after a change too. */
export const MOST_HEADERS = 30

/** Settings with what is meant where one is left out. */
export function withFieldDefaults(
  kind: Kind,
  settings: Readonly<Record<string, string>>,
): Record<string, string> {
  const defaults = kind.fields.flatMap(({ name, default: value }) => (value === null ? [] : [[name, value]]))
  return { ...Object.fromEntries(defaults), ...settings }
}

/** Settings with changes one by one; null in place of all brings their defaults back. */
export function changedSettings(
  before: Readonly<Record<string, string>>,
  changes: Record<string, string | null> | null,
): Record<string, string> {
  if (changes === null) return {}
  const all = Object.entries({ ...before, ...changes })
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== null))
}

/** Headers with changes one by one. */
export function changedHeaders(
  before: Record<string, string>,
  changes: Record<string, string | null>,
): Record<string, string> {
  const all = Object.entries({ ...before, ...changes })
  const left = all.filter((entry): entry is [string, string] => entry[1] !== null)
  if (left.length > MOST_HEADERS) {
    const message = `must have at most ${MOST_HEADERS} entries, with those that are there already`
    throw new RingpostError('bad_request', `headers ${message}.`, { fields: [{ path: 'headers', message }] })
  }
  return Object.fromEntries(left)
}
