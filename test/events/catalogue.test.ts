import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { CATALOGUE, EVENT_TYPES, isEventType, jsonSchemaOf } from '../../src/events/catalogue.ts'

describe.each(EVENT_TYPES)('%s', (type) => {
  const { description, schema, sample } = CATALOGUE[type]

  test('has a sample that its schema takes, and a line that says what it means', () => {
    expect(schema.safeParse(sample).error).toBeUndefined()
    expect(sample.type).toBe(type)
    expect(description).toMatch(/^[A-Z][^\n]+\.$/)
  })

  test('refuses its sample with any field left out, misnamed or of another type', () => {
    const accepted = mutants(sample).filter(({ value }) => schema.safeParse(value).success)
    expect(accepted.map(({ what }) => what)).toEqual([])
  })

  test('has a JSON Schema that takes more fields than it lists', () => {
    const json = jsonSchemaOf(type)
    expect(json.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
    expect(JSON.stringify(json)).not.toContain('"additionalProperties":false')
    // Read back, it takes the sample and refuses one without its id.
    const back = z.fromJSONSchema(json as Parameters<typeof z.fromJSONSchema>[0])
    const { id, ...rest } = sample
    expect(back.safeParse({ id, ...rest, more: 1 }).error).toBeUndefined()
    expect(back.safeParse(rest).success).toBe(false)
  })
})

test('every id of a sample is another', () => {
  expect(new Set(EVENT_TYPES.map((type) => CATALOGUE[type].sample.id)).size).toBe(EVENT_TYPES.length)
})

test('what every object has is no event type', () => {
  expect(['__proto__', 'toString', 'constructor', ''].filter(isEventType)).toEqual([])
})

interface Mutant {
  what: string
  value: unknown
}

/** A payload with one field missing, one misnamed, and one that is a list, for each field at any depth. */
function mutants(value: unknown, path = ''): Mutant[] {
  // Whatever upstream sends is let through as it is.
  if (typeof value !== 'object' || value === null || /(^|\.)(raw|sentiment)$/.test(path)) return []
  return Object.entries(value).flatMap(([name, inner]) => {
    const at = path === '' ? name : `${path}.${name}`
    const { [name]: _, ...rest } = value as Record<string, unknown>
    return [
      { what: `${at} left out`, value: rest },
      { what: `${at} misnamed`, value: { ...rest, [`${name}_`]: inner } },
      ...(name === 'sentiment' ? [] : [{ what: `${at} a list`, value: { ...rest, [name]: [[]] } }]),
      ...mutants(inner, at).map((mutant) => ({ ...mutant, value: { ...rest, [name]: mutant.value } })),
    ]
  })
}
