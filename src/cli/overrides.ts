import { InvalidArgumentError } from 'commander'

/** One `--override path=value`. */
export interface Override {
  path: string
  text: string
}

/** Reads one more `path=value`; the value may hold further `=`. */
export function collectOverride(text: string, before: Override[] = []): Override[] {
  const cut = text.indexOf('=')
  if (cut < 1) throw new InvalidArgumentError('It must be path=value, such as data.user.user_id=+15550100.')
  return [...before, { path: text.slice(0, cut), text: text.slice(cut + 1) }]
}

/**
 * The values of overrides: JSON where they are JSON, and text otherwise. Where the sample has a text, a number
 * stays the text that it is, since many a user id looks like one.
 */
export function overrideValues(overrides: readonly Override[], sample: object): Record<string, unknown> {
  return Object.fromEntries(overrides.map(({ path, text }) => [path, readValue(text, valueAt(sample, path))]))
}

function readValue(text: string, present: unknown): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return text
  }
  return typeof present === 'string' && ['number', 'boolean'].includes(typeof value) ? text : value
}

function valueAt(sample: object, path: string): unknown {
  let value: unknown = sample
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Record<string, unknown>)[name]
  }
  return value
}
