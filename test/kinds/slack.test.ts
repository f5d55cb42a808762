import type { KnownBlock } from '@slack/types'
import { expect, test } from 'vitest'
import { describeEvent } from '../../src/kinds/message/describe-event.ts'
import { slackMessage } from '../../src/kinds/slack.ts'
import { EVERY_TYPE, eventWith } from './send.ts'

const DASHBOARD = 'https://elevenlabs.io'

/** The compiler holds the blocks against Slack's own types. */
function blocksOf(type: (typeof EVERY_TYPE)[number], zone: string | null = null): KnownBlock[] {
  return slackMessage(describeEvent(eventWith(type, null), DASHBOARD), zone).blocks
}

test('a first-time caller is told without any setting', () => {
  const event = eventWith('user.created', null)
  const message = slackMessage(describeEvent(event, DASHBOARD), null)
  expect(message).toEqual({
    text: 'First-time caller: +1 (555) 123-4567 · SupportBot Alpha',
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: 'First-time caller', emoji: false } },
      {
        type: 'section',
        fields: [
          { type: 'mrkdwn', text: '*User*', verbatim: true },
          { type: 'plain_text', text: '+1 (555) 123-4567', emoji: false },
          { type: 'mrkdwn', text: '*Agent*', verbatim: true },
          { type: 'plain_text', text: 'SupportBot Alpha', emoji: false },
          { type: 'mrkdwn', text: '*First contact*', verbatim: true },
          {
            type: 'mrkdwn',
            text: '<!date^1795427970^{date_short_pretty}, {time}|23 Nov 2026, 09:59 UTC>',
            verbatim: true,
          },
          { type: 'mrkdwn', text: '*Conversations*', verbatim: true },
          { type: 'plain_text', text: '1', emoji: false },
        ],
      },
      {
        type: 'section',
        text: {
          type: 'mrkdwn',
          text: '<https://elevenlabs.io/app/agents/history/conv_01k9v6q2c8f4xtr0z5m7nbhw3e|Open the conversation>',
          verbatim: true,
        },
      },
      {
        type: 'context',
        elements: [{ type: 'plain_text', text: `default · user.created · ${event.id}`, emoji: false }],
      },
    ],
    unfurl_links: false,
    unfurl_media: false,
  })
})

test('a time zone makes times the same for every reader', () => {
  expect(JSON.stringify(blocksOf('user.created', 'Europe/Berlin'))).toContain('23 Nov 2026, 10:59 CET')
})

test('each type of event is a sentence of its own', () => {
  const told = Object.fromEntries(
    EVERY_TYPE.map((type) => [type, describeEvent(eventWith(type, null), DASHBOARD).summary]),
  )
  expect(told).toEqual({
    'user.created': 'First-time caller: +1 (555) 123-4567 · SupportBot Alpha',
    'user.conversation_count.increased': 'Called again: +1 (555) 123-4567 · SupportBot Alpha',
    'user.returned': 'Back after a long time: +1 (555) 123-4567 · SupportBot Alpha',
    'user.milestone_reached': '5 conversations: +1 (555) 123-4567 · SupportBot Alpha',
    'user.sentiment.dropped': 'Sentiment dropped: +1 (555) 123-4567 · SupportBot Alpha',
    'user.removed': 'No longer in the list: +1 (555) 123-4567',
    'source.failing': 'A source cannot be polled: default',
    'source.recovered': 'A source can be polled again: default',
    'source.needs_attention': 'A source waits for your decision: default',
    'endpoint.failing': 'An endpoint is failing: CRM',
    'endpoint.disabled': 'An endpoint was disabled: CRM',
    'endpoint.recovered': 'An endpoint works again: CRM',
    'ringpost.test': 'A test from ringpost',
  })
  for (const type of EVERY_TYPE) expect(blocksOf(type).length).toBeGreaterThan(1)
})

test('the facts of a rise, a return and a drop', () => {
  const factsOf = (type: (typeof EVERY_TYPE)[number]) =>
    describeEvent(eventWith(type, null), DASHBOARD).facts.map(({ label, value }) => [label, value])
  expect(factsOf('user.conversation_count.increased')).toContainEqual(['Conversations', '3 → 5'])
  expect(factsOf('user.returned')).toContainEqual(['Before that', { secs: 1_791_000_000 }])
  expect(factsOf('user.sentiment.dropped')).toContainEqual(['Sentiment', '-0.4, below -0.2'])
})

test('a sample says that it is one', () => {
  const event = eventWith('user.created', null)
  event.data.sample = true
  expect(describeEvent(event, DASHBOARD).title).toBe('Sample: First-time caller')
})
