import type { Event } from '../../src/types.ts'
import type { Upstream } from './upstream.ts'

/** A promise that was broken, and how. */
export interface Violation {
  rule: string
  detail: string
}

interface Transition {
  type: string
  from: number
  to: number
  id: string
}

/** What is known of users, by id. */
type Known = ReadonlyMap<string, { count: number; removed: boolean }>

/**
 * Holds what was told against what was shown, once all has settled and full scans have run: nothing is
 * missing, nothing was made up, nothing is there twice.
 *
 * After a restored backup an event may come again; the same transition then has the same id, and what is
 * checked of chains is that they cover every count.
 */
export function checkRun(run: {
  upstream: Upstream
  told: readonly Event[]
  /** How many of them were told while the baseline was taken. */
  toldInBaseline: number
  /** What the baseline recorded. */
  recorded: Known
  /** What is recorded at the end. */
  known: Known
  restored: boolean
  /** Full scans have run as well: who is gone and whose count fell is known too. */
  whole: boolean
}): Violation[] {
  const violations: Violation[] = []
  const broken = (rule: string, detail: unknown) =>
    violations.push({ rule, detail: typeof detail === 'string' ? detail : JSON.stringify(detail) })
  const { upstream, recorded, known, restored } = run
  const byUser = new Map<string, Transition[]>()
  const ids = new Set<string>()
  const transitions = new Map<string, string>()
  /** Announced without a call since the start: whom the baseline did not meet may have been listed late. */
  const asIfLate = new Set<string>()

  run.told.forEach((event, place) => {
    if (!event.type.startsWith('user.')) return
    const { user, change } = event.data as {
      user: { user_id: string; last_contact_unix_secs: number }
      change: { from: number; to: number }
    }
    const id = user.user_id
    if (ids.has(event.id) && !restored) broken('an event is told once', event.id)
    if (event.type === 'user.created' && user.last_contact_unix_secs < upstream.startedAt) asIfLate.add(id)
    const again = ids.has(event.id)
    ids.add(event.id)
    const counts = upstream.shown.get(id)
    if (counts === undefined) broken('nobody is told of who was never shown', id)
    else if (change.to > 0 && !counts.has(change.to))
      broken('no count is told that was never shown', { id, ...change })
    if (event.type === 'user.removed' && !upstream.everGone.has(id))
      broken('nobody is removed who was never gone', id)
    if (place < run.toldInBaseline && event.type === 'user.created' && id.startsWith('old-')) {
      broken('a baseline does not announce who was there before', id)
    }
    const transition = JSON.stringify([event.type, id, change])
    const same = transitions.get(transition) ?? event.id
    if (same !== event.id && !upstream.everGone.has(id) && !upstream.everFell.has(id))
      broken('the same transition has the same id', transition)
    transitions.set(transition, event.id)
    if (again) return
    byUser.set(id, [...(byUser.get(id) ?? []), { type: event.type, ...change, id: event.id }])
  })

  const listed = new Map(upstream.list().map((user) => [user.id, user.count]))
  for (const [id, count] of listed) {
    const snapshot = known.get(id)
    if (snapshot === undefined) broken('everybody who is listed is known', id)
    else if (snapshot.removed) broken('nobody who is listed is a tombstone', id)
    else if (snapshot.count !== count)
      broken('the count that is known is the one that is shown', { id, count, snapshot })
  }
  for (const [id, { removed }] of known) {
    if (run.whole && !removed && !listed.has(id)) broken('who is gone is a tombstone', id)
  }

  for (const id of new Set([...known.keys(), ...byUser.keys()])) {
    const rises = (byUser.get(id) ?? []).filter(
      ({ type }) => type === 'user.created' || type === 'user.conversation_count.increased',
    )
    const created = rises.filter(({ type }) => type === 'user.created')
    const start = recorded.get(id)
    const old = id.startsWith('old-')
    // Whom pages that shift have hidden from the baseline is recorded in silence when they are met.
    if (start === undefined && created.length === 0 && !old) broken('a new caller is announced', id)
    if (created.length > (restored ? Number.POSITIVE_INFINITY : 1)) broken('a caller is new once', id)
    const changed = upstream.everGone.has(id) || upstream.everFell.has(id)
    // Whether the baseline has met them, or they moved up past it.
    if (
      created.length > 0 &&
      old &&
      (start !== undefined || (!changed && !asIfLate.has(id) && !upstream.justBefore.has(id)))
    )
      broken('who was there before is not announced as new', id)
    const hidden = old && start === undefined && created.length === 0
    if (!changed) checkChain(id, rises, hidden ? (rises[0]?.from ?? listed.get(id)) : start?.count)
  }
  return violations

  /** Of a user who was never gone and whose count never fell, the chain has no gap and ends at the count. */
  function checkChain(id: string, rises: readonly Transition[], start: number | undefined): void {
    const count = listed.get(id) ?? 0
    if (restored) {
      // Whatever was told again: all that is above what was recorded has been covered.
      const reached = new Set<number>()
      for (const { from, to } of rises) for (let n = from + 1; n <= to; n++) reached.add(n)
      for (let n = (start ?? 0) + 1; n <= count; n++) {
        if (!reached.has(n)) broken('every rise is told', { id, n })
      }
      return
    }
    const inBaseline = rises.filter((rise) => start !== undefined && rise.to <= start)
    const after = rises.slice(inBaseline.length)
    let at = start ?? 0
    for (const { from, to } of after) {
      if (from !== at || to <= from) broken('the chain of counts has no gap', { id, at, from, to })
      at = to
    }
    if (at !== count) broken('every rise is told', { id, told: at, shown: count })
  }
}
