import type { Event, EventType, UnixMs, UnixSecs, UserRow } from '../types.ts'
import { buildEvent, type EventSource } from './build-event.ts'
import { diff, type Rules } from './diff.ts'
import { isUnread } from './snapshot.ts'
import type { DetectionStore, SnapshotChange, StateChange } from './store.ts'

/** A poller that lost its lease: somebody else polls now, and nothing more was written. */
export class FencedError extends Error {}

/** How often a page is compared anew because a snapshot changed in between. */
const TRIES = 5

/** What a commit did. */
export interface Committed {
  /** Users whose snapshot changed, newcomers that were kept back among them. */
  changed: number
  /** Events that were written. What was told before under the same id is none of them. */
  events: Partial<Record<EventType, number>>
  /** Changed users whose last contact was below the watermark. */
  late: number
  newcomers: UserRow[]
  /** Users who were recorded in silence, for the list says that they called before the baseline. */
  calledBefore: number
}

/**
 * Compares rows with their snapshots and writes what changed, events and snapshots together.
 *
 * @param job.keepNewcomers leaves users without a snapshot, or with a tombstone, unwritten and returns them
 * @param job.dry compares and writes nothing
 * @param job.state what else to write with it, given what was found; null where nothing needs to be written
 *   without changes
 * @throws FencedError where the lease was lost
 */
export async function commitRows(
  deps: {
    store: Pick<DetectionStore, 'readUsersAndEpoch' | 'commitPage'>
    now: () => UnixMs
    detected?: ((lagMs: number) => void) | undefined
  },
  job: {
    source: EventSource
    token: number
    rows: readonly UserRow[]
    rules: Rules
    watermark: UnixSecs | undefined
    keepNewcomers: boolean
    dry: boolean
    state: (found: Pick<Committed, 'changed' | 'newcomers'>) => StateChange | null
  },
): Promise<Committed> {
  const { source, rows } = job
  for (let tries = 0; tries < TRIES; tries++) {
    const { snapshots, epoch } = await deps.store.readUsersAndEpoch(
      source.id,
      rows.map((row) => row.user_id),
    )
    const rules = rulesNow(job.rules, epoch)
    const users: SnapshotChange[] = []
    const events: Event[] = []
    const done: Committed = { changed: 0, events: {}, late: 0, newcomers: [], calledBefore: 0 }
    let returned = 0
    rows.forEach((row, i) => {
      const before = snapshots[i] ?? null
      const { next, changes, calledBefore } = diff(row, before, rules)
      if (next === null) return
      done.changed++
      if (job.watermark !== undefined && row.last_contact_unix_secs < job.watermark) done.late++
      // Whose row can be read at last is no newcomer: nothing is told of them.
      const isNewcomer = before === null || (before.removed && !(isUnread(before) && changes.length === 0))
      if (job.keepNewcomers && isNewcomer) {
        done.newcomers.push(row)
        return
      }
      if (before?.removed) returned++
      if (calledBefore) done.calledBefore++
      users.push({ userId: row.user_id, before, after: next })
      for (const change of changes) {
        events.push(buildEvent(source, change, row, deps.now()))
      }
    })
    const told = new Set<string>()
    const count = () => {
      const written = events.filter(({ id }) => !told.has(id))
      for (const { type } of written) done.events[type] = (done.events[type] ?? 0) + 1
      return written
    }
    const state = job.state(done)
    if (job.dry || (users.length === 0 && state === null)) {
      count()
      return done
    }
    const reply = await deps.store.commitPage(source.id, job.token, {
      users,
      events,
      onTold: (id) => told.add(id),
      state:
        returned === 0
          ? (state ?? {})
          : { ...state, increment: { ...state?.increment, known_users: returned } },
    })
    if (reply === 'FENCED') throw new FencedError()
    if (reply === 'OK') {
      const written = count()
      if (rules.fullScan === null && hasBaseline(rules)) tellLags(written)
      return done
    }
    // CONFLICT: another writer than a poller changed a snapshot (a user was forgotten): compare again.
  }
  throw new Error('The snapshots of a page kept changing while it was committed; it is read again later.')

  /** How long after a call its event came, where a poll from the top of the list has found it. */
  function tellLags(events: readonly Event[]): void {
    for (const { type, timestamp, data } of events) {
      if (type !== 'user.created' && type !== 'user.conversation_count.increased') continue
      const { last_contact_unix_secs: secs } = data.user as UserRow
      deps.detected?.(Date.parse(timestamp) - secs * 1000)
    }
  }
}

/**
 * Somebody who was forgotten, which raises the epoch of newcomers, is a first-time caller when they call again. It may
 * be anybody: from then on an old first contact tells nothing.
 */
function rulesNow(rules: Rules, epoch: number): Rules {
  if (epoch <= rules.epoch) return rules
  const { thereBefore: _, ...others } = rules
  return { ...others, epoch }
}

/** Whether what is found is measured against a whole list. */
function hasBaseline({ announce }: Rules): boolean {
  return announce.everyone || announce.listedLate !== undefined
}
