import fc from 'fast-check'
import { expect, test } from 'vitest'
import { filterProblems } from '../../src/fanout/check-filter.ts'
import { type Filter, matchesFilter, OPERATORS } from '../../src/fanout/filter.ts'
import { templateProblems } from '../../src/kinds/template/check-template.ts'
import { parseText } from '../../src/kinds/template/parse-text.ts'
import { renderTemplate } from '../../src/kinds/template/render-template.ts'
import type { Template } from '../../src/kinds/template/template.ts'
import type { Event } from '../../src/types.ts'
import { fuzzRuns, fuzzTimeout } from './fuzz-runs.ts'

const json = fc.jsonValue({ maxDepth: 5, stringUnit: 'binary' })
const event = fc
  .record({
    data: fc.dictionary(fc.constantFrom('user', 'change', 'raw', '__proto__', 'a'), json),
    type: fc.string(),
  })
  .map(
    ({ data, type }) =>
      ({ id: 'evt_1', type, timestamp: '2026-11-23T10:00:00.000Z', data }) as unknown as Event,
  )

/** Pieces of the language of placeholders, in any order: some of them make one. */
const piece = fc.oneof(
  fc.constantFrom('{{', '}}', '|', '"', '\\', '\\"', '.', ':', ' ', '{', '}', '__proto__', 'constructor'),
  fc.constantFrom('id', 'type', 'timestamp', 'data', 'data.user', 'data.user.user_id', 'data.raw'),
  fc.constantFrom(
    'default: "x"',
    'default: 1e999',
    'date',
    'date: "Europe/Berlin"',
    'json',
    'upper',
    'lower',
    'e164',
  ),
  fc.string({ maxLength: 5 }),
)
const text = fc.oneof(
  fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
  fc.array(piece, { maxLength: 6 }).map((pieces) => `{{data.${pieces.join('')}}}`),
)
const template = fc.oneof(
  fc.letrec<{ one: unknown }>((tie) => ({
    one: fc.oneof(
      { depthSize: 'small' },
      text,
      fc.oneof(fc.integer(), fc.boolean(), fc.constant(null)),
      fc.array(tie('one'), { maxLength: 4 }),
      fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), tie('one'), { maxKeys: 4 }),
    ),
  })).one,
  fc.anything(),
)

const RUNS = fuzzRuns(1_000)
test(
  `${RUNS} templates: each is refused in sentences, or makes JSON of a bounded size of any event`,
  () => {
    fc.assert(
      fc.property(template, event, (wished, of) => {
        // As it comes over HTTP.
        const sent = JSON.stringify(wished)
        if (sent === undefined) return
        const read = JSON.parse(sent)
        const problems = templateProblems(read)
        for (const { message } of problems) expect(message.length).toBeLessThan(500)
        if (problems.length > 0) return
        const made = JSON.stringify(renderTemplate(read as Template, of))
        expect(JSON.parse(made)).toBeDefined()
        // Each placeholder may put the whole event in, once more escaped where it is put in as a text.
        expect(made.length).toBeLessThanOrEqual(16_384 + 100 * 16 * JSON.stringify(of).length)
        expect(Reflect.get({}, 'polluted')).toBeUndefined()
      }),
      { numRuns: RUNS },
    )
  },
  fuzzTimeout(RUNS),
)

test('a text of marks that nothing closes is read in one go', () => {
  // Read anew from each mark, it would take minutes.
  const marks = `{{id | default: ${'"\\'.repeat(400_000)}}}`
  expect(parseText(marks)).toMatchObject({ at: 1 })
})

const path = fc.oneof(
  fc.constantFrom('data.user.user_id', 'data.raw.a', 'data.__proto__.x', 'type', 'id', 'data', '', 'data..a'),
  fc.string(),
  fc.array(fc.string(), { maxLength: 12 }).map((names) => `data.${names.join('.')}`),
)
const filter = fc.oneof(
  fc.dictionary(
    path,
    fc.oneof(
      fc.array(json, { maxLength: 5 }),
      fc.dictionary(fc.oneof(fc.constantFrom(...OPERATORS), fc.string(), fc.constant('__proto__')), json),
      json,
    ),
    { maxKeys: 5 },
  ),
  fc.anything(),
)

test(
  `${RUNS} filters: each is refused in sentences, or answers yes or no of any event`,
  () => {
    fc.assert(
      fc.property(filter, event, (wished, of) => {
        const sent = JSON.stringify(wished)
        if (sent === undefined) return
        const read = JSON.parse(sent)
        const problems = filterProblems(read)
        for (const { message } of problems) expect(message.length).toBeLessThan(500)
        if (problems.length === 0) expect(typeof matchesFilter(of, read as Filter)).toBe('boolean')
      }),
      { numRuns: RUNS },
    )
  },
  fuzzTimeout(RUNS),
)
