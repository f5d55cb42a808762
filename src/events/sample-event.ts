import { type FieldError, RingpostError } from '../errors.ts'
import type { Event, EventType, UnixMs } from '../types.ts'
import { CATALOGUE } from './catalogue.ts'

/** Other values for a sample: by dotted path from the root of the event, such as `data.user.user_id`. */
export type Overrides = Readonly<Record<string, unknown>>

/**
 * The sample of a type as if it had happened now. What is not a `ringpost.test` says by `data.sample` that it
 * is a sample, so that nobody takes it for a caller.
 *
 * @param options.data in place of fields of the sample's data, before the overrides
 * @throws RingpostError `bad_request` with the paths of overrides that lead nowhere, or make of it what this
 *   type of event cannot be
 */
export function sampleEvent(options: {
  type: EventType
  id: string
  at: UnixMs
  data?: Record<string, unknown>
  overrides?: Overrides
}): Event {
  const { type, id, at, overrides = {} } = options
  const { sample, schema } = CATALOGUE[type]
  const event = {
    id,
    type,
    timestamp: new Date(at).toISOString(),
    // Through JSON, as it is sent: in the catalogue `user` and `raw` are one object.
    data: JSON.parse(JSON.stringify({ ...sample.data, ...options.data })) as Event['data'],
  }
  const fields = Object.entries(overrides).flatMap(([path, value]) => {
    const message = override(event, path, value)
    return message === null ? [] : [{ path: `override.${path}`, message }]
  })
  if (fields.length > 0) throw refuse(fields)
  const { error } = schema.safeParse(event)
  const issues = error?.issues.flatMap((issue) => {
    const path = ['override', ...issue.path.map(String)].join('.')
    // At the path as it was given, and not at what it is in.
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({
        path: `${path}.${key}`,
        message: 'is nothing that this type of event has',
      }))
    return [{ path, message: `does not fit this type of event: ${issue.message}` }]
  })
  if (issues) throw refuse(issues)
  return type === 'ringpost.test' ? event : { ...event, data: { ...event.data, sample: true } }
}

/** Puts a value in its place. Answers what is wrong with the path, or null. */
function override(event: object, path: string, value: unknown): string | null {
  const names = path.split('.')
  const last = names.pop() ?? ''
  if (names[0] !== 'data') return 'must be a path below data, such as data.user.user_id'
  let place = event as Record<string, unknown>
  for (const name of names) {
    const next = Object.hasOwn(place, name) ? place[name] : undefined
    if (typeof next !== 'object' || next === null || Array.isArray(next)) {
      return `leads nowhere: the sample has no object at ${name}`
    }
    place = next as Record<string, unknown>
  }
  // The one name whose assignment is not one.
  if (last === '' || last === '__proto__') return 'must end with the name of a value'
  place[last] = value
  return null
}

function refuse(fields: FieldError[]): RingpostError {
  const sentences = fields.map(({ path, message }) => `${path} ${message}`)
  return new RingpostError('bad_request', `${sentences.join('; ')}.`, { fields })
}
