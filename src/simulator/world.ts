import { RingpostError } from '../errors.ts'
import { type CallInput, type Conversation, conversationOf, DEFAULT_AGENT } from './calls.ts'
import { type Patch, type Seeded, seededConversation, type User } from './tally.ts'
import type { SeedInput } from './types.ts'
import { createView, type View, type ViewSpec } from './views.ts'

/** Views beyond this many are dropped, the longest unused first, and built again when asked for. */
const MAX_VIEWS = 8
const NONE: readonly Conversation[] = []

/**
 * What happened, and the users that follow from it. Does no I/O and has no clock: `now` (milliseconds) is
 * passed in, and late rows surface in `settle`.
 */
export interface World {
  call(input: CallInput, now: number): string
  remove(user_id: string): void
  restore(user_id: string): void
  override(user_id: string, patch: Patch | null): void
  seed(input: SeedInput, now: number): void
  /** Shows the late conversations that are due. Call it before reading. */
  settle(now: number): void
  view(spec: ViewSpec): View
  user(user_id: string): User | undefined
  conversation(id: string): Conversation | undefined
  readonly userCount: number
}

export function createWorld(): World {
  const users = new Map<string, User>()
  const byOrdinal: User[] = []
  const conversations = new Map<string, Conversation>()
  const agentNames = new Map([[DEFAULT_AGENT.id, DEFAULT_AGENT.name]])
  const views = new Map<string, View>()
  /** Conversations that the list does not show yet, the first due in front. */
  const late: Conversation[] = []
  let userCount = 0
  let calls = 0
  let seeds = 0

  function addUser(id: string, seeded: Seeded | null): User {
    const user = { id, ordinal: byOrdinal.length, seeded, conversations: NONE, shelved: null, patch: null }
    users.set(id, user)
    byOrdinal.push(user)
    return user
  }

  function known(user_id: string): User {
    const user = users.get(user_id)
    if (user === undefined)
      throw new RingpostError('not_found', `The simulator knows no user ${show(user_id)}.`)
    return user
  }

  function surface(conversation: Conversation): void {
    const user = users.get(conversation.user_id) ?? addUser(conversation.user_id, null)
    if (!isListed(user)) userCount++
    user.conversations = [...user.conversations, conversation]
    for (const view of views.values()) view.add(user, conversation)
  }

  function replace(user: User, change: Partial<User>): void {
    const before = isListed(user)
    Object.assign(user, change)
    userCount += Number(isListed(user)) - Number(before)
    for (const view of views.values()) view.refresh(user)
  }

  return {
    call(input, now) {
      const { agent_id, agent_name } = input
      if (agent_id != null && agent_name != null) agentNames.set(agent_id, agent_name)
      const id = `conv_${(++calls).toString(16).padStart(20, '0')}`
      const conversation = conversationOf(input, id, (agent) => agentNames.get(agent) ?? null, now)
      conversations.set(id, conversation)
      if (conversation.visible_at <= now) surface(conversation)
      else {
        const at = late.findIndex((other) => other.visible_at > conversation.visible_at)
        late.splice(at === -1 ? late.length : at, 0, conversation)
      }
      return id
    },
    remove(user_id) {
      const user = known(user_id)
      if (!isListed(user)) return
      const shelved = merge(user, user.shelved)
      replace(user, { seeded: null, conversations: NONE, shelved })
    },
    restore(user_id) {
      const user = known(user_id)
      replace(user, { ...merge(user, user.shelved), shelved: null })
    },
    override: (user_id, patch) => replace(known(user_id), { patch: patch === null ? null : { ...patch } }),
    seed(input, now) {
      const { users: n, newestUnixSecs = Math.floor(now / 1000), spacingSecs = 60, count = 1 } = input
      const idOf = input.idOf ?? ((i) => `user_${String(seeds + i + 1).padStart(7, '0')}`)
      const ids = new Set<string>()
      for (let i = 0; i < n; i++) {
        const id = idOf(i)
        if (ids.has(id) || users.has(id)) {
          throw new RingpostError(
            'conflict',
            `Cannot seed the user ${show(id)} twice: give each an id of its own.`,
          )
        }
        ids.add(id)
      }
      const agent_id = input.agentId === undefined ? DEFAULT_AGENT.id : input.agentId
      let i = 0
      for (const id of ids) addUser(id, { count, newest: newestUnixSecs - spacingSecs * i++, agent_id })
      userCount += n
      seeds += n
      // Built again at the next request: one sort is cheaper than a million inserts.
      views.clear()
    },
    settle(now) {
      for (let next = late[0]; next !== undefined && next.visible_at <= now; next = late[0]) {
        late.shift()
        surface(next)
      }
    },
    view(spec) {
      const key = JSON.stringify(spec)
      const view = views.get(key) ?? createView(spec, byOrdinal)
      views.delete(key)
      views.set(key, view)
      for (const oldest of views.keys()) {
        if (views.size <= MAX_VIEWS) break
        views.delete(oldest)
      }
      return view
    },
    user: (user_id) => users.get(user_id),
    conversation(id) {
      const found = conversations.get(id)
      if (found !== undefined)
        return users.get(found.user_id)?.shelved?.conversations.includes(found) ? undefined : found
      const [, ordinal, k] = /^conv_seed_(\d+)_(\d+)$/.exec(id) ?? []
      const user = ordinal === undefined ? undefined : byOrdinal[Number(ordinal)]
      if (user == null || user.seeded === null || Number(k) >= user.seeded.count) return undefined
      return seededConversation(user, user.seeded, Number(k))
    },
    get userCount() {
      return userCount
    },
  }
}

function isListed(user: User): boolean {
  return user.seeded !== null || user.conversations.length > 0
}

function merge(user: User, shelved: User['shelved']): NonNullable<User['shelved']> {
  return {
    seeded: user.seeded ?? shelved?.seeded ?? null,
    conversations: [...(shelved?.conversations ?? NONE), ...user.conversations],
  }
}

/** Quoted and cut: an id may be anything. */
function show(user_id: string): string {
  return JSON.stringify(user_id.length > 60 ? `${user_id.slice(0, 60)}…` : user_id)
}
