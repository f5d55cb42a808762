import { parseRetryAfter } from '../http/retry-after.ts'
import { chatFields } from './chat-fields.ts'
import type { Answer, Kind, Target, Verdict } from './kind.ts'
import { describeDigest } from './message/describe-digest.ts'
import { describeEvent } from './message/describe-event.ts'
import type { Message, Value } from './message/message.ts'
import { shorten } from './message/shorten.ts'
import { readableTime } from './message/time.ts'
import { readJson } from './read-json.ts'

/** A message has 4,096 characters: https://core.telegram.org/bots/api#sendmessage */
const LIMITS = { title: 150, value: 250, note: 1_000, line: 150, context: 300 }
const OFFICIAL = 'https://api.telegram.org'

/**
 * Telegram's `sendMessage`, in plain text. Telegram itself makes mentions, tags, commands and links out of plain
 * text; a character without width behind the mark that begins one keeps it from that.
 */
export const telegram: Kind = {
  name: 'telegram',
  title: 'Telegram',
  description: 'A message in a chat, a group or a channel for each event, from a bot of yours.',
  docs: 'docs/destinations/telegram.md',
  fields: [
    {
      name: 'bot_token',
      label: 'Bot token',
      help: 'What @BotFather answers to /newbot. Whoever has it is the bot.',
      required: true,
      secret: true,
      default: null,
      placeholder: '123456789:AA…',
      longest: 200,
      problem: (value) =>
        /^\d+:[\w-]{20,}$/.test(value) ? null : 'must be as @BotFather gave it: digits, a colon and letters',
    },
    {
      name: 'chat_id',
      label: 'Chat',
      help: 'The number of the chat or group (of a group it begins with a minus), or @ and the name of a public channel. The bot must be a member.',
      required: true,
      secret: false,
      default: null,
      placeholder: '-1001234567890',
      longest: 64,
      problem: (value) =>
        /^(-?\d{1,20}|@\w{3,40})$/.test(value)
          ? null
          : 'must be a number, or @ and the name of a public channel',
    },
    {
      name: 'api_url',
      label: 'Bot API server',
      help: 'Of a Bot API server of your own.',
      required: false,
      secret: false,
      default: OFFICIAL,
      placeholder: OFFICIAL,
      longest: 200,
      problem: (value) => {
        const url = URL.parse(value)
        const plain =
          url !== null && /^https?:$/.test(url.protocol) && url.origin === value.replace(/\/$/, '')
        return plain ? null : `must be https:// and a host, such as ${OFFICIAL}`
      },
    },
    ...chatFields({ without: 'UTC' }),
  ],
  // https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this: one a second in a chat.
  defaults: { rate_limit: 1 },
  webhook: false,
  secretUrl: true,
  addressOf: ({ api_url = OFFICIAL, bot_token = '' }) =>
    `${api_url.replace(/\/$/, '')}/bot${bot_token}/sendMessage`,
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

function request(message: Message, { settings }: Target) {
  const { title, facts, note, lines, link, context } = message
  const zone = settings.time_zone ?? 'UTC'
  const parts = [
    shorten(title, LIMITS.title, inert),
    facts
      .map(({ label, value }) => `${shorten(label, LIMITS.title, inert)}: ${valueText(value, zone)}`)
      .join('\n'),
    note === null ? '' : shorten(note, LIMITS.note, inert),
    lines.map((line) => `• ${shorten(line, LIMITS.line, inert)}`).join('\n'),
    link === null ? '' : `${link.label}: ${link.url}`,
    shorten(context, LIMITS.context, inert),
  ]
  const body = JSON.stringify({
    chat_id: settings.chat_id ?? '',
    text: parts.filter((part) => part !== '').join('\n\n'),
    link_preview_options: { is_disabled: true },
  })
  return { contentType: 'application/json', body }
}

function valueText(value: Value, zone: string): string {
  return typeof value === 'string' ? shorten(value, LIMITS.value, inert) : readableTime(value.secs, zone)
}

/** A word joiner behind what would begin a mention, a tag, a command, or the rest of a link. */
function inert(character: string): string {
  return '@#$/:'.includes(character) ? `${character}\u2060` : character
}

function classify({ status, headers, body }: Answer, nowMs: number): Verdict | null {
  if (status < 400 || status >= 500) return null
  const { description, parameters } = readJson(body)
  const { retry_after, migrate_to_chat_id } = (parameters ?? {}) as Record<string, unknown>
  if (status === 429) {
    const asked = typeof retry_after === 'number' ? String(retry_after) : headers['retry-after']
    return {
      kind: 'failed',
      code: 'rate_limited',
      message: 'Telegram has had enough messages for now, and asked for patience.',
      retry: 'schedule',
      retryAfterMs: parseRetryAfter(asked, nowMs),
    }
  }
  const said = typeof description === 'string' ? description : ''
  const gone = goneBy(status, said, migrate_to_chat_id)
  if (gone !== null) {
    const message = `Telegram answered ${status}: ${gone}`
    return { kind: 'failed', code: 'rejected', message, retry: 'never', disable: true }
  }
  if (status !== 400) return null
  const message = `Telegram answered 400 and does not take the message${said === '' ? '' : ` (${said.slice(0, 200)})`}.`
  return { kind: 'failed', code: 'rejected', message, retry: 'never' }
}

/** What only a person can mend. */
function goneBy(status: number, said: string, migratedTo: unknown): string | null {
  if (typeof migratedTo === 'number')
    return `the group has become a supergroup: its chat_id is ${migratedTo} now.`
  if (status === 401 || status === 404)
    return 'there is no bot with this token. Copy it again from @BotFather.'
  if (status === 403)
    return 'the bot may not write there: it was blocked or removed, or is not a member. Add it again.'
  if (/chat not found/i.test(said)) return 'there is no such chat, or the bot is not a member of it.'
  if (/have no rights|not enough rights|CHAT_WRITE_FORBIDDEN/i.test(said))
    return 'the bot may not write in this chat. Give it the right to.'
  return null
}
