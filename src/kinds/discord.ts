import { parseRetryAfter } from '../http/retry-after.ts'
import { chatFields } from './chat-fields.ts'
import { type Answer, type Kind, type Target, urlField, type Verdict } from './kind.ts'
import { describeDigest } from './message/describe-digest.ts'
import { describeEvent } from './message/describe-event.ts'
import type { Message, Value } from './message/message.ts'
import { shorten } from './message/shorten.ts'
import { readableTime } from './message/time.ts'
import { readJson } from './read-json.ts'

/** https://discord.com/developers/docs/resources/message#embed-object-embed-limits: 6,000 characters in all. */
const LIMITS = { title: 256, description: 2_000, name: 256, value: 300, footer: 500, line: 180 }

/**
 * Discord's webhooks. `allowed_mentions` lets nobody be mentioned; a backslash before each mark that Discord knows
 * makes it a mere character.
 */
export const discord: Kind = {
  name: 'discord',
  title: 'Discord',
  description: 'A message in a channel for each event, as an embed that mentions nobody.',
  docs: 'docs/destinations/discord.md',
  fields: [
    urlField({
      label: 'Webhook URL',
      help: 'In the settings of the channel, under Integrations, Webhooks. Whoever has it can post.',
      placeholder: 'https://discord.com/api/webhooks/…/…',
      secret: true,
    }),
    ...chatFields({ without: 'each reader sees their own' }),
  ],
  // A channel takes 30 messages a minute through webhooks.
  defaults: { rate_limit: 0.5 },
  webhook: false,
  secretUrl: true,
  refusal: ({ pathname }) =>
    /^\/api\/(?:v\d+\/)?webhooks\/\d+\/[^/]+\/(slack|github)\/?$/.test(pathname)
      ? 'This is the form of a Discord webhook for other services: take away what follows its token.'
      : null,
  warnings: ({ hostname, pathname }) =>
    /^(?:[\w-]+\.)?discord(?:app)?\.com$/.test(hostname) && /^\/api\/(?:v\d+\/)?webhooks\//.test(pathname)
      ? []
      : ['This is not the URL of a Discord webhook: it must take what Discord takes.'],
  toRequest: (event, target) => request(describeEvent(event.read(), dashboardOf(target)), target),
  toDigest: (events, target) =>
    request(
      describeDigest(
        events.map(({ read }) => read()),
        dashboardOf(target),
      ),
      target,
    ),
  classify,
}

function dashboardOf({ settings }: Target): string {
  return settings.dashboard_url ?? ''
}

function request({ title, facts, note, lines, link, context }: Message, { settings }: Target) {
  const parts = [
    ...(note === null ? [] : [shorten(note, LIMITS.description, escapeMark)]),
    ...lines.map(listed),
  ]
  const embed = {
    title: shorten(title, LIMITS.title, escapeMark),
    ...(link === null ? {} : { url: link.url }),
    ...(parts.length > 0 ? { description: parts.join('\n') } : {}),
    fields: facts.map(({ label, value }) => ({
      name: shorten(label, LIMITS.name, escapeMark),
      value: valueText(value, settings.time_zone ?? null),
      inline: true,
    })),
    footer: { text: shorten(context, LIMITS.footer) },
  }
  const body = JSON.stringify({ embeds: [embed], allowed_mentions: { parse: [] } })
  return { contentType: 'application/json', body }
}

function listed(line: string): string {
  return `• ${shorten(line, LIMITS.line, escapeMark)}`
}

/** Discord shows a timestamp in the zone of whoever reads it. */
function valueText(value: Value, zone: string | null): string {
  if (typeof value === 'string') return shorten(value, LIMITS.value, escapeMark)
  return zone === null ? `<t:${value.secs}:f>` : readableTime(value.secs, zone)
}

/** All ASCII marks but those that stand in nearly every text and mean nothing by themselves. */
function escapeMark(character: string): string {
  return /[!"#$%&'()*+\-/:;<=>?@[\\\]^_`{|}~]/.test(character) ? `\\${character}` : character
}

/** Errors that only a person can mend. https://discord.com/developers/docs/topics/opcodes-and-status-codes#json */
const GONE: Record<number, string> = {
  10003: 'the channel is not there any more. Make a webhook in another one.',
  10015: 'the webhook is not there any more. Make a new one.',
  50027: 'the token of the webhook is not valid. Copy its URL again.',
}

function classify({ status, headers, body }: Answer, nowMs: number): Verdict | null {
  if (status >= 200 && status < 300) {
    // The last of a bucket: what comes before it is full again would be refused.
    const empty = headers['x-ratelimit-remaining'] === '0'
    const pauseMs = empty ? parseRetryAfter(headers['x-ratelimit-reset-after'], nowMs) : null
    return { kind: 'succeeded', ...(pauseMs === null ? {} : { pauseMs }) }
  }
  const { code, retry_after } = readJson(body)
  if (status === 429) {
    const asked = typeof retry_after === 'number' ? String(retry_after) : headers['retry-after']
    return {
      kind: 'failed',
      code: 'rate_limited',
      message: 'Discord has had enough messages for now, and asked for patience.',
      retry: 'schedule',
      retryAfterMs: parseRetryAfter(asked, nowMs),
    }
  }
  if (status < 400 || status >= 500 || status === 408) return null
  const gone = (typeof code === 'number' ? GONE[code] : undefined) ?? goneBy(status)
  if (gone !== undefined) {
    const message = `Discord answered ${status}: ${gone}`
    return { kind: 'failed', code: 'rejected', message, retry: 'never', disable: true }
  }
  const message = `Discord answered ${status} and does not take the message. Please report this.`
  return { kind: 'failed', code: 'rejected', message, retry: 'never' }
}

function goneBy(status: number): string | undefined {
  if (status === 401 || status === 403) return 'it does not let the webhook post. Make a new one.'
  return status === 404 ? 'there is no such webhook. Copy its URL again, or make a new one.' : undefined
}
