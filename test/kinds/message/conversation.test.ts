import { expect, test } from 'vitest'
import { describeConversation, readableDuration } from '../../../src/kinds/message/describe-conversation.ts'
import { describeEvent } from '../../../src/kinds/message/describe-event.ts'
import { eventWith, sendTo } from '../send.ts'
import { SERVICES } from '../services/all.ts'

const CONVERSATION = {
  conversation_id: 'conv_1',
  status: 'done',
  start_time_unix_secs: 1_700_000_000,
  duration_secs: 245,
  outcome: 'success',
  summary: 'The caller wants to move their appointment to Friday.',
  phone_number: '+13035550178',
}

test('a call is told with its length, how it went, the number and the summary', () => {
  const event = eventWith('user.created', null)
  Object.assign(event.data, { conversation: CONVERSATION })
  const { facts, note } = describeEvent(event, 'https://elevenlabs.io')
  expect(facts.slice(-3)).toEqual([
    { label: 'Duration', value: '4 min 5 s' },
    { label: 'Outcome', value: 'Successful' },
    { label: 'Phone', value: '+1 (303) 555-0178' },
  ])
  expect(note).toBe('The caller wants to move their appointment to Friday.')
})

test('a number that is the user’s id is not told twice, and what is not known is left out', () => {
  expect(describeConversation({ ...CONVERSATION, outcome: 'unknown' }, '+13035550178').facts).toEqual([
    ['Duration', '4 min 5 s'],
    ['Outcome', null],
    ['Phone', null],
  ])
  for (const none of [null, undefined, 'x', 5]) {
    expect(describeConversation(none, 'x')).toEqual({ facts: [], note: null })
  }
  expect(describeConversation({ duration_secs: -1, summary: '  ', phone_number: 7 }, 'x')).toEqual({
    facts: [
      ['Duration', null],
      ['Outcome', null],
      ['Phone', null],
    ],
    note: null,
  })
})

test('a long summary is shortened', () => {
  const { note } = describeConversation({ summary: '👍'.repeat(2_000) }, 'x')
  expect(note?.length).toBeLessThanOrEqual(700)
  expect(note).toMatch(/👍…$/u)
})

test.each([
  [0, '0 s'],
  [59.6, '1 min'],
  [61, '1 min 1 s'],
  [3_600, '1 h'],
  [7_320, '2 h 2 min'],
  [90_000, null],
  [Number.NaN, null],
])('%d seconds are %s', (secs, text) => {
  expect(readableDuration(secs)).toBe(text)
})

test.each(['slack', 'discord', 'teams', 'telegram'])('%s shows all of it', async (kind) => {
  const service = await SERVICES[kind]?.()
  if (service === undefined) throw new Error(`There is no ${kind}.`)
  const event = eventWith('user.created', null)
  Object.assign(event.data, { conversation: CONVERSATION })
  const { status, body } = await sendTo(service, event)
  expect(status, body).toBeLessThan(300)
  const text = service.seen.at(-1)?.text.replace(/[\\\u2060]/g, '')
  for (const part of ['4 min 5 s', 'Successful', '555-0178', 'appointment to Friday'])
    expect(text).toContain(part)
})
