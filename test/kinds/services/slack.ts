import { type Sent, type Service, startService } from './service.ts'

const PATH = '/services/T0000/B0000/sekretSlackToken0001'
const BLOCKS: Record<string, string[]> = {
  header: ['type', 'text', 'block_id'],
  section: ['type', 'text', 'fields', 'block_id', 'expand'],
  context: ['type', 'elements', 'block_id'],
}
const FIELDS = ['text', 'blocks', 'attachments', 'unfurl_links', 'unfurl_media']

/**
 * Slack's incoming webhooks: Block Kit's limits, `invalid_payload`, and one message a second with short bursts.
 * https://docs.slack.dev/reference/block-kit/blocks
 */
export async function startSlack(): Promise<Service> {
  const service = await startService({
    paceMs: 1_000,
    accepted: () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: 'ok' }),
    tooFast: (waitMs) => ({
      status: 429,
      headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) },
      body: 'rate_limited',
    }),
    judge(body: Sent, { path }) {
      if (path !== PATH) return { status: 403, body: 'invalid_token' }
      if (body === undefined || Object.keys(body).some((name) => !FIELDS.includes(name))) {
        return { status: 400, body: 'invalid_payload' }
      }
      if (typeof body.text !== 'string' || body.text === '') return { status: 400, body: 'no_text' }
      if (body.text.length > 40_000 || body.blocks.length > 50 || !body.blocks.every(isBlock)) {
        return { status: 400, body: 'invalid_blocks' }
      }
      return see(body)
    },
  })
  return {
    ...service,
    kind: 'slack',
    url: service.origin + PATH,
    settings: {},
    secrets: [PATH, 'sekretSlackToken0001'],
    documented: [
      { status: 200, body: 'ok', outcome: 'succeeded' },
      { status: 400, body: 'invalid_payload', outcome: 'never' },
      { status: 400, body: 'invalid_blocks', outcome: 'never' },
      { status: 400, body: 'no_text', outcome: 'never' },
      { status: 400, body: 'too_many_attachments', outcome: 'never' },
      { status: 400, body: 'user_not_found', outcome: 'never' },
      { status: 403, body: 'action_prohibited', outcome: 'disabled' },
      { status: 403, body: 'posting_to_general_channel_denied', outcome: 'disabled' },
      { status: 403, body: 'invalid_token', outcome: 'disabled' },
      { status: 404, body: 'channel_not_found', outcome: 'disabled' },
      { status: 404, body: 'no_service', outcome: 'disabled' },
      { status: 404, body: 'no_service_id', outcome: 'disabled' },
      { status: 404, body: 'no_active_hooks', outcome: 'disabled' },
      { status: 404, body: 'no_team', outcome: 'disabled' },
      { status: 403, body: 'team_disabled', outcome: 'disabled' },
      { status: 410, body: 'channel_is_archived', outcome: 'disabled' },
      { status: 429, headers: { 'retry-after': '30' }, body: '', outcome: 'again', waitMs: 30_000 },
      { status: 500, body: 'rollup_error', outcome: 'again' },
      { status: 503, body: 'service unavailable', outcome: 'again' },
    ],
  }
}

function isBlock(block: Sent): boolean {
  const known = BLOCKS[block?.type]
  if (known === undefined || Object.keys(block).some((name) => !known.includes(name))) return false
  if (block.type === 'header') return block.text.type === 'plain_text' && isText(block.text, 150)
  if (block.type === 'context') {
    return between(block.elements, 1, 10) && block.elements.every((one: Sent) => isText(one, 3_000))
  }
  const hasText = block.text !== undefined && isText(block.text, 3_000)
  const hasFields =
    block.fields !== undefined &&
    between(block.fields, 1, 10) &&
    block.fields.every((one: Sent) => isText(one, 2_000))
  return (
    (hasText || hasFields) &&
    (block.text === undefined || hasText) &&
    (block.fields === undefined || hasFields)
  )
}

function isText(text: Sent, longest: number): boolean {
  const known = text.type === 'plain_text' ? ['type', 'text', 'emoji'] : ['type', 'text', 'verbatim']
  if (!['plain_text', 'mrkdwn'].includes(text.type)) return false
  if (Object.keys(text).some((name) => !known.includes(name))) return false
  return typeof text.text === 'string' && text.text.length >= 1 && text.text.length <= longest
}

function between(list: unknown[], least: number, most: number): boolean {
  return Array.isArray(list) && list.length >= least && list.length <= most
}

/** What Slack makes of `<…>`: mentions, dates and links. All texts are looked at, as if each were markup. */
function see(body: Sent) {
  const texts: string[] = [body.text, ...body.blocks.flatMap(textsOf)]
  const tokens = texts.flatMap((text) => [...text.matchAll(/<([^>]*)>/g)].map(([, inside = '']) => inside))
  const links = tokens.filter((token) => /^(https?|mailto|tel|slack):/i.test(token))
  const isDate = (token: string) => /^!date\^-?\d+\^[^^|]+\|[^|]+$/.test(token)
  return {
    parts: body.blocks.map((block: Sent) => `${block.type} ${textsOf(block).length}`),
    text: texts.map(decode).join('\n'),
    mentions: [
      ...tokens.filter((token) => !isDate(token) && !links.includes(token)),
      // With one of these left as it is, markup could begin.
      ...texts.flatMap((text) => text.replace(/<[^>]*>/g, '').match(/[<>]|&(?!amp;|lt;|gt;)/g) ?? []),
      // Markup in what is no text of ours.
      ...body.blocks.flatMap(markupOf),
    ],
    links: links.map((link) => link.split('|')[0] ?? ''),
  }
}

function textsOf(block: Sent): string[] {
  return [block.text, ...(block.fields ?? []), ...(block.elements ?? [])].flatMap((one) => one?.text ?? [])
}

/** Every mrkdwn that is neither a label, nor a date or a link. */
function markupOf(block: Sent): string[] {
  return [block.text, ...(block.fields ?? []), ...(block.elements ?? [])]
    .filter((one) => one?.type === 'mrkdwn')
    .map((one) => one.text as string)
    .filter((text) => !/^\*[\w -]+\*$/.test(text) && !/^<[^<>]+>$/.test(text) && !/^[\w ,:+]+$/.test(text))
}

function decode(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}
