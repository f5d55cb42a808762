import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FILTER_LIMITS, filterProblems } from '../../src/fanout/check-filter.ts'
import { type Filter, matchesFilter, OPERATORS } from '../../src/fanout/filter.ts'
import type { Event } from '../../src/types.ts'

const EVENT = {
  id: 'evt_1',
  type: 'user.created',
  timestamp: '2026-11-23T10:00:00.000Z',
  data: {
    source: { id: 'src_default', name: 'default' },
    user: {
      user_id: '+15551234567',
      conversation_count: 5,
      last_contact_agent_id: 'agent_x',
      sentiment: null,
    },
    previous: null,
    raw: { vip: true, tags: ['gold', 3, null], 'a.b': 1, score: -0.5, empty: '' },
  },
} satisfies Event

const passes = (filter: Filter) => matchesFilter(EVENT, filter)
const COUNT = 'data.user.conversation_count'
const AGENT = 'data.user.last_contact_agent_id'

describe('a list of values', () => {
  test.each<[string, Filter[string], boolean]>([
    [AGENT, ['agent_x'], true],
    [AGENT, ['agent_y', 'agent_x'], true],
    [AGENT, ['agent_y'], false],
    [AGENT, ['agent_'], false],
    [AGENT, ['AGENT_X'], false],
    [COUNT, [5], true],
    [COUNT, ['5'], false],
    ['data.raw.vip', [true], true],
    ['data.raw.vip', [1, 'true'], false],
    ['data.user.sentiment', [null], true],
    ['data.previous', [null], true],
    ['data.user.nothing', [null], false],
    ['data.raw.empty', ['', 0, false, null], true],
    ['data.raw.tags', ['gold'], false],
    ['data.source', ['src_default'], false],
    ['type', ['user.created'], true],
    ['id', ['evt_2'], false],
  ])('%s of %j: %s', (path, condition, expected) => {
    expect(passes({ [path]: condition })).toBe(expected)
  })
})

describe('operators', () => {
  test.each<[string, Filter[string], boolean]>([
    [COUNT, { gt: 4 }, true],
    [COUNT, { gt: 5 }, false],
    [COUNT, { gte: 5 }, true],
    [COUNT, { gte: 5.5 }, false],
    [COUNT, { lt: 6 }, true],
    [COUNT, { lt: 5 }, false],
    [COUNT, { lte: 5 }, true],
    [COUNT, { lte: 4 }, false],
    [COUNT, { gte: 1, lt: 5 }, false],
    [COUNT, { gte: 1, lt: 10, ne: 7 }, true],
    ['data.raw.score', { lt: 0 }, true],
    [AGENT, { gte: 0 }, false],
    ['data.user.sentiment', { lt: 1 }, false],
    ['data.raw.vip', { gt: 0 }, false],
    [COUNT, { eq: 5 }, true],
    [COUNT, { eq: '5' }, false],
    [COUNT, { ne: 5 }, false],
    [COUNT, { ne: '5' }, true],
    [COUNT, { in: [1, 5] }, true],
    [COUNT, { in: [1] }, false],
    [COUNT, { not_in: [1] }, true],
    [COUNT, { not_in: [1, 5] }, false],
    ['data.user.sentiment', { exists: true }, true],
    ['data.user.sentiment', { exists: false }, false],
    ['data.user.nothing', { exists: true }, false],
    ['data.user.nothing', { exists: false }, true],
    [AGENT, { prefix: 'agent_' }, true],
    [AGENT, { prefix: 'x' }, false],
    [AGENT, { suffix: '_x' }, true],
    [AGENT, { suffix: 'agent' }, false],
    [AGENT, { contains: 'ent' }, true],
    [AGENT, { contains: 'z' }, false],
    [COUNT, { prefix: '5' }, false],
    [COUNT, { contains: 5 }, false],
    ['data.raw.tags', { contains: 'gold' }, true],
    ['data.raw.tags', { contains: 3 }, true],
    ['data.raw.tags', { contains: null }, true],
    ['data.raw.tags', { contains: 'go' }, false],
    ['data.raw.tags', { contains: '3' }, false],
  ])('%s %j: %s', (path, condition, expected) => {
    expect(passes({ [path]: condition })).toBe(expected)
  })

  test.each([...OPERATORS])('%s on what is not there', (operator) => {
    const operand = operator === 'in' || operator === 'not_in' ? [1] : operator === 'exists' ? false : 'x'
    const filter = { 'data.nothing.at.all': { [operator]: operand } } as Filter
    expect(passes(filter)).toBe(['ne', 'not_in', 'exists'].includes(operator))
  })

  test('one that there is not holds nowhere', () => {
    for (const name of ['like', 'constructor', '__proto__', 'toString']) {
      expect(passes({ [COUNT]: JSON.parse(`{"${name}":5}`) })).toBe(false)
    }
  })
})

