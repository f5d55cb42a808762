import { parseRetryAfter } from '../http/retry-after.ts'
import { type Kind, urlField, type Verdict } from './kind.ts'
import { webhook } from './webhook.ts'

/** Make: a webhook to a scenario that begins with “Custom webhook”. */
export const make: Kind = {
  ...webhook,
  name: 'make',
  title: 'Make',
  description: 'The event as JSON to a scenario that begins with Webhooks, Custom webhook.',
  docs: 'docs/destinations/make.md',
  fields: [
    urlField({
      label: 'Webhook URL',
      help: 'From the first module of the scenario: Webhooks, Custom webhook. Whoever has it can start the scenario.',
      placeholder: 'https://hook.eu2.make.com/…',
      secret: true,
    }),
  ],
  // Make takes 300 requests in ten seconds: https://help.make.com/webhooks
  defaults: { rate_limit: 25 },
  secretUrl: true,
  warnings: ({ hostname }) =>
    /^hook\.(?:[\w-]+\.)?make\.com$/.test(hostname)
      ? []
      : [
          'This is not the URL of a custom webhook, which begins with https://hook. and a region of make.com.',
        ],
  classify: ({ status, headers }, nowMs): Verdict | null => {
    if (status === 400)
      return again('Make answered 400: the queue of the webhook is full. Look whether the scenario runs.')
    if (status === 410) {
      const message =
        'Make answered 410: no scenario listens to this webhook. Turn the scenario on, and enable the endpoint again.'
      return { kind: 'failed', code: 'rejected', message, retry: 'never', disable: true }
    }
    if (status !== 429) return null
    return {
      ...again('Make answered 429: it has had enough for now. Set a lower rate limit on the endpoint.'),
      code: 'rate_limited',
      retryAfterMs: parseRetryAfter(headers['retry-after'], nowMs),
    }
  },
}

function again(message: string): Extract<Verdict, { kind: 'failed' }> {
  return { kind: 'failed', code: 'http_status', message, retry: 'schedule' }
}
