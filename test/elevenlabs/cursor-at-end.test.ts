import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cursorAtEnd, readPage } from '../../src/elevenlabs/read-page.ts'

const row = {
  user_id: '+1',
  conversation_count: 1,
  last_contact_unix_secs: 1,
  first_contact_unix_secs: 1,
  last_contact_conversation_id: null,
  last_contact_agent_id: null,
  last_contact_agent_name: null,
}

test('a page as upstream sends it tells its cursor at its end', () => {
  const page = { users: [row], has_more: true, next_cursor: 'eyJwYWdlIjoxfQ==' }
  expect(cursorAtEnd(JSON.stringify(page))).toBe(page.next_cursor)
  expect(cursorAtEnd(`${JSON.stringify(page, null, 2)}\n`)).toBe(page.next_cursor)
})

test('it is the cursor that the page has, whatever is in it and in whichever order, or none', () => {
  const cursor = fc.oneof(
    fc.string(),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('', 'a"b', 'a\\b', 'é', '"}', 'x'.repeat(8_192)),
  )
  // With what a page ends with also within its rows, and as text.
  const decoy = fc.constantFrom(
    { has_more: true, next_cursor: 'decoy' },
    '"has_more":true,"next_cursor":"decoy"}',
    null,
  )
  const field = fc.oneof(
    fc.tuple(
      fc.constant('users'),
      fc.array(
        decoy.map((raw) => ({ ...row, raw })),
        { maxLength: 2 },
      ),
    ),
    fc.tuple(fc.constant('has_more'), fc.constantFrom(true, true, true, false, null)),
    fc.tuple(fc.constant('next_cursor'), fc.oneof(cursor, fc.constant(null))),
    fc.tuple(fc.constantFrom('extra', 'meta'), decoy),
  )
  let told = 0
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(field, { minLength: 1, maxLength: 6 }),
        // As upstream has it, and a name twice.
        fc.tuple(
          fc.constant<[string, unknown]>(['users', [row]]),
          field,
          fc.constant<[string, unknown]>(['has_more', true]),
          fc.tuple(fc.constant('next_cursor'), cursor),
        ),
      ),
      fc.constantFrom(undefined, 1, '\t'),
      (fields, space) => {
        // By hand, for a name may come twice.
        const text = `{${fields.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value, null, space)}`).join(',')}}`
        const early = cursorAtEnd(text)
        if (early === null) return
        told++
        let page: ReturnType<typeof readPage>
        try {
          page = readPage(text)
        } catch {
          // What cannot be read has no next page.
          return
        }
        expect(page.nextCursor).toBe(early)
      },
    ),
    { numRuns: 3_000 },
  )
  expect(told).toBeGreaterThan(100)
})
