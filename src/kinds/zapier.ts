import { parseRetryAfter } from '../http/retry-after.ts'
import { type Kind, urlField, type Verdict } from './kind.ts'
import { webhook } from './webhook.ts'

/** Zapier: a webhook to a Zap that begins with “Catch Hook”. It answers 200 to what it has taken, and to nothing else. */
export const zapier: Kind = {
  ...webhook,
  name: 'zapier',
  title: 'Zapier',
  description: 'The event as JSON to a Zap that begins with Webhooks by Zapier, Catch Hook.',
  docs: 'docs/destinations/zapier.md',
  fields: [
    urlField({
      label: 'Webhook URL',
      help: 'From the trigger of the Zap: Webhooks by Zapier, Catch Hook, Test. Whoever has it can start the Zap.',
      placeholder: 'https://hooks.zapier.com/hooks/catch/…/…/',
      secret: true,
    }),
  ],
  secretUrl: true,
  warnings: ({ hostname, pathname }) =>
    hostname === 'hooks.zapier.com' && /^\/hooks\/catch\//.test(pathname)
      ? []
      : ['This is not the URL of a Catch Hook, which begins with https://hooks.zapier.com/hooks/catch/.'],
  classify: ({ status, headers }, nowMs): Verdict | null => {
    if (status === 200) return null
    const limited = status === 429
    return {
      kind: 'failed',
      code: limited ? 'rate_limited' : 'http_status',
      message: limited
        ? 'Zapier answered 429: it has had enough for now. Set a rate limit on the endpoint.'
        : `Zapier answered ${status}, and takes an event with 200 alone. Look whether the Zap is on.`,
      retry: 'schedule',
      retryAfterMs: limited || status === 503 ? parseRetryAfter(headers['retry-after'], nowMs) : null,
    }
  },
}
