import { hash } from 'node:crypto'
import { userIdOf } from '../../events/user-of.ts'
import type { Event } from '../../types.ts'
import type { Memory, Talk } from '../exchange.ts'
import type { EventText } from '../kind.ts'

/** Somebody who is to have a record, and the events that are about them. */
export interface Caller {
  userId: string
  /** What their record is found by. */
  key: string
  /** What is newest of them. */
  event: Event
  places: number[]
}

const NOT_A_CALLER =
  'This kind keeps records of callers, and this event is about none. Subscribe it to user.* events.'

/**
 * Those whom events are about, each once: a record that is named twice in a batch is refused, and what comes late may
 * not take the place of what is newer. Events about nobody are settled here.
 *
 * @param longest characters that a key may have
 */
export function callersOf({ events, memory, settle }: Talk, longest: number): Caller[] {
  const callers = new Map<string, Caller>()
  for (const [place, { read }] of events.entries()) {
    const event = read()
    const userId = userIdOf(event)
    if (userId === null) {
      const verdict = { kind: 'failed', code: 'rejected', message: NOT_A_CALLER, retry: 'never' } as const
      settle(place, { verdict, sent: '', answer: '' })
      continue
    }
    const key = keyOf(userId, longest)
    const before = callers.get(key)
    if (before === undefined) {
      callers.set(key, { userId, key, event: newerOf(event, memory.caller(userId).sent), places: [place] })
    } else {
      before.places.push(place)
      if (isNewer(event, before.event)) before.event = event
    }
  }
  return [...callers.values()]
}

/** Notes what a caller's record says now. */
export function noteSent({ userId, event }: Caller, memory: Memory): void {
  memory.noteCaller(userId, { sent: JSON.stringify(event) })
}

function newerOf(event: Event, sent: string | undefined): Event {
  if (sent === undefined) return event
  const last = JSON.parse(sent) as Event
  return isNewer(last, event) ? last : event
}

/** By what upstream says of the user, then by when that was seen. */
function isNewer(one: Event, other: Event): boolean {
  const [a, b] = [orderOf(one), orderOf(other)]
  for (const [i, value] of a.entries()) if (value !== b[i]) return value > (b[i] ?? 0)
  return false
}

function orderOf({ data, timestamp }: Event): number[] {
  const user = data.user as { last_contact_unix_secs?: unknown; conversation_count?: unknown }
  const numbers = [user.last_contact_unix_secs, user.conversation_count, Date.parse(timestamp)]
  return numbers.map((value) => (typeof value === 'number' && Number.isFinite(value) ? value : 0))
}

/**
 * A user's id as what a record is found by. An id that a field would not keep as it is (too long, with spaces at its
 * ends, with controls) has a digest in its place: always the same one, and no other user's.
 */
export function keyOf(userId: string, longest: number): string {
  const plain =
    userId !== '' &&
    userId.length <= longest &&
    userId === userId.trim() &&
    userId.isWellFormed() &&
    !/[\p{Cc}\p{Cf}\u2028\u2029]|\s{2}/u.test(userId)
  return plain ? userId : `sha256:${hash('sha256', userId).slice(0, 40)}`
}

/** The test that is only about the endpoint itself. */
export function isTest(events: readonly EventText[]): boolean {
  return events.length === 1 && events[0]?.read().type === 'ringpost.test'
}
