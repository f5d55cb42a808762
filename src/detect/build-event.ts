import { isConversationId } from '../elevenlabs/get-conversation.ts'
import { eventId } from '../ids.ts'
import { isTooDeep } from '../too-deep.ts'
import type { Event, EventType, UnixMs, UserRow } from '../types.ts'
import type { Change } from './diff.ts'
import type { Snapshot } from './snapshot.ts'

interface Named {
  id: string
  name: string
}

/** A source that may want its events to have their conversation. */
export type EventSource = Named & { enrich?: boolean }

/**
 * Rows of more bytes than this are not copied into their event. Standard Webhooks recommends bodies below 20 KB
 * ("Payload size"), and what ringpost adds takes less than the rest.
 */
const RAW_LIMIT = 16_384
/** And what else a row says besides its user's id: characters of a text, bytes of the sentiment as JSON. */
const TEXT_LIMIT = 200
const SENTIMENT_LIMIT = 1_024

/**
 * The Standard Webhooks payload for a change. `data.raw` is the row as upstream sent it, so that fields
 * which ringpost does not know yet reach the receiver; null where it is longer than 16 KB or nested too deep.
 * Where the source wants it, there is a place for the conversation (outbox/conversation-place.ts).
 */
export function buildEvent(source: EventSource, change: Change, row: UserRow, now: UnixMs): Event {
  const { raw, ...user } = row
  const copy = bytesOf(raw) <= RAW_LIMIT ? raw : null
  const bounded = {
    ...user,
    last_contact_conversation_id: shortOrNull(row.last_contact_conversation_id),
    last_contact_agent_id: shortOrNull(row.last_contact_agent_id),
    last_contact_agent_name: row.last_contact_agent_name?.slice(0, TEXT_LIMIT).toWellFormed() ?? null,
    sentiment: bytesOf(row.sentiment) <= SENTIMENT_LIMIT ? row.sentiment : null,
  }
  const event = userEvent(source, row.user_id, change, bounded, now, copy)
  // Last of all, for its place is found at the end of the text.
  if (source.enrich && isConversationId(bounded.last_contact_conversation_id)) event.data.conversation = null
  return event
}

function bytesOf(value: unknown): number {
  return isTooDeep(value) ? Number.POSITIVE_INFINITY : Buffer.byteLength(JSON.stringify(value))
}

/** An id that is cut off is another id. */
function shortOrNull(id: string | null): string | null {
  return id !== null && id.length <= TEXT_LIMIT ? id : null
}

/** The payload for a user who is gone: what was last known of them. */
export function buildRemoval(source: Named, userId: string, snapshot: Snapshot, now: UnixMs): Event {
  const { count, epoch, last_contact } = snapshot
  const change: Change = {
    type: 'user.removed',
    from: count,
    to: 0,
    epoch,
    previous: { conversation_count: count, last_contact_unix_secs: last_contact },
  }
  return userEvent(source, userId, change, recordedUser(userId, snapshot), now, null)
}

/** What is recorded of a user, as the user of an event: of agent and conversation nothing is. */
export function recordedUser(userId: string, { count, first_contact, last_contact }: Snapshot) {
  return {
    user_id: userId,
    conversation_count: count,
    first_contact_unix_secs: first_contact,
    last_contact_unix_secs: last_contact,
    last_contact_conversation_id: null,
    last_contact_agent_id: null,
    last_contact_agent_name: null,
    sentiment: null,
  }
}

function userEvent(
  source: Named,
  userId: string,
  change: Change,
  user: Record<string, unknown>,
  now: UnixMs,
  raw: unknown,
): Event {
  const { type, from, to, epoch, previous, details } = change
  // A jump can pass several milestones at one count.
  const count = typeof details?.milestone === 'number' ? details.milestone : to
  return {
    id: eventId({ sourceId: source.id, userId, epoch, type, count }),
    type,
    timestamp: new Date(now).toISOString(),
    data: {
      source: { id: source.id, name: source.name },
      user,
      previous,
      change: { from, to, by: to - from },
      ...details,
      raw,
    },
  }
}

/**
 * The payload for something that happened to a source and not to a user.
 *
 * @param since the moment that the condition began, which makes its id: each outage is one event
 */
export function buildSourceEvent(
  source: Named,
  type: Extract<EventType, `source.${string}`>,
  since: UnixMs,
  data: Record<string, unknown>,
  now: UnixMs,
): Event {
  return {
    id: eventId({ sourceId: source.id, userId: '', epoch: 0, type, count: since }),
    type,
    timestamp: new Date(now).toISOString(),
    data: { source: { id: source.id, name: source.name }, ...data },
  }
}
