import type { NewEndpoint } from '../../../src/endpoints/endpoints.ts'
import { CATALOGUE } from '../../../src/events/catalogue.ts'
import { deliveryId } from '../../../src/ids.ts'
import type { Event, EventType } from '../../../src/types.ts'
import { SRC, startDelivering } from '../../deliver/delivering.ts'
import type { Crm } from '../services/crm.ts'
import { startHubspot } from '../services/hubspot.ts'
import { startPipedrive } from '../services/pipedrive.ts'
import { startSalesforce } from '../services/salesforce.ts'

/** A service for every kind that keeps records. */
export const CRMS: Record<string, () => Promise<Crm & { index?: { upTo: number } }>> = {
  hubspot: startHubspot,
  pipedrive: startPipedrive,
  salesforce: startSalesforce,
}

let made = 0

/** A call of somebody. */
export function call(
  userId: string,
  more: { count?: number; at?: number; type?: EventType; data?: object } = {},
): Event {
  const { count = 1, at = 1_700_000_000 + count, type = 'user.created', data = {} } = more
  const event = structuredClone(CATALOGUE[type].sample) as Event
  event.id = `evt_${String(++made).padStart(32, '0')}`
  const user = {
    ...(event.data.user as object),
    user_id: userId,
    conversation_count: count,
    first_contact_unix_secs: 1_700_000_000,
    last_contact_unix_secs: at,
  }
  event.data = { ...event.data, source: { id: SRC, name: SRC }, user, ...data }
  return event
}

/** Deliveries to a CRM, from events that a test makes. */
export async function startCalling(
  crm: Pick<Crm, 'kind' | 'settings'>,
  over: Parameters<typeof startDelivering>[0] = {},
) {
  const delivering = await startDelivering({ schedule: [60_000], ...over })
  const { redis, keys, relay } = delivering
  return {
    ...delivering,
    addCrm: (input: Partial<NewEndpoint> = {}) =>
      delivering.addEndpoint('', { kind: crm.kind, settings: crm.settings, rate_limit: 1_000, ...input }),
    /** Puts events into the outbox, and fans them out. */
    async calls(...events: Event[]): Promise<void> {
      const { outbox, eventIndex } = keys.source(SRC)
      const pipeline = redis.pipeline()
      for (const event of events) pipeline.xadd(outbox, '*', 'id', event.id, 'event', JSON.stringify(event))
      const places = (await pipeline.exec()) ?? []
      await redis.hset(
        eventIndex,
        Object.fromEntries(events.map(({ id }, i) => [id, String(places[i]?.[1] ?? '')])),
      )
      await relay(SRC)
    },
    deliveryOf: (event: Event, endpointId: string) =>
      delivering.reader.get(deliveryId(event.id, endpointId), [endpointId]),
  }
}
