import fc from 'fast-check'

// biome-ignore lint/suspicious/noExplicitAny: a schema is someone else's format, walked freely.
export type Json = any

/** Values by the name of their field, where a schema alone would hardly ever give one that gets far. */
export type Hints = Record<string, fc.Arbitrary<unknown>>

/** How deep values go where a schema does not bound it. */
const DEPTH = 4
const MOST_OPTIONAL = 3
/** As far as ISO 8601 writes years with four digits. */
export const dates = fc
  .date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString())

/**
 * Values that a JSON Schema of the document takes, or nearly: what zod checks beyond its schema (such as that a
 * list must rise) is for the API to refuse.
 */
export function fromSchema(document: Json, schema: Json, hints: Hints = {}, depth = 0): fc.Arbitrary<Json> {
  const inner = (one: Json, more = 1) => fromSchema(document, one, hints, depth + more)
  if (schema.$ref) return inner(document.components.schemas[schema.$ref.split('/').at(-1)], 0)
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const forms = schema.anyOf ?? schema.oneOf
  if (forms) {
    // What only says that one of some fields is needed is said of the schema around it.
    const whole = ({ required, ...form }: Json) =>
      schema.properties && form.type === undefined
        ? {
            ...schema,
            anyOf: undefined,
            oneOf: undefined,
            required: [...(schema.required ?? []), ...(required ?? [])],
          }
        : { required, ...form }
    return fc.oneof(...forms.map((form: Json) => inner(whole(form), 0)))
  }
  if (Array.isArray(schema.type)) {
    return fc.oneof(...schema.type.map((type: string) => inner({ ...schema, type })))
  }
  switch (schema.type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.integer({
        min: schema.minimum ?? -1_000,
        max: Math.min(schema.maximum ?? 1_000, 2 ** 31 - 1),
      })
    case 'number':
      return fc.double({ min: schema.minimum ?? -1_000, max: schema.maximum ?? 1_000, noNaN: true })
    case 'string':
      return text(schema)
    case 'array':
      return fc.array(inner(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, Math.max(4, schema.minItems ?? 0)),
      })
    case 'object':
      return object(schema)
    default:
      return depth > DEPTH ? fc.constant({}) : fc.jsonValue({ maxDepth: 2 })
  }

  function object({ properties = {}, required = [], additionalProperties, propertyNames }: Json) {
    const named = Object.entries<Json>(properties).map(([name, one]) => {
      const hint = hints[name]
      return [name, hint ? fc.oneof({ weight: 4, arbitrary: hint }, inner(one)) : inner(one)] as const
    })
    const optional = Object.keys(properties).filter((name) => !required.includes(name))
    // Few of what may be left out: of many, one would always be refused for what zod checks besides.
    const known = fc
      .tuple(
        fc.record(Object.fromEntries(named)),
        fc.shuffledSubarray(optional, { maxLength: Math.min(MOST_OPTIONAL, optional.length) }),
      )
      .map(([all, some]) =>
        Object.fromEntries([...required, ...some].map((name) => [name, (all as Json)[name]])),
      )
    if (typeof additionalProperties !== 'object' || depth > DEPTH) return known
    const names = hints['*'] ?? text(propertyNames ?? {})
    const more = fc.dictionary(names as fc.Arbitrary<string>, inner(additionalProperties), {
      minKeys: schema.minProperties ?? 0,
      maxKeys: 3,
    })
    return fc.tuple(more, known).map(([a, b]) => ({ ...a, ...b }))
  }
}

function text({ pattern, format, minLength = 0, maxLength = 60 }: Json): fc.Arbitrary<string> {
  if (format === 'date-time') return dates
  const bounded = { minLength, maxLength: Math.min(maxLength, Math.max(60, minLength)) }
  const free = fc.string({ unit: 'grapheme', ...bounded })
  // Few texts of a pattern may be as long as they must: a filter would look for one for ever.
  return pattern
    ? fc
        .stringMatching(new RegExp(pattern))
        .map((one) => one.repeat(Math.ceil(minLength / Math.max(1, one.length)) || 1).slice(0, maxLength))
    : free
}

/** A value with one thing in it changed into what the schema hardly takes. */
export function spoiled(value: fc.Arbitrary<Json>): fc.Arbitrary<Json> {
  const other = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<Json>(null, '', 0, -1, 1e308, '\u0000', '\ud800', [], {}, 'a'.repeat(5_000)),
  )
  return fc.tuple(value, fc.nat(), other, fc.constantFrom('replace', 'drop', 'add')).map(change)
}

function change([value, n, other, how]: [Json, number, Json, string]): Json {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return other
  const names = Object.keys(value)
  const name = names[n % Math.max(1, names.length)]
  if (how === 'add' || name === undefined) return { ...value, colour: other }
  if (how === 'replace') {
    // As often as not further in.
    const inside = value[name]
    const deeper = n % 2 === 0 && typeof inside === 'object' && inside !== null
    return { ...value, [name]: deeper ? change([inside, n >> 1, other, how]) : other }
  }
  const { [name]: _gone, ...rest } = value
  return rest
}
