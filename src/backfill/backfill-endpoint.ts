import type { Logger } from 'pino'
import type { EndpointRecord } from '../endpoints/endpoints.ts'
import { RingpostError } from '../errors.ts'
import { type Filter, matchesFilter } from '../fanout/filter.ts'
import type { Event, UnixMs } from '../types.ts'
import type { Users } from '../users/users.ts'
import { backfillEvent } from './backfill-event.ts'
import type { Backfill, BackfillPlace, Backfills, BackfillWish } from './backfills.ts'

/** Users of one step. */
const PAGE = 250
/** Deliveries of an endpoint that may wait: what happens meanwhile waits behind no more than these. */
const WAITING = 1_000
/** When an endpoint that has enough to do is looked at again (ms). */
const LATER_MS = 1_000

interface Source {
  id: string
  name: string
  deleted_at: string | null
}

/**
 * Makes the backfill of endpoints: all users that are known already become an event each, for one endpoint and no
 * other. It is a walk in steps, each written as a whole, and it never lets more than a thousand deliveries wait.
 */
export function createBackfillEndpoint(deps: {
  backfills: Backfills
  endpoints: {
    get: (id: string) => Promise<EndpointRecord>
    find: (id: string) => Promise<EndpointRecord | null>
  }
  sources: { list: () => Promise<Source[]>; find: (id: string) => Promise<Source | null> }
  users: Pick<Users, 'list'>
  knownUsers: (sourceId: string) => Promise<number>
  /** Deliveries of an endpoint that have not ended. */
  waiting: (endpointId: string) => Promise<number>
  wake: (endpointId: string) => Promise<void>
  /** Asks for the next steps, after a time (ms). */
  backfillSoon: (endpointId: string, delayMs: number) => Promise<void>
  now: () => UnixMs
  logger: Logger
}) {
  const { backfills, endpoints, sources } = deps

  async function sourcesOf(endpoint: EndpointRecord, { sourceIds }: BackfillWish): Promise<string[]> {
    const known = (await sources.list()).map(({ id }) => id)
    const missing = sourceIds?.find((id) => !known.includes(id))
    if (missing !== undefined) {
      const message = `is not a source: there is no ${missing}`
      const fields = [{ path: `source_ids.${sourceIds?.indexOf(missing)}`, message }]
      throw new RingpostError('bad_request', `source_ids ${message}.`, { fields })
    }
    const wanted = sourceIds ?? endpoint.source_ids
    return wanted === null ? known : known.filter((id) => wanted.includes(id))
  }

  async function total(ids: readonly string[]): Promise<number> {
    const counts = await Promise.all(ids.map(deps.knownUsers))
    return counts.reduce((sum, count) => sum + count, 0)
  }

  /** The users of a step as events, and where the next one begins. */
  async function pageAt(
    endpoint: EndpointRecord,
    walk: { sources: readonly string[]; generation: number; asked: BackfillWish },
    at: BackfillPlace,
  ): Promise<{ events: Event[]; seen: number; to: BackfillPlace | null }> {
    const id = walk.sources[at.source]
    const next: BackfillPlace = { source: at.source + 1, users: null }
    if (id === undefined) return { events: [], seen: 0, to: null }
    const to = next.source < walk.sources.length ? next : null
    const source = await sources.find(id)
    if (source === null || source.deleted_at !== null) return { events: [], seen: 0, to }
    const page = await deps.users.list(id, { after: at.users, limit: PAGE })
    const there = page.data.filter(({ snapshot }) => !snapshot.removed)
    const filter: Filter | null = walk.asked.filter === undefined ? endpoint.filter : walk.asked.filter
    return {
      events: there
        .map((user) => backfillEvent(endpoint.id, source, user, walk.generation, deps.now()))
        .filter((event) => filter === null || matchesFilter(event, filter)),
      seen: there.length,
      to: page.next === null ? to : { source: at.source, users: page.next },
    }
  }

  return {
    /** How many users it would be. */
    async count(endpointId: string, asked: BackfillWish, signal: AbortSignal) {
      const endpoint = await endpoints.get(endpointId)
      const walk = { sources: await sourcesOf(endpoint, asked), generation: 0, asked }
      const counted = { users: 0, matching: 0 }
      for (let at: BackfillPlace | null = { source: 0, users: null }; at !== null; ) {
        if (signal.aborted) throw new RingpostError('not_ready', 'ringpost is stopping. Ask again.')
        const page: Awaited<ReturnType<typeof pageAt>> = await pageAt(endpoint, walk, at)
        counted.users += page.seen
        counted.matching += page.events.length
        at = page.to
      }
      return counted
    },

    /**
     * Begins a backfill, or joins the same one that goes on.
     *
     * @throws RingpostError `not_found`; `conflict` where the endpoint is disabled, or another backfill goes on;
     *   `bad_request` for a source that there is not
     */
    async begin(endpointId: string, asked: BackfillWish, again: boolean): Promise<Backfill> {
      const endpoint = await endpoints.get(endpointId)
      if (!endpoint.enabled) {
        throw new RingpostError(
          'conflict',
          `${endpointId} is disabled, and nothing is sent to it. Enable it first.`,
        )
      }
      const ids = await sourcesOf(endpoint, asked)
      const backfill = await backfills.begin(endpointId, asked, {
        sources: ids,
        total: await total(ids),
        again,
      })
      await deps.backfillSoon(endpointId, 0)
      return backfill
    },

    /** Goes on for as long as there is room, and asks for more time where there is none. */
    async run(endpointId: string, signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        const backfill = await backfills.read(endpointId)
        if (backfill?.state !== 'running') return
        const endpoint = await endpoints.find(endpointId)
        if (endpoint === null || endpoint.deleted_at !== null) return backfills.stop(endpointId)
        // It goes on once the endpoint is enabled: the sweep looks.
        if (!endpoint.enabled) return
        if ((await deps.waiting(endpointId)) > WAITING - PAGE) return deps.backfillSoon(endpointId, LATER_MS)
        const page = await pageAt(endpoint, backfill, backfill.place)
        const done = await backfills.step(endpointId, backfill, page)
        if (!done) continue
        if (page.events.length > 0) await deps.wake(endpointId)
        if (page.to === null) deps.logger.info({ endpoint: endpointId }, 'backfill: everybody is queued')
      }
    },
  }
}

export type BackfillEndpoint = ReturnType<typeof createBackfillEndpoint>
