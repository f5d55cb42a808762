import { userIdOf } from '../events/user-of.ts'
import { deliveryId, locator, locatorOf } from '../ids.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import type { Attempt, Delivery, DeliveryStatus, Event, EventType, UnixMs } from '../types.ts'
import { EVENT_GONE, KEPT_BODY } from './deliveries.ts'
import { createReadPlaces, type DeliveryPlace, type OwnedPlace, walkPlaces } from './delivery-places.ts'
import {
  DELIVERY_STATUSES,
  type DeliveryRecord,
  LONGEST_HEAD,
  parseRecord,
  typeInRecord,
} from './delivery-record.ts'

export type { DeliveryPlace } from './delivery-places.ts'

/** Deliveries that one page may look at, so that a filter which hardly ever matches costs a bounded time. */
export const BUDGET = 2_000
/** Deliveries whose type is looked up at once. */
const LOOK = 250
/** Deliveries that are read at once: with what was sent and received, one can have hundreds of kilobytes. */
const AT_ONCE = 25
/** Bytes that one page may read, about: beyond that it ends, and the next one goes on. */
const BUDGET_BYTES = 8 * 1024 * 1024
/** Attempts of each delivery in a list: the newest. One delivery by its id has all that are kept. */
export const LISTED_ATTEMPTS = 10

/** Health of an endpoint as its attempts tell it. */
export interface EndpointHealth {
  failing_since: string | null
  last_success_at: string | null
  failures: number
  /** Nobody answers there: when it is tried again, with one request. Null where it is sent to as usual. */
  next_try_at: string | null
}

/** What to list. The endpoints are those whose deliveries may be seen, deleted ones among them. */
export interface DeliveryQuery {
  endpointIds: readonly string[]
  status: DeliveryStatus | null
  /** Which types of events; null means all. */
  ofType: ((type: EventType) => boolean) | null
  /** Only older than this place. */
  before: DeliveryPlace | null
  since: UnixMs | null
  until: UnixMs | null
  limit: number
}

export interface DeliveryPage {
  data: Delivery[]
  /** Null at the end of the list. */
  next: DeliveryPlace | null
}

/** The reading end of the log of deliveries. */
export function createDeliveryReader(deps: {
  redis: Pick<Redis, 'callBuffer' | 'get' | 'getrange' | 'hgetall' | 'lrange'>
  keys: Keys
  outbox: Pick<Outbox, 'textsSent'>
}) {
  const { redis, keys, outbox } = deps
  const readPlaces = createReadPlaces(deps)

  /** A delivery as it is recorded, and how much was read for it; null where there is none. */
  async function read(endpointId: string, id: string, attempts = -1): Promise<Read | null> {
    const endpoint = keys.endpoint(endpointId)
    const [text, beside] = await Promise.all([
      redis.get(endpoint.delivery(id)),
      redis.lrange(endpoint.attempts(id), attempts === -1 ? 0 : -attempts, -1),
    ])
    if (text === null) return null
    const record = parseRecord(text)
    const all = record.firstAttempt === null ? beside : [record.firstAttempt, ...beside]
    const made = attempts === -1 ? all : all.slice(-attempts)
    const bytes = beside.reduce((sum, json) => sum + json.length, text.length)
    return { id, endpointId, record, made, bytes }
  }

  /** Completes deliveries with what only their events say: whose they are, and what was sent where it was the event. */
  async function withEvents(read: readonly Read[]): Promise<Delivery[]> {
    const places = new Map<string, { sourceId: string; streamId: string }>()
    for (const { record } of read) if (record.place) places.set(placeName(record.place), record.place)
    const found = await outbox.textsSent([...places.values()])
    const texts = new Map([...places.keys()].map((place, i) => [place, found[i] ?? null]))
    return read.map((one) => {
      const { test, place } = one.record
      return toDelivery(one, test ?? (place && texts.get(placeName(place))) ?? null)
    })
  }

  /**
   * A page as lists show it; what has just expired is left out, for it is in the lists until the next
   * maintenance.
   *
   * @param next where the page after all of these begins
   */
  async function pageOf(places: readonly OwnedPlace[], next: DeliveryPlace | null): Promise<DeliveryPage> {
    const data: Delivery[] = []
    let bytes = 0
    for (let i = 0; i < places.length; i += AT_ONCE) {
      const last = places[i - 1]
      if (bytes > BUDGET_BYTES && last) return { data, next: placeOf(last) }
      const some = places.slice(i, i + AT_ONCE)
      const found = await Promise.all(some.map(({ endpointId, id }) => read(endpointId, id, LISTED_ATTEMPTS)))
      const there = found.filter((one) => one !== null)
      data.push(...(await withEvents(there)))
      bytes += there.reduce((sum, one) => sum + one.bytes, 0)
    }
    return { data, next }
  }

  async function typeOf({ endpointId, id }: OwnedPlace): Promise<EventType | null> {
    return typeInRecord(await redis.getrange(keys.endpoint(endpointId).delivery(id), 0, LONGEST_HEAD))
  }

  return {
    /** One delivery with its attempts; its endpoint is found among those given by the locator in its id. */
    async get(id: string, endpointIds: readonly string[]): Promise<Delivery | null> {
      const tag = locatorOf(id)
      for (const endpointId of endpointIds) {
        if (locator(endpointId) !== tag) continue
        const found = await read(endpointId, id)
        if (found) return (await withEvents([found]))[0] ?? null
      }
      return null
    },

    /**
     * A page of the list, newest first. A place keeps its rank while deliveries arrive or change their
     * status, so that a walk over the pages misses and repeats none. It can be shorter than `limit`: where
     * deliveries are long, and with a type, even empty, where few match. `next` is null only at the end.
     */
    async list(query: DeliveryQuery): Promise<DeliveryPage> {
      const { endpointIds, status, since, until, before, limit, ofType } = query
      const statuses = status === null ? DELIVERY_STATUSES : [status]
      const walk = walkPlaces(readPlaces, endpointIds, { statuses, since, until, after: before, limit })
      const page: OwnedPlace[] = []
      let place = before
      let looked = 0
      while (page.length < limit && looked < BUDGET) {
        const wanted = limit - page.length
        const some = await walk.next(ofType ? Math.min(LOOK, BUDGET - looked) : wanted)
        if (some.length === 0) return pageOf(page, null)
        const types = ofType ? await Promise.all(some.map(typeOf)) : []
        for (const [i, one] of some.entries()) {
          const type = types[i]
          if (!ofType || (type && ofType(type))) page.push(one)
          place = one
          looked++
          // What was looked at beyond the page is looked at again for the next one.
          if (page.length === limit && i < some.length - 1) {
            return pageOf(page, placeOf(one))
          }
        }
      }
      const atEnd = await walk.isAtEnd()
      return pageOf(page, atEnd || !place ? null : placeOf(place))
    },

    /** A page of the deliveries of one event, one for each endpoint that it went to, newest first. */
    async ofEvent(eventId: string, query: DeliveryQuery): Promise<DeliveryPage> {
      const { status, since, until, before, ofType, limit } = query
      const found: OwnedPlace[] = []
      for (let i = 0; i < query.endpointIds.length; i += LOOK) {
        const some = query.endpointIds.slice(i, i + LOOK)
        const texts = await Promise.all(
          some.map((id) => redis.get(keys.endpoint(id).delivery(deliveryId(eventId, id)))),
        )
        for (const [j, endpointId] of some.entries()) {
          const text = texts[j] ?? null
          if (text === null) continue
          const record = parseRecord(text)
          const { createdAt } = record
          if (status !== null && record.status !== status) continue
          if ((since !== null && createdAt < since) || (until !== null && createdAt > until)) continue
          if (ofType && !ofType(record.eventType)) continue
          const place = { id: deliveryId(eventId, endpointId), createdAt, endpointId }
          if (before === null || order(place, before) > 0) found.push(place)
        }
      }
      const page = found.sort(order).slice(0, limit)
      const last = page.at(-1)
      return pageOf(page, found.length > limit && last ? placeOf(last) : null)
    },

    async health(endpointId: string): Promise<EndpointHealth> {
      const hash = await redis.hgetall(keys.endpoint(endpointId).health)
      return {
        failing_since: hash.failing_since ? iso(hash.failing_since) : null,
        last_success_at: hash.last_success ? iso(hash.last_success) : null,
        failures: Number(hash.failures ?? 0),
        next_try_at: hash.open_until ? iso(hash.open_until) : null,
      }
    },
  }
}

