import { parseRetryAfter } from '../http/retry-after.ts'
import { chatFields } from './chat-fields.ts'
import { type Answer, type Kind, type Target, urlField, type Verdict } from './kind.ts'
import { describeDigest } from './message/describe-digest.ts'
import { describeEvent } from './message/describe-event.ts'
import type { Message, Value } from './message/message.ts'
import { shorten } from './message/shorten.ts'
import { readableTime } from './message/time.ts'

/** Far below the 28 KB that a card may have, also where each character takes four bytes or an escape of six. */
const LIMITS = { title: 150, value: 300, note: 1_500, line: 150, context: 300 }

/**
 * Microsoft Teams, through a workflow that posts an Adaptive Card. Texts are runs of a RichTextBlock, which knows
 * no Markdown; a mention would need an entity that the card does not have.
 */
export const teams: Kind = {
  name: 'teams',
  title: 'Microsoft Teams',
  description: 'An Adaptive Card in a channel or chat for each event, posted by a workflow.',
  docs: 'docs/destinations/teams.md',
  fields: [
    urlField({
      label: 'Workflow URL',
      help: 'Of a workflow that was made from the template “Send webhook alerts to a channel”. Whoever has it can post.',
      placeholder: 'https://….environment.api.powerplatform.com:443/powerautomate/…&sig=…',
      secret: true,
    }),
    ...chatFields({ without: 'UTC' }),
  ],
  defaults: { rate_limit: 1 },
  webhook: false,
  secretUrl: true,
  refusal: ({ hostname }) =>
    /(^|\.)webhook\.office\.com$|^outlook\.office(365)?\.com$/.test(hostname)
      ? 'This is an Office 365 connector, which Microsoft has retired: make a workflow from the template “Send webhook alerts to a channel”, and use its URL.'
      : null,
  warnings: ({ hostname }) =>
    /\.(logic\.azure\.(com|us)|api\.powerplatform\.(com|us)|azure-apihub\.net)$/.test(hostname)
      ? []
      : ['This is not the URL of a workflow: it must take what Teams takes.'],
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
  const { title, summary, facts, note, lines, link, context } = message
  const zone = settings.time_zone ?? 'UTC'
  const card = {
    $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
    type: 'AdaptiveCard',
    version: '1.4',
    fallbackText: shown(summary, LIMITS.value),
    body: [
      runs([{ text: shown(title, LIMITS.title), size: 'Large', weight: 'Bolder' }]),
      ...facts.map(({ label, value }) =>
        runs([
          { text: `${shown(label, LIMITS.title)}: `, weight: 'Bolder' },
          { text: valueText(value, zone) },
        ]),
      ),
      ...(note === null ? [] : [runs([{ text: shown(note, LIMITS.note) }])]),
      ...lines.map((line) => runs([{ text: `• ${shown(line, LIMITS.line)}` }])),
      runs([{ text: shown(context, LIMITS.context), size: 'Small', isSubtle: true }]),
    ],
    ...(link === null ? {} : { actions: [{ type: 'Action.OpenUrl', title: link.label, url: link.url }] }),
    msteams: { width: 'Full' },
  }
  const attachment = {
    contentType: 'application/vnd.microsoft.card.adaptive',
    contentUrl: null,
    content: card,
  }
  const body = JSON.stringify({ type: 'message', attachments: [attachment] })
  return { contentType: 'application/json', body }
}

interface Run {
  text: string
  size?: 'Large' | 'Small'
  weight?: 'Bolder'
  isSubtle?: boolean
}

function runs(parts: readonly Run[]) {
  return {
    type: 'RichTextBlock',
    spacing: 'Small',
    inlines: parts.map((part) => ({ type: 'TextRun', ...part })),
  }
}

/** Two braces would begin a function of Adaptive Cards (`{{DATE(…)}}`), or a template's expression (`${…}`). */
function shown(text: string, limit: number): string {
  return shorten(text.replace(/([{$])(?=\{)/g, '$1\u200b'), limit)
}

function valueText(value: Value, zone: string): string {
  return typeof value === 'string' ? shown(value, LIMITS.value) : readableTime(value.secs, zone)
}

function classify({ status, headers, body }: Answer, nowMs: number): Verdict | null {
  if (status === 429) {
    return {
      kind: 'failed',
      code: 'rate_limited',
      message: 'Teams has had enough messages for now, and asked for patience.',
      retry: 'schedule',
      retryAfterMs: parseRetryAfter(headers['retry-after'], nowMs),
    }
  }
  const gone = goneBy(status, body)
  if (gone !== null) {
    const message = `Teams answered ${status}: ${gone}`
    return { kind: 'failed', code: 'rejected', message, retry: 'never', disable: true }
  }
  if (status === 400 || status === 413) {
    const message = `Teams answered ${status}: the workflow does not take the card. It must be one that was made from the template “Send webhook alerts to a channel”.`
    return { kind: 'failed', code: 'rejected', message, retry: 'never' }
  }
  return null
}

/** What only a person can mend. */
function goneBy(status: number, body: string): string | null {
  if (/WorkflowTriggerIsNotEnabled|WorkflowDisabled|WorkflowSuspended/i.test(body) && status >= 400) {
    return 'the workflow is turned off. Turn it on, and enable the endpoint again.'
  }
  if (status === 401 || status === 403)
    return 'the URL is not, or not any more, allowed to start the workflow. Copy it again.'
  if (status === 404 || status === 410) return 'the workflow is not there any more. Make a new one.'
  return null
}
