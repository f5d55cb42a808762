import { expect, test } from 'vitest'
import { buildEvent } from '../../src/detect/build-event.ts'
import type { UserRow } from '../../src/types.ts'

const LIMIT = 16_384
const ROW: UserRow = {
  user_id: '+15551234567',
  conversation_count: 5,
  first_contact_unix_secs: 1_677_628_800,
  last_contact_unix_secs: 1_685_404_800,
  last_contact_conversation_id: 'conv_1',
  last_contact_agent_id: 'agent_1',
  last_contact_agent_name: 'SupportBot Alpha',
  sentiment: null,
  raw: {},
}
const CHANGE = { type: 'user.created', from: 0, to: 5, epoch: 0, previous: null } as const
const bytes = (value: unknown) => Buffer.byteLength(JSON.stringify(value))

/** A row of exactly so many bytes. */
function rowOf(size: number, character: string): Record<string, unknown> {
  const note = character.repeat((size - bytes({ note: '' })) / Buffer.byteLength(character))
  return { note: note + 'x'.repeat(size - bytes({ note })) }
}

test.each(['x', 'é', '界', '📞'])('a row of 16 KB of %s is copied, one byte more is not', (character) => {
  for (const [size, copied] of [
    [LIMIT, true],
    [LIMIT + 1, false],
  ] as const) {
    const raw = rowOf(size, character)
    expect(bytes(raw)).toBe(size)
    const event = buildEvent({ id: 'src_default', name: 'default' }, CHANGE, { ...ROW, raw }, 0)
    expect(event.data.raw).toEqual(copied ? raw : null)
    expect(bytes(event)).toBeLessThan(20_000)
  }
})

test('what else a row says is bounded too', () => {
  const long = '📞'.repeat(100_000)
  const row: UserRow = {
    ...ROW,
    last_contact_conversation_id: long,
    last_contact_agent_id: long,
    last_contact_agent_name: `x${long}`,
    sentiment: { note: long },
    raw: { long },
  }
  const event = buildEvent({ id: 'src_default', name: 'default' }, CHANGE, row, 0)
  expect(bytes(event)).toBeLessThan(20_000)
  expect(event.data.user).toMatchObject({
    user_id: ROW.user_id,
    last_contact_agent_id: null,
    last_contact_conversation_id: null,
    sentiment: null,
  })
  const { last_contact_agent_name: name } = event.data.user as UserRow
  expect([name?.slice(0, 3), name?.isWellFormed()]).toEqual(['x📞', true])
})
