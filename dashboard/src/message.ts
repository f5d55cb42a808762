import { moment } from './format.ts'

/** A message for people, as each service shows it in its own way. */
export interface ShownMessage {
  title: string
  facts: [label: string, value: string][]
  lines: string[]
  /** The words of its link. */
  link: string | null
  /** The small print. */
  context: string | null
}

type Shape = Record<string, unknown>

/** Reads the body of a request to a chat service; null where it is none that is known. */
export function readMessage(body: unknown): ShownMessage | null {
  if (!isShape(body)) return null
  const card = shapes(body.attachments)[0]?.content
  const [embed] = shapes(body.embeds)
  if (Array.isArray(body.blocks)) return slackMessage(shapes(body.blocks))
  if (embed) return discordMessage(embed)
  if (isShape(card)) return teamsMessage(card)
  if (typeof body.text === 'string' && 'chat_id' in body) return telegramMessage(body.text)
  return null
}

function slackMessage(blocks: Shape[]): ShownMessage {
  const message = empty()
  for (const { type, text, fields, elements } of blocks) {
    const said = slackText(text)
    if (type === 'header') message.title = said
    else if (type === 'context') message.context = shapes(elements).map(slackText).join(' ')
    else if (Array.isArray(fields)) message.facts.push(...pairs(fields.map(slackText)))
    else if (/^<[^|>]+\|.+>$/.test(rawText(text))) message.link = said
    else if (said !== '') message.lines.push(...said.split('\n'))
  }
  return message
}

/** Slack's own marks: bold, a link, a time in the reader's zone, and the three characters that are escaped. */
function slackText(text: unknown): string {
  return rawText(text)
    .replace(/<!date\^(\d+)\^[^|>]*\|[^>]*>/g, (_all, secs) => moment(Number(secs) * 1000))
    .replace(/<[^|>]+\|([^>]*)>/g, '$1')
    .replace(/^\*(.*)\*$/, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
}

function discordMessage({ title, description, fields, url, footer }: Shape): ShownMessage {
  const lines = discordText(description)
  return {
    title: discordText(title),
    facts: shapes(fields).map(({ name, value }) => [discordText(name), discordText(value)]),
    lines: lines === '' ? [] : lines.split('\n'),
    link: typeof url === 'string' ? 'Open the conversation' : null,
    context: isShape(footer) ? String(footer.text ?? '') : null,
  }
}

/** Discord's marks: a time in the reader's zone, and a backslash before what would mean something. */
function discordText(text: unknown): string {
  return String(text ?? '')
    .replace(/<t:(\d+):\w>/g, (_all, secs) => moment(Number(secs) * 1000))
    .replace(/\\([^\w\s])/g, '$1')
}

function teamsMessage({ body, actions }: Shape): ShownMessage {
  const message = empty()
  const [action] = shapes(actions)
  if (action) message.link = String(action.title ?? '')
  for (const { inlines } of shapes(body)) {
    const runs = shapes(inlines)
    const said = runs.map(({ text }) => String(text ?? ''))
    const [first] = runs
    if (first?.isSubtle) message.context = said.join('')
    else if (message.title === '') message.title = said.join('')
    else if (runs.length === 2 && first?.weight === 'Bolder') {
      message.facts.push([(said[0] ?? '').replace(/:\s*$/, ''), said[1] ?? ''])
    } else message.lines.push(said.join(''))
  }
  return message
}

/** Plain text in paragraphs. A character without width keeps Telegram from making links of it. */
function telegramMessage(text: string): ShownMessage {
  const [title = '', ...rest] = text.replaceAll('\u2060', '').split('\n\n')
  const message = { ...empty(), title, context: rest.pop() ?? null }
  for (const paragraph of rest) {
    const link = /^(.+): https:\/\/\S+$/.exec(paragraph)
    const facts = paragraph.split('\n').map((line) => /^([^:]{1,40}): (.+)$/.exec(line))
    if (link?.[1] !== undefined && !paragraph.includes('\n')) message.link = link[1]
    else if (facts.every((fact) => fact !== null)) {
      message.facts.push(...facts.map((fact): [string, string] => [fact?.[1] ?? '', fact?.[2] ?? '']))
    } else message.lines.push(...paragraph.split('\n'))
  }
  return message
}

function empty(): ShownMessage {
  return { title: '', facts: [], lines: [], link: null, context: null }
}

function pairs(texts: string[]): [string, string][] {
  return texts.flatMap((text, i): [string, string][] => (i % 2 === 0 ? [[text, texts[i + 1] ?? '']] : []))
}

function rawText(text: unknown): string {
  return isShape(text) ? String(text.text ?? '') : ''
}

function shapes(list: unknown): Shape[] {
  return Array.isArray(list) ? list.filter(isShape) : []
}

function isShape(value: unknown): value is Shape {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
