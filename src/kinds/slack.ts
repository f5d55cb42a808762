import { parseRetryAfter } from '../http/retry-after.ts'
import { chatFields } from './chat-fields.ts'
import { type Answer, type EventText, type Kind, type Target, urlField, type Verdict } from './kind.ts'
import { describeDigest } from './message/describe-digest.ts'
import { describeEvent } from './message/describe-event.ts'
import type { Message, Value } from './message/message.ts'
import { shorten } from './message/shorten.ts'
import { readableTime } from './message/time.ts'

/** https://docs.slack.dev/reference/block-kit/blocks (characters) */
const LIMITS = { header: 150, field: 2_000, fields: 10, section: 3_000, text: 3_000 }
/** A user id may be as long as it likes, and nobody reads 2,000 characters in a field. */
const READABLE = 300

/**
 * Slack's incoming webhooks. What comes from outside stands in `plain_text`, which knows no markup, or escaped in
 * our own; three characters make a mention or a link, and these are escaped everywhere.
 */
export const slack: Kind = {
  name: 'slack',
  title: 'Slack',
  description:
    'A message in a channel for each event, with who called, whom, and a link to the conversation.',
  docs: 'docs/destinations/slack.md',
  fields: [
    urlField({
      label: 'Webhook URL',
      help: 'Of your Slack app, under Features, Incoming Webhooks: one for each channel. Whoever has it can post.',
      placeholder: 'https://hooks.slack.com/services/T…/B…/…',
      secret: true,
    }),
    ...chatFields({ without: 'each reader sees their own' }),
  ],
  // Slack's rate limit of incoming webhooks: one a second for each, short bursts aside.
  defaults: { rate_limit: 1 },
  webhook: false,
  secretUrl: true,
  refusal: ({ hostname, pathname }) =>
    hostname === 'hooks.slack.com' && /^\/(triggers|workflows)\//.test(pathname)
      ? 'This is the trigger of a workflow, which takes fields and no messages: make it an endpoint of kind webhook with a template, or use the URL of an incoming webhook (/services/…).'
      : null,
  warnings: ({ hostname }) =>
    /^hooks\.slack(-gov)?\.com$/.test(hostname)
      ? []
      : ['This is not an address of hooks.slack.com: it must take what Slack takes, Block Kit included.'],
  toRequest: (event, target) => request(describe(event, target), target),
  toDigest: (events, target) =>
    request(
      describeDigest(
        events.map(({ read }) => read()),
        target.settings.dashboard_url ?? '',
      ),
      target,
    ),
  classify,
}

/** A message as Slack has it. */
export function slackMessage(message: Message, zone: string | null) {
  const { title, summary, facts, note, lines, link, context } = message
  return {
    text: shorten(summary, LIMITS.text, escapeMark),
    blocks: [
      { type: 'header' as const, text: plain(title, LIMITS.header) },
      ...chunksOf(facts).map((some) => ({ type: 'section' as const, fields: some.flatMap(fieldsOf(zone)) })),
      ...(note === null ? [] : [{ type: 'section' as const, text: plain(note, LIMITS.section) }]),
      ...(lines.length > 0 ? [{ type: 'section' as const, text: plain(listOf(lines), LIMITS.section) }] : []),
      ...(link === null
        ? []
        : [{ type: 'section' as const, text: ours(`<${escaped(link.url)}|${escaped(link.label)}>`) }]),
      { type: 'context' as const, elements: [plain(context, LIMITS.text)] },
    ],
    // Links in what callers call themselves are not looked up.
    unfurl_links: false,
    unfurl_media: false,
  }
}

function describe(event: EventText, { settings }: Target): Message {
  return describeEvent(event.read(), settings.dashboard_url ?? '')
}

function request(message: Message, { settings }: Target) {
  const body = JSON.stringify(slackMessage(message, settings.time_zone ?? null))
  return { contentType: 'application/json', body }
}