test('every path must hold', () => {
  expect(passes({ [COUNT]: { gte: 5 }, [AGENT]: ['agent_x'] })).toBe(true)
  expect(passes({ [COUNT]: { gte: 6 }, [AGENT]: ['agent_x'] })).toBe(false)
  expect(passes({ [COUNT]: { gte: 5 }, [AGENT]: ['agent_y'] })).toBe(false)
})

test.each([
  'data.__proto__',
  'data.constructor',
  'data.constructor.name',
  'data.user.user_id.length',
  'data.raw.tags.length',
  'data.raw.tags.0',
  'data.user.toString',
  'data.raw.a.b',
])('%s leads nowhere', (path) => {
  expect(passes({ [path]: { exists: true } })).toBe(false)
})

test('a name that a prototype has is found where the event really has it', () => {
  const data = JSON.parse('{"__proto__":{"x":1},"constructor":2}')
  const event: Event = { ...EVENT, data }
  expect(matchesFilter(event, { 'data.__proto__.x': [1] })).toBe(true)
  expect(matchesFilter(event, { 'data.constructor': [2] })).toBe(true)
})

describe('laws', () => {
  const scalar = fc.oneof(fc.string(), fc.integer(), fc.double(), fc.boolean(), fc.constant(null))
  const name = fc.stringMatching(/^[a-z_]{1,8}$/)
  const data = fc.dictionary(name, fc.oneof(scalar, fc.jsonValue({ maxDepth: 3 })), { maxKeys: 5 })
  const anyEvent = data.map((value): Event => ({ ...EVENT, data: value as Event['data'] }))
  const anyPath = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => `data.${names.join('.')}`)
  const number = fc.double({ noNaN: true, noDefaultInfinity: true })
  const literal = fc.oneof(fc.string({ minLength: 1 }), number, fc.boolean(), fc.constant(null))
  const literals = fc.array(literal, { minLength: 1, maxLength: 4 })
  const text = fc.string({ minLength: 1 })
  const comparison = fc
    .record(
      {
        ...{ eq: literal, ne: literal, in: literals, not_in: literals, exists: fc.boolean() },
        ...{ gt: number, gte: number, lt: number, lte: number },
        ...{ prefix: text, suffix: text, contains: literal },
      },
      { requiredKeys: [] },
    )
    .filter((one) => Object.keys(one).length > 0)
  const anyFilter = fc.dictionary(anyPath, fc.oneof(literals, comparison), { minKeys: 1, maxKeys: 4 })

  test('a filter that is well formed has no problem and answers for any event', () => {
    fc.assert(
      fc.property(anyEvent, anyFilter, (event, filter) => {
        expect(filterProblems(filter)).toEqual([])
        expect(matchesFilter(event, filter)).toBeTypeOf('boolean')
      }),
    )
  })

  test('it comes out of JSON as it went in', () => {
    fc.assert(
      fc.property(anyEvent, anyFilter, (event, filter) => {
        const stored = JSON.parse(JSON.stringify(filter))
        expect(matchesFilter(event, stored)).toBe(matchesFilter(event, filter))
      }),
    )
  })

  test('two filters in one are both of them, and each operator more lets no more through', () => {
    fc.assert(
      fc.property(anyEvent, anyFilter, anyFilter, (event, a, b) => {
        fc.pre(Object.keys(a).every((path) => !(path in b)))
        expect(matchesFilter(event, { ...a, ...b })).toBe(matchesFilter(event, a) && matchesFilter(event, b))
      }),
    )
  })

  test('opposites: ne and eq, in and not_in, exists; gt and lte of a number', () => {
    fc.assert(
      fc.property(anyEvent, anyPath, literal, literals, number, (event, path, one, many, bound) => {
        const says = (condition: Filter[string]) => matchesFilter(event, { [path]: condition })
        expect(says({ ne: one })).toBe(!says({ eq: one }))
        expect(says({ not_in: many })).toBe(!says({ in: many }))
        expect(says({ in: many })).toBe(says(many))
        expect(says({ exists: false })).toBe(!says({ exists: true }))
        expect(says({ gt: bound }) && says({ lte: bound })).toBe(false)
      }),
    )
  })

  test('what is taken from an event and asked for is found', () => {
    fc.assert(
      fc.property(fc.dictionary(name, literal, { minKeys: 1 }), (values) => {
        const event: Event = { ...EVENT, data: { deep: values } as Event['data'] }
        for (const [key, value] of Object.entries(values)) {
          expect(matchesFilter(event, { [`data.deep.${key}`]: [value] })).toBe(true)
        }
      }),
    )
  })

  test('whatever is sent as a filter is either told what is wrong or answers for any event', () => {
    fc.assert(
      fc.property(fc.jsonValue(), anyEvent, (input, event) => {
        if (filterProblems(input).length === 0) {
          expect(matchesFilter(event, input as Filter)).toBeTypeOf('boolean')
        }
      }),
    )
  })
})

