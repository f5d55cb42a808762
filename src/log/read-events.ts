import { locator, locatorOf } from '../ids.ts'
import type { Outbox, OutboxEntry } from '../outbox/outbox.ts'
import type { Event, UnixMs } from '../types.ts'
import { createForemost } from './foremost.ts'

/** Events that one page may look at, so that a filter which hardly ever matches costs a bounded time. */
const BUDGET = 2_000
/** And bytes of them, about: one can have twenty kilobytes. */
const BUDGET_BYTES = 8 * 1024 * 1024
/** Entries of one read: few at first, more while nothing matches. */
const SMALLEST_READ = 2
const LARGEST_READ = 250
/**
 * How far an event's timestamp (our clock) may be from its place in the stream (the clock of Redis). Time
 * filters go by the timestamp, which people see; the stream is read this much wider at both ends.
 */
const SLACK_MS = 60_000

/** A place in the event log of all sources. */
export interface EventPlace {
  streamId: string
  sourceId: string
}

/** What to list. `since` and `until` are inclusive and go by the event's timestamp. */
export interface EventQuery {
  /** Null means every source. */
  sourceId: string | null
  keep: (event: Event) => boolean
  since: UnixMs | null
  until: UnixMs | null
  /** Only what comes after this place. */
  before: EventPlace | null
  limit: number
}

/** One source's outbox, read from its newest entry downwards. */
interface Lane {
  sourceId: string
  /** What has been read and not looked at, oldest first, so that the next one is popped. */
  read: OutboxEntry[]
  before: string
  size: number
  ended: boolean
}

/**
 * The event log: the outboxes of all sources, merged by stream id, newest first; of equal ids the source
 * with the larger id comes first. Entries are only ever added above and removed below, so a walk over the
 * pages misses and repeats nothing while events arrive.
 */
export function createEventReader(deps: {
  outbox: Pick<Outbox, 'newestFirst' | 'byId'>
  /** Everyone who has an outbox; deleted sources too: their events are in the log until the retention ends. */
  owners: { ids: () => Promise<string[]> }
  /** Who may have an outbox of backfills: what is in it is no news, and is found by its id alone. */
  endpoints?: { ids: () => Promise<string[]> }
}) {
  async function fill(lane: Lane, from: string): Promise<void> {
    const { before, size } = lane
    const entries = await deps.outbox.newestFirst(lane.sourceId, { before, from, limit: size })
    lane.before = entries.at(-1)?.streamId ?? before
    lane.ended = entries.length < size
    lane.size = Math.min(size * 2, LARGEST_READ)
    lane.read = entries.reverse()
  }

  /** One event and where it is; its source is found by the locator in its id. */
  async function locate(id: string): Promise<(OutboxEntry & { sourceId: string }) | null> {
    const tag = locatorOf(id)
    if (tag === null) return null
    const endpointIds = (await deps.endpoints?.ids()) ?? []
    for (const sourceId of [...(await deps.owners.ids()), ...endpointIds]) {
      if (locator(sourceId) !== tag) continue
      const entry = await deps.outbox.byId(sourceId, id)
      if (entry) return { ...entry, sourceId }
    }
    return null
  }

  return {
    locate,

    async get(id: string): Promise<Event | null> {
      return (await locate(id))?.event ?? null
    },

    /**
     * A page of the log, newest first. It can be shorter than `limit`, even empty, where few events match:
     * `next` is null only at the end of the log.
     */
    async list(query: EventQuery): Promise<{ data: Event[]; next: EventPlace | null }> {
      const { before, since, until, limit } = query
      const top = until === null ? '+' : `${until + SLACK_MS + 1}-0`
      const from = since === null ? '-' : String(Math.max(0, since - SLACK_MS))
      const lanes = (await deps.owners.ids())
        .filter((id) => query.sourceId === null || id === query.sourceId)
        .map((id, _, { length }): Lane => {
          const size = Math.min(LARGEST_READ, Math.max(SMALLEST_READ, Math.ceil((limit + 1) / length)))
          return { sourceId: id, read: [], before: startOf(id, before) ?? top, size, ended: false }
        })
      const wanted = ({ event }: OutboxEntry) => isWithin(event, since, until) && query.keep(event)

      const data: Event[] = []
      let place = before
      let bytes = 0
      // Which entry is the newest is known only while every lane that has not ended is in it.
      const merged = createForemost(isNewer)
      await Promise.all(lanes.map((lane) => fill(lane, from)))
      for (const lane of lanes) if (lane.read.length > 0) merged.add(lane)
      for (let looked = 0; ; looked++) {
        const lane = merged.foremost
        if (lane === undefined) return { data, next: null }
        if (data.length === limit || looked === BUDGET || bytes > BUDGET_BYTES) return { data, next: place }
        merged.take()
        const entry = lane.read.pop()
        if (lane.read.length === 0 && !lane.ended) await fill(lane, from)
        if (lane.read.length > 0) merged.add(lane)
        if (entry === undefined) continue
        bytes += entry.text.length
        place = { streamId: entry.streamId, sourceId: lane.sourceId }
        if (wanted(entry)) data.push(entry.event)
      }
    },
  }
}

export type EventReader = ReturnType<typeof createEventReader>

/** Where a source's lane begins, exclusively: of the place's own stream id, smaller source ids come after it. */
function startOf(sourceId: string, place: EventPlace | null): string | null {
  if (place === null) return null
  if (sourceId >= place.sourceId) return place.streamId
  const [ms, sequence] = partsOf(place.streamId)
  return `${ms}-${BigInt(sequence) + 1n}`
}

/** Whether the next entry of one lane is newer than that of another. Both have one. */
function isNewer(a: Lane, b: Lane): boolean {
  const [one, other] = [a.read.at(-1)?.streamId ?? '', b.read.at(-1)?.streamId ?? '']
  return (compare(one, other) || (a.sourceId > b.sourceId ? 1 : -1)) > 0
}

function compare(a: string, b: string): number {
  const [aMs, aSequence] = partsOf(a)
  const [bMs, bSequence] = partsOf(b)
  return compareDecimal(aMs, bMs) || compareDecimal(aSequence, bSequence)
}

/** Of numbers without leading zeros, as text: Redis counts both parts of a stream id in 64 bits. */
function compareDecimal(a: string, b: string): number {
  if (a.length !== b.length) return a.length - b.length
  return a === b ? 0 : a > b ? 1 : -1
}

function partsOf(streamId: string): [ms: string, sequence: string] {
  const [ms = '0', sequence = '0'] = streamId.split('-')
  return [ms, sequence]
}

function isWithin(event: Event, since: UnixMs | null, until: UnixMs | null): boolean {
  const at = Date.parse(event.timestamp)
  return (since === null || at >= since) && (until === null || at <= until)
}
