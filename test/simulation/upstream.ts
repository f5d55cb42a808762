import type { UsersQuery } from '../../src/elevenlabs/list-users.ts'
import type { Random } from './random.ts'
import type { Scenario } from './scenarios.ts'

interface Conversation {
  at: number
  visibleAt: number
}

/** A user as the list shows it. */
export interface ShownUser {
  id: string
  count: number
  first: number
  last: number
}

/** A row with its place among ties, which is neither the order of calls nor that of ids. */
interface Row extends ShownUser {
  order: number
}

/** A page before it is parsed: the body of a 200, or the status and code of an error. */
export type RawAnswer = { status: 200; body: string } | { status: number; code: string }

/** As long before a baseline a first call is not known to have been listed when it began (src/detect/head-scan.ts). */
const LATEST_LISTED_SECS = 3_600
/** Rows of a page: few, so that a run has many pages. */
const PAGE_SIZE = 8
/** Older states of the list that a stale replica may answer from. */
const HISTORY = 12

/**
 * The upstream of a run: users, their conversations, and the list over them, page by page, with cursors of
 * three kinds. It remembers what it has shown of whom, for what was never shown must never be told.
 */
export function createUpstream(random: Random, scenario: Scenario, nowSecs: () => number) {
  const users = new Map<string, Conversation[]>()
  const deleted = new Map<string, Conversation[]>()
  const frozen = new Map<string, readonly Row[]>()
  const history: (readonly Row[])[] = []
  /** Counts that were ever shown of a user. */
  const shown = new Map<string, Set<number>>()
  /** Users who were ever gone, and whose count ever fell. */
  const everGone = new Set<string>()
  const everFell = new Set<string>()
  /** Users who may first have called so shortly before the start that they may as well have been listed late. */
  const justBefore = new Set<string>()
  const startedAt = nowSecs()
  let newest = 0
  let lastCallAt = nowSecs()
  let scans = 0
  const cursorKind = random.pick(scenario.cursors)
  let settled = false
  /** A cursor that was refused once is refused for ever. */
  const refused = new Set<string>()

  /** The list as it was built last, and the users whose rows may be others now. */
  let built: readonly Row[] = []
  const changed = new Set<string>()
  /** Users with conversations that the list does not show yet, and when it shows the next one. */
  const pending = new Map<string, number>()

  function list(): readonly Row[] {
    const now = nowSecs()
    for (const [id, visibleAt] of pending) if (visibleAt <= now) changed.add(id)
    if (changed.size === 0) return built
    const fresh: Row[] = []
    for (const id of changed) {
      const row = rowOf(id, now)
      if (row !== null) fresh.push(row)
    }
    fresh.sort(byLastContact)
    const rows: Row[] = []
    let at = 0
    for (const row of built) {
      if (changed.has(row.id)) continue
      for (let next = fresh[at]; next !== undefined && byLastContact(next, row) < 0; next = fresh[++at])
        rows.push(next)
      rows.push(row)
    }
    rows.push(...fresh.slice(at))
    changed.clear()
    built = rows
    return rows
  }

  /** The row of a user; null where the list shows none. */
  function rowOf(id: string, now: number): Row | null {
    let count = 0
    let first = Number.POSITIVE_INFINITY
    let last = Number.NEGATIVE_INFINITY
    let until = Number.POSITIVE_INFINITY
    for (const { at, visibleAt } of users.get(id) ?? []) {
      if (visibleAt > now) {
        until = Math.min(until, visibleAt)
        continue
      }
      count++
      first = Math.min(first, at)
      last = Math.max(last, at)
    }
    if (until === Number.POSITIVE_INFINITY) pending.delete(id)
    else pending.set(id, until)
    return count === 0 ? null : { id, count, first, last, order: mix(id) }
  }

  function setUser(id: string, conversations: Conversation[]): void {
    users.set(id, conversations)
    changed.add(id)
  }

  function remember(rows: readonly ShownUser[]): void {
    for (const { id, count } of rows) {
      const counts = shown.get(id) ?? new Set()
      counts.add(count)
      shown.set(id, counts)
    }
  }

  function call(id: string): void {
    const now = nowSecs()
    const at = scenario.future > 0 && random.chance(scenario.future) ? now + random.int(60, 3_600) : now
    const tied = random.chance(scenario.ties) ? Math.min(lastCallAt, at) : at
    const late = random.chance(scenario.late)
    const conversation = late
      ? { at: tied, visibleAt: now + random.int(1, scenario.latestSecs) }
      : { at: tied, visibleAt: now }
    lastCallAt = tied
    setUser(id, [...(users.get(id) ?? []), conversation])
  }

  function anyone(): string | null {
    const ids = [...users.keys()]
    return ids.length === 0 ? null : random.pick(ids)
  }

  function randomCall(): void {
    const known = random.chance(scenario.newcomers) ? null : anyone()
    call(known ?? `user-${++newest}`)
  }

  function answer(rows: readonly ShownUser[], next: string | null): RawAnswer {
    remember(rows)
    const body = {
      users: rows.map(({ id, count, first, last }) => ({
        user_id: id,
        conversation_count: count,
        first_contact_unix_secs: first,
        last_contact_unix_secs: last,
        last_contact_conversation_id: `conv-${id}-${count}`,
        last_contact_agent_id: null,
        last_contact_agent_name: null,
      })),
      has_more: next !== null,
      next_cursor: next,
    }
    return { status: 200, body: JSON.stringify(body) }
  }

  /** Cursors are of one scan: a cursor that is refused says nothing of another scan's. */
  function readPage(rows: readonly Row[], query: UsersQuery): RawAnswer {
    const [scan = `s${++scans}`, place = '0', key = ''] = query.cursor?.split('|') ?? []
    if (cursorKind === 'offset') return cut(rows, Number(place), (end) => `${scan}|${end}`)
    if (cursorKind === 'snapshot') {
      const kept = frozen.get(scan) ?? [...rows]
      frozen.set(scan, kept)
      return cut(kept, Number(place), (end) => `${scan}|${end}`)
    }
    const start = rows.findIndex(
      ({ last, order }) => last < Number(place) || (last === Number(place) && order > Number(key)),
    )
    const from = query.cursor === null ? 0 : start === -1 ? rows.length : start
    return cut(rows, from, (end) => {
      const last = rows[end - 1]
      return `${scan}|${last?.last}|${last?.order}`
    })
  }

  function cut(rows: readonly Row[], from: number, cursor: (end: number) => string): RawAnswer {
    const page = rows.slice(from, from + PAGE_SIZE)
    return answer(page, from + PAGE_SIZE < rows.length ? cursor(from + PAGE_SIZE) : null)
  }

  return {
    shown,
    justBefore,
    startedAt,
    everGone,
    everFell,
    list,

    /** Answers a request at once: nothing may come between, or a seed would not decide the run. */
    request(query: UsersQuery): RawAnswer {
      if (!settled && random.chance(scenario.callsBetweenPages)) randomCall()
      if (!settled && random.chance(scenario.errors)) {
        if (query.cursor === null || random.chance(0.5)) return { status: 503, code: 'system_error' }
        refused.add(query.cursor)
      }
      if (query.cursor !== null && refused.has(query.cursor)) return { status: 400, code: 'invalid_cursor' }
      const rows = list()
      history.push(rows)
      if (history.length > HISTORY) history.shift()
      if (query.search !== undefined)
        return answer(
          rows.filter(({ id }) => id === query.search),
          null,
        )
      const stale = !settled && scenario.stale > 0 && random.chance(scenario.stale)
      return readPage(stale ? random.pick(history) : rows, query)
    },

    seed(count: number): void {
      const now = nowSecs()
      for (let i = 0; i < count; i++) {
        const at = now - random.int(300, 100_000)
        const calls = Array.from({ length: random.int(1, 3) }, (_, k) => ({
          at: at - k * 1_000,
          visibleAt: 0,
        }))
        if ((calls.at(-1)?.at ?? 0) >= now - LATEST_LISTED_SECS) justBefore.add(`old-${i}`)
        setUser(`old-${i}`, calls)
      }
    },

    /** What happens in one step. */
    step(): void {
      for (let i = random.int(0, scenario.calls); i > 0; i--) randomCall()
      if (random.chance(scenario.deletions)) {
        const id = anyone()
        // The last one stays: an empty list where users are known is refused until a person says that it is true.
        if (id !== null && users.size > 1) {
          deleted.set(id, users.get(id) ?? [])
          users.delete(id)
          changed.add(id)
          everGone.add(id)
        }
      }
      if (random.chance(scenario.returns) && deleted.size > 0) {
        const id = random.pick([...deleted.keys()])
        // With what there was, or anew.
        if (random.chance(0.5)) setUser(id, [...(users.get(id) ?? []), ...(deleted.get(id) ?? [])])
        else call(id)
        deleted.delete(id)
      }
      if (random.chance(scenario.falls)) {
        const id = anyone()
        const conversations = users.get(id ?? '') ?? []
        if (id !== null && conversations.length > 1) {
          setUser(id, conversations.slice(1))
          everFell.add(id)
        }
      }
    },

    /** From now on nothing goes wrong. What is late has surfaced once the clock has passed it. */
    settle(): void {
      settled = true
    },
  }
}

export type Upstream = ReturnType<typeof createUpstream>

function byLastContact(a: Row, b: Row): number {
  return b.last - a.last || a.order - b.order
}

function mix(id: string): number {
  let h = 2166136261
  for (let i = 0; i < id.length; i++) h = Math.imul(h ^ id.charCodeAt(i), 16777619)
  return h >>> 0
}