describe('a filter is refused', () => {
  const { paths, literals, textLength } = FILTER_LIMITS
  const many = Object.fromEntries(Array.from({ length: paths + 1 }, (_, n) => [`data.x${n}`, [1]]))
  test.each<[unknown, string, RegExp]>([
    [null, '', /must be an object/],
    [[], '', /must be an object/],
    ['x', '', /must be an object/],
    [{}, '', /at least 1 entry/],
    [many, '', /at most 20 entries/],
    [{ '': [1] }, '', /not a path/],
    [{ 'data.': [1] }, 'data.', /not a path/],
    [{ 'data..x': [1] }, 'data..x', /not a path/],
    [{ '.data.x': [1] }, '.data.x', /not a path/],
    [{ 'user.user_id': [1] }, 'user.user_id', /begins with data/],
    [{ __proto: [1] }, '__proto', /begins with data/],
    [{ data: [1] }, 'data', /name something in it/],
    [{ 'type.x': [1] }, 'type.x', /type is a text/],
    [{ [`data.${'x.'.repeat(9)}x`]: [1] }, `data.${'x.'.repeat(9)}x`, /at most 10 names/],
    [{ [`data.${'x'.repeat(200)}`]: [1] }, `data.${'x'.repeat(200)}`, /at most 200 characters/],
    [{ 'data.x': 5 }, 'data.x', /a list of values or an object of operators/],
    [{ 'data.x': null }, 'data.x', /a list of values or an object of operators/],
    [{ 'data.x': [] }, 'data.x', /at least 1 entry/],
    [{ 'data.x': Array(literals + 1).fill(1) }, 'data.x', /at most 100 entries/],
    [{ 'data.x': [1, {}] }, 'data.x.1', /true, false or null/],
    [{ 'data.x': ['y'.repeat(textLength + 1)] }, 'data.x.0', /at most 500 characters/],
    [{ 'data.x': {} }, 'data.x', /must have an operator \(eq, ne/],
    [{ 'data.x': { regex: '.*' } }, 'data.x.regex', /not an operator; there are eq, ne, in/],
    [{ 'data.x': JSON.parse('{"__proto__":1}') }, 'data.x.__proto__', /not an operator/],
    [{ 'data.x': { gte: 'ten' } }, 'data.x.gte', /must be a number/],
    [{ 'data.x': { lt: null } }, 'data.x.lt', /must be a number/],
    [{ 'data.x': { exists: 'yes' } }, 'data.x.exists', /must be true or false/],
    [{ 'data.x': { prefix: '' } }, 'data.x.prefix', /not empty/],
    [{ 'data.x': { suffix: 5 } }, 'data.x.suffix', /must be a text/],
    [{ 'data.x': { contains: '' } }, 'data.x.contains', /not empty/],
    [{ 'data.x': { contains: ['a'] } }, 'data.x.contains', /must be a text/],
    [{ 'data.x': { in: 'a' } }, 'data.x.in', /must be a list/],
    [{ 'data.x': { not_in: [] } }, 'data.x.not_in', /at least 1 entry/],
    [{ 'data.x': { in: ['a', []] } }, 'data.x.in.1', /must be a text/],
    [{ 'data.x': { eq: {} } }, 'data.x.eq', /must be a text/],
  ])('%j', (filter, path, message) => {
    expect(filterProblems(filter)).toEqual([
      { path: expect.any(Array), message: expect.stringMatching(message) },
    ])
    expect(filterProblems(filter)[0]?.path.join('.')).toBe(path)
  })
})