/** A section has room for ten fields. */
function chunksOf(facts: Message['facts']): Message['facts'][] {
  const most = LIMITS.fields / 2
  return facts.length === 0 ? [] : [facts.slice(0, most), ...chunksOf(facts.slice(most))]
}

/** Two fields are a line: what it is, and beside it the value, in which nothing is markup. */
function fieldsOf(zone: string | null) {
  return ({ label, value }: { label: string; value: Value }) => [
    ours(`*${shorten(label, READABLE, escapeMark)}*`),
    typeof value === 'string' ? plain(value, READABLE) : ours(timeText(value.secs, zone)),
  ]
}

/** Slack shows a date in the zone of whoever reads it. */
function timeText(secs: number, zone: string | null): string {
  if (zone !== null) return escaped(readableTime(secs, zone))
  return `<!date^${secs}^{date_short_pretty}, {time}|${escaped(readableTime(secs, 'UTC'))}>`
}

function listOf(lines: readonly string[]): string {
  return lines.map((line) => `• ${shorten(line, 200)}`).join('\n')
}

function plain(text: string, limit: number) {
  return { type: 'plain_text' as const, text: shorten(text, limit, escapeMark), emoji: false }
}

/** Of what is ours, or escaped. `verbatim`: no link is made of what looks like one. */
function ours(text: string) {
  return { type: 'mrkdwn' as const, text, verbatim: true }
}

/** https://docs.slack.dev/messaging/formatting-message-text#escaping */
const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }

function escapeMark(character: string): string {
  return ENTITIES[character] ?? character
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, escapeMark)
}

/**
 * What Slack answers where it does not take a message, and whether a person has to set up another URL.
 * https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks#handling_errors
 */
const REFUSALS: Record<string, [gone: boolean, sentence: string]> = {
  invalid_payload: [false, 'it cannot read the message. Please report this.'],
  invalid_blocks: [false, 'it cannot read the blocks of the message. Please report this.'],
  no_text: [false, 'the message has no text. Please report this.'],
  too_many_attachments: [false, 'the message has too many attachments. Please report this.'],
  user_not_found: [false, 'the user whom the webhook posts to is not there.'],
  action_prohibited: [true, 'an administrator has restricted posting to this channel.'],
  posting_to_general_channel_denied: [true, 'an administrator has restricted posting to #general.'],
  channel_not_found: [true, 'the channel is not there any more. Make a webhook for another one.'],
  channel_is_archived: [true, 'the channel is archived. Unarchive it, or make a webhook for another one.'],
  no_service: [true, 'the webhook was removed or disabled. Make a new one.'],
  no_service_id: [true, 'the webhook URL is not complete. Copy it again.'],
  no_active_hooks: [true, 'the webhook was disabled. Make a new one.'],
  no_team: [true, 'the workspace is not there any more. Make a webhook in another one.'],
  team_disabled: [true, 'the workspace is disabled.'],
  invalid_token: [true, 'the webhook URL is not valid. Copy it again.'],
}

function classify({ status, headers, body }: Answer, nowMs: number): Verdict | null {
  if (status === 429) {
    return {
      kind: 'failed',
      code: 'rate_limited',
      message: 'Slack takes one message a second, and asked for patience.',
      retry: 'schedule',
      retryAfterMs: parseRetryAfter(headers['retry-after'], nowMs),
    }
  }
  if (status < 400 || status >= 500) return null
  const code = codeOf(body)
  const refusal = Object.hasOwn(REFUSALS, code) ? REFUSALS[code] : undefined
  if (refusal === undefined) return null
  const [gone, sentence] = refusal
  return {
    kind: 'failed',
    code: 'rejected',
    message: `Slack answered ${code}: ${sentence}`,
    retry: 'never',
    ...(gone ? { disable: true } : {}),
  }
}

/** A word of plain text; some answers are JSON with the word as `error`. */
function codeOf(body: string): string {
  const text = body.trim()
  return /"error"\s*:\s*"(\w+)"/.exec(text)?.[1] ?? text
}
