import type { OutboxEntry } from '../outbox/outbox.ts'
import { SYSTEM } from '../outbox/system-outbox.ts'
import type { Event, UnixMs } from '../types.ts'
import { type Filter, matchesFilter } from './filter.ts'

/** What of an endpoint decides which events are for it. */
export interface Subscription {
  /** Of what happens to endpoints, one is never told about itself. */
  id?: string
  /** Names and `prefix.*` patterns; empty or null means every `user.*` event. */
  event_types: readonly string[] | null
  /** Null means every source. */
  source_ids: readonly string[] | null
  /** Null, or nothing, lets everything pass. */
  filter?: Filter | null
}

/** Whether an event is for an endpoint: its type, its source and what is in it must all be wanted. */
export function matches(event: Event, subscription: Subscription): boolean {
  const { filter } = subscription
  // Who has asked for it gets it, and nobody else.
  if (event.data.backfill === true) return false
  if (subscription.id !== undefined && event.data.endpoint?.id === subscription.id) return false
  if (!isOfSource(event.data.source?.id, subscription) || !isOfType(event.type, subscription)) return false
  return !filter || matchesFilter(event, filter)
}

/**
 * The same of an entry of an outbox: where the endpoint has no filter, its type and whose outbox it is in say all that
 * there is to say of what happened at a source.
 */
export function matchesEntry(
  entry: Pick<OutboxEntry, 'eventType' | 'event'>,
  ownerId: string,
  subscription: Subscription,
): boolean {
  if (subscription.filter || ownerId === SYSTEM.id) return matches(entry.event, subscription)
  return isOfSource(ownerId, subscription) && isOfType(entry.eventType, subscription)
}

function isOfSource(sourceId: string | undefined, { source_ids }: Subscription): boolean {
  return source_ids === null || (sourceId !== undefined && source_ids.includes(sourceId))
}

function isOfType(type: string, { event_types }: Subscription): boolean {
  const patterns = event_types?.length ? event_types : ['user.*']
  return patterns.some((pattern) => matchesType(type, pattern))
}

/** How far two processes may read Redis' clock apart (ms). */
const SAME_CLOCK_MS = 1_000

/**
 * Whether an endpoint was there already when an event was told. Both times are Redis' own, and neither depends on when
 * the event is fanned out: late, or once more. One that is to be made in the future was made by a clock that has been
 * set back since: what is told until then is told to it.
 *
 * @param streamId the event's place, which begins with its time
 * @param now by Redis' clock
 */
export function wasThere({ created_at }: { created_at: string }, streamId: string, now: UnixMs): boolean {
  const created = Date.parse(created_at)
  return !(Number.parseInt(streamId, 10) < created) || created > now + SAME_CLOCK_MS
}

/** Whether an event type is the one named, or one of a pattern such as `user.*` or `*`. */
export function matchesType(type: string, pattern: string): boolean {
  if (pattern === '*') return true
  return pattern.endsWith('.*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern
}