/** What is recorded of a delivery, its attempts as JSON, and how much was read. */
interface Read {
  id: string
  endpointId: string
  record: DeliveryRecord
  made: string[]
  bytes: number
}

export type DeliveryReader = ReturnType<typeof createDeliveryReader>

/** Newest first; of one millisecond, larger ids first. */
function order(a: DeliveryPlace, b: DeliveryPlace): number {
  return b.createdAt - a.createdAt || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0)
}

function placeOf({ createdAt, id }: DeliveryPlace): DeliveryPlace {
  return { createdAt, id }
}

function placeName({ sourceId, streamId }: { sourceId: string; streamId: string }): string {
  return `${sourceId} ${streamId}`
}

function iso(ms: string): string {
  return new Date(Number(ms)).toISOString()
}

/** @param event the text of its event; null where that is not in the log any more */
function toDelivery({ id, endpointId, record, made }: Read, event: string | null): Delivery {
  const { createdAt, nextAttemptAt, firstBody } = record
  return {
    id,
    event_id: record.eventId,
    event_type: record.eventType,
    endpoint_id: endpointId,
    user_id: event === null ? null : userIdOf(JSON.parse(event) as Event),
    // What is sent to it alone is in an outbox of its own.
    backfill: record.place?.sourceId === endpointId,
    status: record.status,
    created_at: new Date(createdAt).toISOString(),
    // Within a millisecond it has its place among those of its page.
    next_attempt_at: nextAttemptAt === null ? null : new Date(Math.ceil(nextAttemptAt)).toISOString(),
    error: record.error,
    attempts: made.map((text) => attemptOf(text, { first: firstBody, event: event ?? EVENT_GONE })),
  }
}

/**
 * An attempt as it is shown. Its JSON has no body where that stands behind it or is the first one, and null where
 * the event itself was sent.
 */
function attemptOf(text: string, { first, event }: { first: string; event: string }): Attempt {
  const end = text.indexOf('\n')
  const attempt = JSON.parse(end === -1 ? text : text.slice(0, end)) as Recorded
  const own = end === -1 ? first : text.slice(end + 1)
  const { body = own } = attempt.request
  return { ...attempt, request: { ...attempt.request, body: body ?? event.slice(0, KEPT_BODY) } }
}

/** An attempt as it is recorded. */
type Recorded = Omit<Attempt, 'request'> & {
  request: Omit<Attempt['request'], 'body'> & { body?: string | null }
}
