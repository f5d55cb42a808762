import type { Event } from '../../types.ts'
import { clean } from './clean.ts'
import { describeConversation, type Fact } from './describe-conversation.ts'
import { type Message, MOST_FACTS, type Value } from './message.ts'
import { readablePhone } from './phone-number.ts'
import { shorten } from './shorten.ts'
import { isTime } from './time.ts'

type Fields = Readonly<Record<string, unknown>>

/** In the small print, where the id of the event must have its place. */
const LONGEST_SOURCE = 60

/** What a type of event says to people. What is missing from an event is left out. */
interface Told {
  title: string
  /** Beside the title, where there is one line only. */
  about: string | null
  facts: Fact[]
  note?: string | null
}

/**
 * Tells an event to people. An event of the log may have any shape, and of a type that this version does not
 * know its name is told.
 *
 * @param dashboardUrl of ElevenLabs, for the link to the conversation
 */
export function describeEvent(event: Event, dashboardUrl: string): Message {
  const data = fieldsOf(event.data)
  const told = TOLD[event.type]?.(data) ?? { title: clean(event.type), about: null, facts: [] }
  const title = data.sample === true ? `Sample: ${told.title}` : told.title
  const source = text(fieldsOf(data.source).name)
  const shown = source === null ? null : shorten(source, LONGEST_SOURCE)
  const conversation = describeConversation(data.conversation, fieldsOf(data.user).user_id)
  return {
    title,
    summary: told.about === null ? title : `${title}: ${told.about}`,
    facts: [...told.facts, ...conversation.facts]
      .flatMap(([label, value]) => (value === null ? [] : [{ label, value }]))
      .slice(0, MOST_FACTS),
    note: told.note ?? conversation.note,
    lines: [],
    link: linkTo(fieldsOf(data.user).last_contact_conversation_id, dashboardUrl),
    context: [shown, clean(event.type), clean(event.id)].filter((part) => part !== null).join(' · '),
  }
}

const TOLD: Record<string, (data: Fields) => Told> = {
  'user.created': (data) => {
    const { user, agent, about } = callOf(data)
    return {
      title: data.backfill === true ? 'Known caller' : 'First-time caller',
      about,
      facts: [
        ['User', user],
        ['Agent', agent],
        ['First contact', time(fieldsOf(data.user).first_contact_unix_secs)],
        ['Conversations', text(fieldsOf(data.user).conversation_count)],
      ],
    }
  },
  'user.conversation_count.increased': (data) => again(data, 'Called again'),
  'user.returned': (data) => {
    const { facts, ...told } = again(data, 'Back after a long time')
    return {
      ...told,
      facts: [...facts, ['Before that', time(fieldsOf(data.previous).last_contact_unix_secs)]],
    }
  },
  'user.milestone_reached': (data) => again(data, `${text(data.milestone) ?? 'Many'} conversations`),
  'user.sentiment.dropped': (data) => {
    const { facts, ...told } = again(data, 'Sentiment dropped')
    const { recent_average_sentiment_score: score, threshold } = fieldsOf(data.sentiment_change)
    const [now, least] = [text(score), text(threshold)]
    const sentiment: Fact = ['Sentiment', now && (least === null ? now : `${now}, below ${least}`)]
    return { ...told, facts: [...facts, sentiment] }
  },
  'user.removed': (data) => {
    const { user, about } = callOf(data)
    return {
      title: 'No longer in the list',
      about,
      facts: [
        ['User', user],
        ['Conversations', text(fieldsOf(data.user).conversation_count)],
        ['Last contact', time(fieldsOf(data.user).last_contact_unix_secs)],
      ],
    }
  },
  'source.failing': (data) => ofSource(data, 'A source cannot be polled', 'Since', data.failing_since),
  'source.recovered': (data) =>
    ofSource(data, 'A source can be polled again', 'Failed since', data.failing_since),
  'source.needs_attention': (data) => {
    const { facts, ...told } = ofSource(data, 'A source waits for your decision', 'Since', data.since)
    return { ...told, facts: [...facts, ['Users', text(data.users)]] }
  },
  'endpoint.failing': (data) => {
    const { facts, ...told } = ofEndpoint(data, 'An endpoint is failing', 'Since', data.failing_since)
    return { ...told, facts: [...facts, ['Disabled at', timeOf(data.disables_at)]] }
  },
  'endpoint.disabled': (data) => ofEndpoint(data, 'An endpoint was disabled', 'At', data.disabled_at),
  'endpoint.recovered': (data) => ofEndpoint(data, 'An endpoint works again', 'At', data.recovered_at),
  'ringpost.test': (data) => ({
    title: 'A test from ringpost',
    about: null,
    facts: [],
    note: text(data.message),
  }),
}

/** Who called whom. */
function callOf(data: Fields) {
  const { user_id, last_contact_agent_name, last_contact_agent_id } = fieldsOf(data.user)
  const user = typeof user_id === 'string' ? clean(readablePhone(user_id)) : null
  const agent = text(last_contact_agent_name) ?? text(last_contact_agent_id)
  const about = [user, agent].filter((part) => part !== null).join(' · ')
  return { user, agent, about: about === '' ? null : about }
}

/** A caller who was there before. */
function again(data: Fields, title: string): Told {
  const { user, agent, about } = callOf(data)
  const { from, to } = fieldsOf(data.change)
  const [before, now] = [text(from), text(to)]
  return {
    title,
    about,
    facts: [
      ['User', user],
      ['Agent', agent],
      ['Last contact', time(fieldsOf(data.user).last_contact_unix_secs)],
      ['Conversations', before === null || before === now ? now : `${before} → ${now}`],
    ],
  }
}

function ofSource(data: Fields, title: string, label: string, since: unknown): Told {
  const name = text(fieldsOf(data.source).name)
  return {
    title,
    about: name,
    facts: [
      ['Source', name],
      [label, timeOf(since)],
    ],
    note: text(data.message),
  }
}

function ofEndpoint(data: Fields, title: string, label: string, at: unknown): Told {
  const { id, url, description } = fieldsOf(data.endpoint)
  const name = (typeof description === 'string' && description !== '' ? text(description) : null) ?? text(id)
  return {
    title,
    about: name,
    facts: [
      ['Endpoint', name],
      ['URL', text(url)],
      [label, timeOf(at)],
    ],
    note: text(data.message),
  }
}

function linkTo(conversationId: unknown, dashboardUrl: string): Message['link'] {
  if (typeof conversationId !== 'string' || conversationId.trim() === '') return null
  const id = encodeURIComponent(clean(conversationId))
  const url = `${dashboardUrl.replace(/\/$/, '')}/app/agents/history/${id}`
  // What is longer is no id of a conversation, and no link that a service takes.
  return url.length > 1_000 ? null : { label: 'Open the conversation', url }
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {}
}

function text(value: unknown): string | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value.toLocaleString('en-GB') : null
  return typeof value === 'string' ? clean(value) : null
}

function time(secs: unknown): Value | null {
  return isTime(secs) ? { secs: Math.floor(secs) } : null
}

function timeOf(iso: unknown): Value | null {
  return typeof iso === 'string' ? time(Date.parse(iso) / 1000) : null
}
