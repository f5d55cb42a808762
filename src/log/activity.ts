import { setTimeout as wait } from 'node:timers/promises'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import { createScript } from '../redis/script.ts'
import type { DeliveryError, DeliveryStatus, EventType } from '../types.ts'

/**
 * Entries that are kept, about: who was away for longer has missed some, and is told so. What happens at once shares an
 * entry, of up to AT_ONCE.
 */
export const ACTIVITY_KEPT = 2_000
export const AT_ONCE = 10
/** Entries read at once. */
const PAGE = 50
/** How long one blocking read waits (ms). */
const BLOCK_MS = 5_000
/** How long to wait after a read that failed (ms). */
const RETRY_MS = 1_000

/** An attempt, without what was sent and received. */
export interface AttemptMade {
  delivery_id: string
  event_id: string
  event_type: EventType
  endpoint_id: string
  /** It tells of a caller who was known already. */
  backfill: boolean
  /** What became of the delivery with it. */
  status: DeliveryStatus
  number: number
  at: string
  duration_ms: number
  response_status: number | null
  error: DeliveryError | null
  next_attempt_at: string | null
}

/** Something that just happened: an event that has been fanned out, by its place, or an attempt. */
export type Activity =
  | { kind: 'event'; sourceId: string; place: string }
  | { kind: 'attempt'; attempt: AttemptMade }

/** One activity with its id, by which a watcher can go on. */
export type ActivityEntry = Activity & { id: string }

/** Notes what happens, for those who watch. It is a convenience: the truth is in the outbox and the log. */
export function createActivityWriter(deps: { redis: Pick<Redis, 'callBuffer'>; keys: Keys }) {
  const note = createScript(deps.redis, new URL('./note-activity.lua', import.meta.url))
  return async (activities: readonly Activity[]): Promise<void> => {
    if (activities.length === 0) return
    const entries: string[] = []
    for (let i = 0; i < activities.length; i += AT_ONCE) {
      entries.push(JSON.stringify(activities.slice(i, i + AT_ONCE)))
    }
    await note([deps.keys.activity], [ACTIVITY_KEPT, ...entries])
  }
}

export type NoteActivity = ReturnType<typeof createActivityWriter>

/** What a watcher gets, in order; `missed` where entries that it had not seen are gone. */
export interface Watcher {
  entry(entry: ActivityEntry): Promise<void>
  missed(): Promise<void>
}

/**
 * Follows the activity for any number of watchers. One blocking read of one connection wakes them all; each
 * reads on from its own place at its own pace, so that a slow one holds up nobody and fills no memory.
 *
 * @param deps.connect makes a connection for blocking reads
 */
export function createActivityFeed(deps: {
  redis: Pick<Redis, 'xrange' | 'xrevrange' | 'xlen'>
  connect: () => Redis
  keys: Keys
}) {
  const { redis, keys } = deps
  const waiting = new Set<() => void>()
  let watchers = 0
  let blocking: Redis | null = null

  async function follow(connection: Redis): Promise<void> {
    let last = '$'
    while (blocking === connection) {
      try {
        await connection.xread('COUNT', 1, 'BLOCK', BLOCK_MS, 'STREAMS', keys.activity, last)
        // From the place of the newest: of what came at once, one wake is enough.
        last = await newest()
      } catch {
        await wait(RETRY_MS)
      }
      // After a quiet wait too: what came while the connection was being made is found then.
      wakeAll()
    }
  }

  function wakeAll(): void {
    const all = [...waiting]
    waiting.clear()
    for (const wake of all) wake()
  }

  async function newest(): Promise<string> {
    return (await redis.xrevrange(keys.activity, '+', '-', 'COUNT', 1))[0]?.[0] ?? '0-0'
  }

  async function hasMissed(after: string): Promise<boolean> {
    const [oldest] = await redis.xrange(keys.activity, '-', '+', 'COUNT', 1)
    if (oldest === undefined || !isBefore(placeOf(after).entry, oldest[0])) return false
    return (await redis.xlen(keys.activity)) >= ACTIVITY_KEPT
  }

  return {
    /**
     * Tells a watcher what happens from now on, or after the entry where it left off, until the signal.
     *
     * @param after id of the last entry that it has seen
     */
    async watch(watcher: Watcher, after: string | null, signal: AbortSignal): Promise<void> {
      watchers++
      if (blocking === null) {
        blocking = deps.connect()
        // It reconnects by itself; whether Redis is there is told elsewhere.
        blocking.on('error', () => undefined)
        void follow(blocking)
      }
      try {
        let place = after ?? (await newest())
        if (after !== null && (await hasMissed(after))) await watcher.missed()
        let wake = () => {}
        signal.addEventListener('abort', () => wake(), { once: true })
        while (!signal.aborted) {
          const woken = new Promise<void>((resolve) => {
            wake = resolve
            waiting.add(resolve)
          })
          const { entry, seen } = placeOf(place)
          const from = seen === null ? `(${entry}` : entry
          const page = await redis.xrange(keys.activity, from, '+', 'COUNT', PAGE)
          for (const [id, [, json]] of page) {
            for (const [n, activity] of activitiesOf(json).entries()) {
              if (id === entry && seen !== null && n <= seen) continue
              if (signal.aborted) return
              await watcher.entry({ id: `${id}.${n}`, ...activity })
            }
            place = id
          }
          if (page.length < PAGE && !signal.aborted) await woken
        }
      } finally {
        if (--watchers === 0) {
          blocking?.disconnect()
          blocking = null
        }
      }
    },
  }
}

export type ActivityFeed = ReturnType<typeof createActivityFeed>

/** What an entry holds. Before several could share one it held a single one by itself. */
function activitiesOf(json = '[]'): Activity[] {
  const held = JSON.parse(json) as Activity | Activity[]
  return Array.isArray(held) ? held : [held]
}

/** Of the id of an activity: its entry, and how many of that come before it; of an entry's own, that it is past. */
function placeOf(id: string): { entry: string; seen: number | null } {
  const [entry = '', seen] = id.split('.')
  return { entry, seen: seen === undefined ? null : Number(seen) }
}

/** Whether one stream id comes before another. */
function isBefore(a: string, b: string): boolean {
  const [aMs = '0', aSeq = '0'] = a.split('-')
  const [bMs = '0', bSeq = '0'] = b.split('-')
  if (aMs !== bMs) return BigInt(aMs) < BigInt(bMs)
  return BigInt(aSeq) < BigInt(bSeq)
}
