import { type Conversation, DEFAULT_AGENT } from './calls.ts'

/** What is shown of a user in place of the truth. A field set to undefined vanishes from the row. */
export type Patch = Record<string, unknown>

/**
 * Conversations that were seeded rather than called: a rule instead of objects, so that a million users fit.
 * The newest is at `newest`, each next one a day earlier.
 */
export interface Seeded {
  readonly count: number
  readonly newest: number
  readonly agent_id: string | null
}

export interface User {
  readonly id: string
  /** Counts users in the order they came. Orders ties, which upstream orders arbitrarily. */
  readonly ordinal: number
  seeded: Seeded | null
  conversations: readonly Conversation[]
  /** What `removeUser` took away. */
  shelved: { seeded: Seeded | null; conversations: readonly Conversation[] } | null
  patch: Patch | null
}

/** Which conversations count. Both ends of the time range are included. */
export interface ConversationFilter {
  agent_id: string | null
  branch_id: string | null
  call_start_before_unix: number | null
  call_start_after_unix: number | null
}

/**
 * One user's conversations, counted. Never changed in place, so that a snapshot cursor can keep it. `latest`
 * is null where it is the newest of the seeded ones.
 */
export interface Tally {
  readonly user: User
  readonly count: number
  readonly first: number
  readonly last: number
  readonly latest: Conversation | null
  readonly scored: readonly Conversation[]
  readonly patch: Patch | null
}

const DAY_SECS = 86_400
const NONE: readonly Conversation[] = []

/** The k-th newest of a user's seeded conversations. */
export function seededConversation(user: User, seeded: Seeded, k: number): Conversation {
  return {
    id: `conv_seed_${user.ordinal}_${k}`,
    user_id: user.id,
    agent_id: seeded.agent_id,
    agent_name: seeded.agent_id === DEFAULT_AGENT.id ? DEFAULT_AGENT.name : null,
    branch_id: null,
    at_unix_secs: seeded.newest - k * DAY_SECS,
    duration_secs: 60,
    summary: null,
    successful: null,
    sentiment_score: null,
    frustration_score: null,
    visible_at: 0,
    detail_at: 0,
  }
}

export function matches(conversation: Conversation, filter: ConversationFilter): boolean {
  const { agent_id, branch_id, call_start_before_unix, call_start_after_unix } = filter
  if (agent_id !== null && conversation.agent_id !== agent_id) return false
  if (branch_id !== null && conversation.branch_id !== branch_id) return false
  if (call_start_before_unix !== null && conversation.at_unix_secs > call_start_before_unix) return false
  return call_start_after_unix === null || conversation.at_unix_secs >= call_start_after_unix
}

/** A tally with one more conversation. An older one raises the count and leaves the last contact alone. */
export function withConversation(tally: Tally | null, user: User, conversation: Conversation): Tally {
  const at = conversation.at_unix_secs
  const newest = tally === null || at >= tally.last
  const before = tally?.scored ?? NONE
  return {
    user,
    count: (tally?.count ?? 0) + 1,
    first: Math.min(tally?.first ?? at, at),
    last: Math.max(tally?.last ?? at, at),
    latest: newest ? conversation : tally.latest,
    scored: conversation.sentiment_score === null ? before : [...before, conversation],
    patch: user.patch,
  }
}

/** Counts a user's conversations afresh; null where none matches. */
export function tallyOf(user: User, filter: ConversationFilter | null): Tally | null {
  let tally: Tally | null = null
  const { seeded } = user
  if (seeded !== null && filter === null) {
    const { count, newest } = seeded
    const first = newest - (count - 1) * DAY_SECS
    tally = { user, count, first, last: newest, latest: null, scored: NONE, patch: user.patch }
  } else if (seeded !== null && filter !== null) {
    for (let k = seeded.count - 1; k >= 0; k--) {
      const conversation = seededConversation(user, seeded, k)
      if (matches(conversation, filter)) tally = withConversation(tally, user, conversation)
    }
  }
  for (const conversation of user.conversations) {
    if (filter === null || matches(conversation, filter)) tally = withConversation(tally, user, conversation)
  }
  return tally
}
