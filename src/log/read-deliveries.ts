import type { Redis } from 'ioredis'
import { deliveryId, locator, locatorOf } from '../ids.ts'
import type { Keys } from '../redis/keys.ts'
import { createScript } from '../redis/script.ts'
import type { Attempt, Delivery, DeliveryError, DeliveryStatus, EventType, UnixMs } from '../types.ts'
import { DELIVERY_STATUSES } from './deliveries.ts'

/** A place in a list of deliveries, newest first. */
export interface DeliveryPlace {
  createdAt: UnixMs
  id: string
}

/** Health of an endpoint as its attempts tell it. */
export interface EndpointHealth {
  failing_since: string | null
  last_success_at: string | null
  failures: number
}

/** What to list. The endpoints are those whose deliveries may be seen, deleted ones among them. */
export interface DeliveryQuery {
  endpointIds: readonly string[]
  status: DeliveryStatus | null
  /** Only older than this place. */
  before: DeliveryPlace | null
  since: UnixMs | null
  until: UnixMs | null
  limit: number
}

/** The reading end of the log of deliveries. */
export function createDeliveryReader(deps: {
  redis: Pick<Redis, 'callBuffer' | 'hgetall' | 'lrange'>
  keys: Keys
}) {
  const { redis, keys } = deps
  const list = createScript(redis, new URL('./list-deliveries.lua', import.meta.url))

  async function read(endpointId: string, id: string): Promise<Delivery | null> {
    const endpoint = keys.endpoint(endpointId)
    const [hash, attempts] = await Promise.all([
      redis.hgetall(endpoint.delivery(id)),
      redis.lrange(endpoint.attempts(id), 0, -1),
    ])
    return hash.s === undefined ? null : toDelivery(id, endpointId, hash, attempts)
  }

  /** The newest places of one endpoint, at most `limit` of each status. */
  async function placesOf(endpointId: string, query: DeliveryQuery) {
    const endpoint = keys.endpoint(endpointId)
    const statuses = query.status === null ? DELIVERY_STATUSES : [query.status]
    const top = query.before?.createdAt ?? query.until ?? '+inf'
    const reply = (await list(statuses.map(endpoint.status), [
      top,
      query.before?.id ?? '',
      query.since ?? '-inf',
      query.limit,
    ])) as Buffer[]
    const places: (DeliveryPlace & { endpointId: string })[] = []
    for (let i = 0; i < reply.length; i += 2) {
      places.push({ id: String(reply[i]), createdAt: Number(reply[i + 1]), endpointId })
    }
    return places
  }

  return {
    /** One delivery with its attempts; its endpoint is found among those given by the locator in its id. */
    async get(id: string, endpointIds: readonly string[]): Promise<Delivery | null> {
      const tag = locatorOf(id)
      for (const endpointId of endpointIds) {
        if (locator(endpointId) !== tag) continue
        const delivery = await read(endpointId, id)
        if (delivery) return delivery
      }
      return null
    },

    /**
     * A page of the list, newest first. A place keeps its rank while deliveries arrive or change their
     * status, so that a walk over the pages misses and repeats none.
     */
    async list(query: DeliveryQuery): Promise<{ data: Delivery[]; next: DeliveryPlace | null }> {
      const places = (await Promise.all(query.endpointIds.map((id) => placesOf(id, query)))).flat()
      places.sort((a, b) => b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1))
      const page = places.slice(0, query.limit)
      const found = await Promise.all(page.map((place) => read(place.endpointId, place.id)))
      const last = page.at(-1)
      return {
        // A record that has just expired is still in the list until the next maintenance.
        data: found.filter((delivery) => delivery !== null),
        next: places.length >= query.limit && last ? { createdAt: last.createdAt, id: last.id } : null,
      }
    },

    /** The deliveries of one event, one for each endpoint that it went to. */
    async ofEvent(eventId: string, endpointIds: readonly string[]): Promise<Delivery[]> {
      const found = await Promise.all(endpointIds.map((id) => read(id, deliveryId(eventId, id))))
      return found.filter((delivery) => delivery !== null)
    },

    async health(endpointId: string): Promise<EndpointHealth> {
      const hash = await redis.hgetall(keys.endpoint(endpointId).health)
      return {
        failing_since: hash.failing_since ? iso(hash.failing_since) : null,
        last_success_at: hash.last_success ? iso(hash.last_success) : null,
        failures: Number(hash.failures ?? 0),
      }
    },
  }
}

export type DeliveryReader = ReturnType<typeof createDeliveryReader>

function iso(ms: string): string {
  return new Date(Number(ms)).toISOString()
}

function toDelivery(
  id: string,
  endpointId: string,
  hash: Record<string, string>,
  attempts: string[],
): Delivery {
  return {
    id,
    event_id: hash.e ?? '',
    event_type: hash.t as EventType,
    endpoint_id: endpointId,
    status: hash.s as DeliveryStatus,
    created_at: iso(hash.c ?? '0'),
    next_attempt_at: hash.x === undefined ? null : iso(hash.x),
    error: hash.err === undefined ? null : (JSON.parse(hash.err) as DeliveryError),
    attempts: attempts.map((json) => JSON.parse(json) as Attempt),
  }
}
