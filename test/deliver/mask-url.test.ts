import { expect, test } from 'vitest'
import { maskUrl, maskUrlIn } from '../../src/deliver/mask-url.ts'

test.each([
  ['https://hooks.slack.com/services/T000/B000/XXXX', 'https://hooks.slack.com/services/••••'],
  ['https://hooks.slack.com/triggers/E1/2/abc', 'https://hooks.slack.com/triggers/••••'],
  ['https://discord.com/api/webhooks/123/abc-DEF', 'https://discord.com/api/webhooks/123/••••'],
  ['https://ptb.discord.com/api/v10/webhooks/123/abc', 'https://ptb.discord.com/api/v10/webhooks/123/••••'],
  ['https://api.telegram.org/bot123:AAE/sendMessage', 'https://api.telegram.org/bot123:••••/sendMessage'],
  ['https://hooks.zapier.com/hooks/catch/1/abc/', 'https://hooks.zapier.com/hooks/catch/••••'],
  ['https://hook.eu1.make.com/abcdef', 'https://hook.eu1.make.com/••••'],
  ['https://user:pass@example.com/a', 'https://example.com/a'],
  ['https://example.com/a?token=x1&page=2', 'https://example.com/a?token=••••&page=2'],
  ['https://example.com/a?api_key=x1', 'https://example.com/a?api_key=••••'],
  [
    'https://prod.logic.azure.com/w/1?api-version=1&sig=x1',
    'https://prod.logic.azure.com/w/1?api-version=1&sig=••••',
  ],
])('%s is shown as %s', (url, shown) => {
  expect(maskUrl(url)).toBe(shown)
})

test.each([
  'https://example.com/ringpost?page=2&q=a+b#top',
  'http://127.0.0.1:8080/hook',
  'https://slack.com/services/T0/B0/X',
  'https://hooks.slack.com/',
  'https://notdiscord.com/api/webhooks/1/a',
  'no url',
])('%s is shown as it is', (url) => {
  expect(maskUrl(url)).toBe(url)
})

test('a URL is masked where a sentence repeats it', () => {
  const url = 'https://hooks.slack.com/services/T0/B0/X'
  expect(maskUrlIn(`No answer from ${url} in time.`, url)).toBe(
    'No answer from https://hooks.slack.com/services/•••• in time.',
  )
})
