import { describe, expect, test } from 'vitest'
import { readPage } from '../../src/elevenlabs/read-page.ts'

const user = { user_id: 'u1', conversation_count: 2, last_contact_unix_secs: 1_685_404_800 }
const page = (users: unknown[], rest: object = { has_more: false, next_cursor: null }) =>
  readPage(JSON.stringify({ users, ...rest }))

describe('rows', () => {
  test('need an id, a count and a last contact, and keep what is unknown in raw', () => {
    const [row] = page([{ ...user, brand_new: { field: 1 } }]).rows
    expect(row).toMatchObject({ ...user, first_contact_unix_secs: null, last_contact_agent_name: null })
    expect(row?.raw).toEqual({ ...user, brand_new: { field: 1 } })
  })

  test.each([
    ['numbers as text', { conversation_count: '2', last_contact_unix_secs: '1685404800' }],
    ['an agent that is no text', { last_contact_agent_id: 7, last_contact_agent_name: { a: 1 } }],
    ['a first contact that is nonsense', { first_contact_unix_secs: 'yesterday' }],
    ['null where nothing is required', { last_contact_agent_id: null, first_contact_unix_secs: null }],
    ['seconds with a fraction', { last_contact_unix_secs: 1685404800.9 }],
  ])('are read with %s', (_, fields) => {
    const { rows, unreadable } = page([{ ...user, ...fields }])
    expect(unreadable).toEqual([])
    expect(rows[0]).toMatchObject({
      user_id: 'u1',
      conversation_count: 2,
      last_contact_unix_secs: 1_685_404_800,
    })
  })

  test.each([
    ['no id', { user_id: undefined }, /user_id/],
    ['an id that is no text', { user_id: 5 }, /user_id/],
    ['half a surrogate pair as id', { user_id: 'a\ud800' }, /Unicode/],
    ['no count', { conversation_count: null }, /conversation_count/],
    ['a negative count', { conversation_count: -1 }, /conversation_count/],
    ['a count that is no number', { conversation_count: 'many' }, /conversation_count/],
    ['a count beyond exact numbers', { conversation_count: 1e300 }, /conversation_count/],
    ['no last contact', { last_contact_unix_secs: undefined }, /last_contact/],
  ])('are set aside with %s, and cost the page nothing', (_, fields, reason) => {
    const { rows, unreadable } = page([
      { ...user, ...fields },
      { ...user, user_id: 'u2' },
    ])
    expect(rows.map(({ user_id }) => user_id)).toEqual(['u2'])
    expect(unreadable).toHaveLength(1)
    expect(unreadable[0]?.reason).toMatch(reason)
  })

  test('that are not objects are set aside too', () => {
    expect(page([null, 7, 'x', [], user]).unreadable).toHaveLength(4)
  })

  test('keep hostile ids byte for byte', () => {
    const ids = [
      '',
      '__proto__',
      'constructor',
      '../..',
      'a\nb\0c',
      '😀\u202e',
      '<!channel>',
      'x'.repeat(4_096),
      '☎'.repeat(1_365),
    ]
    expect(page(ids.map((user_id) => ({ ...user, user_id }))).rows.map((row) => row.user_id)).toEqual(ids)
  })
})

test.each(['x'.repeat(4_097), '☎'.repeat(1_366), '😀'.repeat(1_025)])(
  'an id of over 4 KB is set aside, with the reason',
  (user_id) => {
    const { rows, unreadable } = page([{ ...user, user_id }, user])
    expect(rows).toHaveLength(1)
    expect(unreadable).toEqual([
      { row: expect.stringContaining(user_id.slice(0, 1_000)), reason: 'user_id: is longer than 4 KB' },
    ])
  },
)

describe('the next page', () => {
  test.each([
    [{ has_more: true, next_cursor: 'c' }, 'c'],
    [{ next_cursor: 'c' }, 'c'],
    [{ has_more: null, next_cursor: 'c' }, 'c'],
    [{ has_more: false, next_cursor: 'c' }, null],
    [{ has_more: false }, null],
    [{}, null],
    [{ next_cursor: '' }, null],
  ])('of %j is %j', (rest, expected) => {
    expect(page([user], rest).nextCursor).toBe(expected)
  })

  test.each([{ has_more: true, next_cursor: null }, { has_more: true, next_cursor: '' }, { has_more: true }])(
    'that is promised and not given (%j) makes the page untrustworthy',
    (rest) => {
      expect(() => page([user], rest)).toThrow(/no cursor/)
    },
  )
})

test.each(['', '<html>busy</html>', '{"users": [', '[]', 'null', '{"users": {}}', '{"detail": "x"}'])(
  'a body that is no page is refused: %j',
  (body) => {
    expect(() => readPage(body)).toThrow(expect.objectContaining({ kind: 'bad_page' }))
  },
)
