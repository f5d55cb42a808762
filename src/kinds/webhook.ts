import { cloudEvent } from './cloud-event.ts'
import { type EventText, type Kind, type KindRequest, type Target, urlField } from './kind.ts'
import { renderTemplate } from './template/render-template.ts'

/** Any URL: the event as JSON, signed as Standard Webhooks has it. */
export const webhook: Kind = {
  name: 'webhook',
  title: 'Webhook',
  description:
    'The event as signed JSON (Standard Webhooks) at any URL, also as a CloudEvent or by a template.',
  docs: 'docs/destinations/webhook.md',
  fields: [
    urlField({
      label: 'URL',
      help: 'Where events are sent.',
      placeholder: 'https://example.com/hooks/callers',
      secret: false,
    }),
  ],
  defaults: { rate_limit: null },
  webhook: true,
  secretUrl: false,
  toRequest: toWebhook,
  classify: () => null,
}

/** The body of a webhook. Without template and format it is the event's own text, byte for byte. */
export function toWebhook(event: EventText, { format, template }: Target): KindRequest {
  const rendered = template === null ? undefined : renderTemplate(template, event.read())
  if (format === 'cloudevents') {
    const body = JSON.stringify(cloudEvent(event.read(), rendered))
    return { contentType: 'application/cloudevents+json; charset=utf-8', body }
  }
  const body = rendered === undefined ? event.text : JSON.stringify(rendered)
  return { contentType: 'application/json', body }
}
