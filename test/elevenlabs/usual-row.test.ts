import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readRow, usualRow } from '../../src/elevenlabs/read-page.ts'

const number = fc.oneof(
  fc.integer({ min: -3, max: 2_000_000_000 }),
  fc.double(),
  fc.constantFrom(0, -0, 2 ** 52, 2 ** 52 + 1, -(2 ** 52), -(2 ** 52) - 1, 1e300, 1.5, -0.5),
)
const text = fc.oneof(
  fc.string(),
  fc.constantFrom('', '__proto__', 'a\ud800', '\udc00b', '\ud83d\ude00', '12', '7.0'),
)
const anything = fc.oneof(
  number,
  text,
  fc.constantFrom<unknown>(null, undefined, true, [], {}, [1], { toString: 1 }),
)
/** About as long as may be. */
const longId = fc
  .tuple(fc.constantFrom('x', 'é', '☎', '😀'), fc.integer({ min: 1_000, max: 4_200 }))
  .map(([character, count]) => character.repeat(count))
/** Rows as upstream sends them, with any field sometimes missing, odd or of another kind. */
const field = <T>(usual: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 9, arbitrary: usual as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: anything })
const usualText = fc.oneof(text, fc.constant(null))
const rows = fc.record(
  {
    user_id: field(fc.oneof({ weight: 9, arbitrary: fc.string({ unit: 'binary' }) }, longId)),
    conversation_count: field(number),
    last_contact_unix_secs: field(number),
    first_contact_unix_secs: field(fc.oneof(number, fc.constant(null))),
    last_contact_conversation_id: field(usualText),
    last_contact_agent_id: field(usualText),
    last_contact_agent_name: field(usualText),
    sentiment: anything,
    brand_new: anything,
  },
  { noNullPrototype: true },
)
/** What a body can hold: JSON has neither undefined nor NaN. */
const items = fc.oneof(
  { weight: 9, arbitrary: rows as fc.Arbitrary<unknown> },
  { weight: 1, arbitrary: anything },
)
const received = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? 'null')

test('a row that is read the short way is read as the schema reads it', () => {
  let short = 0
  fc.assert(
    fc.property(items, (value) => {
      const item = received(value)
      const usual = usualRow(item)
      if (usual === null) return
      short++
      const read = readRow(item)
      expect(read).toStrictEqual({ row: usual })
      expect(Object.keys(usual)).toEqual(Object.keys('row' in read ? read.row : {}))
    }),
    { numRuns: 2_000 },
  )
  // Or the property would say nothing.
  expect(short).toBeGreaterThan(100)
})

test('a row as upstream documents it takes the short way', () => {
  const item = {
    user_id: '+15551234567',
    last_contact_unix_secs: 1_685_404_800,
    first_contact_unix_secs: 1_677_628_800,
    conversation_count: 5,
    last_contact_conversation_id: null,
    last_contact_agent_id: 'agent_1',
    last_contact_agent_name: 'SupportBot Alpha',
  }
  expect(usualRow(item)).toMatchObject(item)
})
