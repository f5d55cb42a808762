import type { Conversation } from './calls.ts'
import { createOrdered, type Ordered, type Place } from './ordered.ts'
import { averageSentiment } from './row.ts'
import {
  type ConversationFilter,
  matches,
  type Tally,
  tallyOf,
  type User,
  withConversation,
} from './tally.ts'

export const SORT_FIELDS = [
  'last_contact_unix_secs',
  'conversation_count',
  'average_sentiment_score',
] as const
export type SortField = (typeof SORT_FIELDS)[number]

/** One way to look at the list. Filters apply to conversations, before users are counted from them. */
export interface ViewSpec {
  sort_by: SortField
  sort_direction: 'asc' | 'desc'
  /** Null: every conversation. */
  filter: ConversationFilter | null
}

export interface View {
  readonly ordered: Ordered<Tally>
  placeOf(tally: Tally): Place
  tallyOf(user: User): Tally | null
  /** Takes in one new conversation. */
  add(user: User, conversation: Conversation): void
  /** Counts a user again after anything else changed. */
  refresh(user: User): void
}

/** A view built once from all users and kept sorted from then on. */
export function createView(spec: ViewSpec, users: Iterable<User>): View {
  const tallies = new Map<User, Tally>()
  for (const user of users) {
    const tally = tallyOf(user, spec.filter)
    if (tally !== null) tallies.set(user, tally)
  }
  const placeOf = (tally: Tally): Place => ({ rank: rankOf(tally, spec), ordinal: tally.user.ordinal })
  const ordered = createOrdered(placeOf, [...tallies.values()])

  function put(user: User, tally: Tally | null): void {
    const before = tallies.get(user)
    if (before !== undefined) ordered.remove(before)
    if (tally === null) {
      tallies.delete(user)
      return
    }
    tallies.set(user, tally)
    ordered.insert(tally)
  }

  return {
    ordered,
    placeOf,
    tallyOf: (user) => tallies.get(user) ?? null,
    add(user, conversation) {
      if (spec.filter !== null && !matches(conversation, spec.filter)) return
      put(user, withConversation(tallies.get(user) ?? null, user, conversation))
    },
    refresh: (user) => put(user, tallyOf(user, spec.filter)),
  }
}

/** Ascending in the order that the list shows. Rows without the value come last either way. */
function rankOf(tally: Tally, spec: ViewSpec): number {
  const value = sortValue(tally, spec.sort_by)
  if (value === null || !Number.isFinite(value)) return Number.POSITIVE_INFINITY
  return spec.sort_direction === 'desc' ? -value : value
}

/** What the row shows in the field, where an override leaves a number there; otherwise the truth. */
function sortValue(tally: Tally, field: SortField): number | null {
  const shown = tally.patch?.[field]
  if (typeof shown === 'number') return shown
  if (typeof shown === 'string' && /^-?\d+(\.\d+)?$/.test(shown)) return Number(shown)
  if (field === 'last_contact_unix_secs') return tally.last
  return field === 'conversation_count' ? tally.count : averageSentiment(tally.scored)
}
