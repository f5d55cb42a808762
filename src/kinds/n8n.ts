import { type Kind, urlField, type Verdict } from './kind.ts'
import { webhook } from './webhook.ts'

/** n8n: a webhook to a workflow that begins with a Webhook node. */
export const n8n: Kind = {
  ...webhook,
  name: 'n8n',
  title: 'n8n',
  description: 'The event as JSON to a workflow that begins with a Webhook node.',
  docs: 'docs/destinations/n8n.md',
  fields: [
    urlField({
      label: 'Production URL',
      help: 'From the Webhook node, with POST as its method. Add a secret header for its header auth.',
      placeholder: 'https://n8n.example.com/webhook/…',
      secret: false,
    }),
  ],
  warnings: ({ pathname }) =>
    /\/webhook-test\//.test(pathname)
      ? [
          'This is a test URL of n8n, which listens for one call after “Listen for test event” alone: use the production URL (/webhook/), and activate the workflow.',
        ]
      : [],
  classify: ({ status }): Verdict | null => {
    if (status !== 404) return null
    const message =
      'n8n answered 404: no active workflow has this webhook. Activate it, and look whether the node takes POST.'
    return { kind: 'failed', code: 'http_status', message, retry: 'schedule' }
  },
}
