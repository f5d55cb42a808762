import { CATALOGUE, EVENT_TYPES } from '../../src/events/catalogue.ts'
import { eventText, type Target } from '../../src/kinds/kind.ts'
import { kindOf } from '../../src/kinds/kinds.ts'
import type { Event, EventType } from '../../src/types.ts'
import type { Service } from './services/service.ts'

/** The sample of a type with other texts wherever one came from outside. */
export function eventWith(type: EventType, text: string | null): Event {
  const event = structuredClone(CATALOGUE[type].sample) as Event
  if (text === null) return event
  const { data } = event
  const put = (value: unknown, names: string[], into = text) => {
    if (typeof value !== 'object' || value === null) return
    for (const name of names) if (name in value) Reflect.set(value, name, into)
  }
  put(data.user, ['user_id', 'last_contact_agent_name', 'last_contact_agent_id'])
  // Of one that is empty or longer than any there is no link.
  put(data.user, ['last_contact_conversation_id'], text.slice(0, 100).trim() || 'conv_1')
  put(data.source, ['name'])
  put(data.endpoint, ['description'])
  put(data, ['message', 'reason'])
  if (data.user !== undefined) {
    data.conversation = {
      conversation_id: 'conv_1',
      status: 'done',
      start_time_unix_secs: 1_700_000_000,
      duration_secs: 245,
      outcome: 'success',
      summary: text.trim() || 'Said nothing.',
      phone_number: `${text.slice(0, 200)} tel`,
    }
  }
  return event
}

export const EVERY_TYPE = EVENT_TYPES

/** What an endpoint of the service has. */
export function targetOf({ kind, url, settings }: Service): Target {
  const defaults = kindOf(kind).fields.flatMap(({ name, default: value }) =>
    value === null ? [] : [[name, value]],
  )
  const all = { ...Object.fromEntries(defaults), ...settings }
  return {
    url: kindOf(kind).addressOf?.(all) ?? url ?? '',
    settings: all,
    format: 'standard',
    template: null,
  }
}

/** Sends one event as its kind makes it, over HTTP, at whatever pace. */
export async function sendTo(service: Service, event: Event, target = targetOf(service)) {
  const request = kindOf(service.kind).toRequest(eventText(event.id, JSON.stringify(event)), target)
  const response = await fetch(target.url, {
    method: 'POST',
    headers: { 'content-type': request.contentType },
    body: request.body,
  })
  return { status: response.status, body: await response.text(), sent: request.body }
}
