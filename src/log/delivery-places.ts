import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import { createScript } from '../redis/script.ts'
import type { DeliveryStatus, UnixMs } from '../types.ts'

/** A place in a list of deliveries. */
export interface DeliveryPlace {
  createdAt: UnixMs
  id: string
}

/** Which deliveries of one endpoint, and from where on. `since` and `until` are inclusive. */
export interface PlaceQuery {
  order: 'newest' | 'oldest'
  statuses: readonly DeliveryStatus[]
  since: UnixMs | null
  until: UnixMs | null
  /** Only what comes after this place, in the order asked for. */
  after: DeliveryPlace | null
  limit: number
}

/** Most places of one read. */
const LARGEST_READ = 250
/** Fewest of one endpoint, where there are many endpoints. */
const SMALLEST_READ = 4

/** Makes the reading of one endpoint's lists, which tells where deliveries are and nothing of what they hold. */
export function createReadPlaces(deps: { redis: Pick<Redis, 'callBuffer'>; keys: Keys }) {
  const list = createScript(deps.redis, new URL('./list-deliveries.lua', import.meta.url))

  return async function readPlaces(endpointId: string, query: PlaceQuery): Promise<DeliveryPlace[]> {
    const { order, statuses, since, until, after, limit } = query
    const reply = (await list(statuses.map(deps.keys.endpoint(endpointId).status), [
      order,
      since ?? '-inf',
      until ?? '+inf',
      after?.createdAt ?? '',
      after?.id ?? '',
      limit,
    ])) as Buffer[]
    return Array.from({ length: reply.length / 2 }, (_, i) => ({
      id: String(reply[2 * i]),
      createdAt: Number(reply[2 * i + 1]),
    }))
  }
}

export type ReadPlaces = ReturnType<typeof createReadPlaces>

/** A place and whose it is. */
export interface OwnedPlace extends DeliveryPlace {
  endpointId: string
}

/**
 * Walks the places of many endpoints, newest first: each endpoint's list is read a little ahead, more where
 * more of it is taken, so that a page of a thousand endpoints costs about as many places as it shows.
 */
export function walkPlaces(
  readPlaces: ReadPlaces,
  endpointIds: readonly string[],
  query: Omit<PlaceQuery, 'order'>,
) {
  const share = Math.ceil((query.limit + 1) / Math.max(1, endpointIds.length))
  const lanes = endpointIds.map((endpointId) => ({
    endpointId,
    /** Read and not taken yet, newest last. */
    read: [] as DeliveryPlace[],
    after: query.after,
    size: Math.min(LARGEST_READ, Math.max(SMALLEST_READ, share)),
    ended: false,
  }))
  type Lane = (typeof lanes)[number]

  async function fill(lane: Lane): Promise<void> {
    const places = await readPlaces(lane.endpointId, {
      ...query,
      order: 'newest',
      after: lane.after,
      limit: lane.size,
    })
    lane.after = places.at(-1) ?? lane.after
    lane.ended = places.length < lane.size
    lane.size = Math.min(lane.size * 2, LARGEST_READ)
    lane.read = places.reverse()
  }

  /** The lane with the newest place; null at the end of them all. */
  async function newest(): Promise<Lane | null> {
    // Which is the newest is known only while every lane shows one, or has ended.
    const empty = lanes.filter(({ read, ended }) => read.length === 0 && !ended)
    if (empty.length > 0) await Promise.all(empty.map(fill))
    let found: Lane | null = null
    for (const lane of lanes) {
      const place = lane.read.at(-1)
      const best = found?.read.at(-1)
      if (place && (!best || isNewer(place, best))) found = lane
    }
    return found
  }

  return {
    /** The next places, fewer than asked for only at the end. */
    async next(count: number): Promise<OwnedPlace[]> {
      const taken: OwnedPlace[] = []
      while (taken.length < count) {
        const lane = await newest()
        const place = lane?.read.pop()
        if (!lane || !place) break
        taken.push({ ...place, endpointId: lane.endpointId })
      }
      return taken
    },

    async isAtEnd(): Promise<boolean> {
      return (await newest()) === null
    },
  }
}

function isNewer(a: DeliveryPlace, b: DeliveryPlace): boolean {
  return a.createdAt === b.createdAt ? a.id > b.id : a.createdAt > b.createdAt
}
