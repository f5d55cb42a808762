import { userIdOf } from '../events/user-of.ts'
import { deliveryId, locator, locatorOf } from '../ids.ts'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import { createScript } from '../redis/script.ts'
import type { Attempt, Delivery, Event, UnixMs } from '../types.ts'
import { parseRecord, recordText } from './delivery-record.ts'

/**
 * Tests of endpoints in the log of deliveries. A test's event happened to nobody: it is in no source's outbox,
 * goes to no other endpoint, and is kept with its delivery.
 */
export function createTestDeliveries(deps: {
  redis: Pick<Redis, 'callBuffer' | 'get'>
  keys: Keys
  endpoints: { ids: () => Promise<string[]> }
  retentionMs: number
}) {
  const { redis, keys } = deps
  const record = createScript(redis, new URL('./record-test.lua', import.meta.url))

  return {
    /** Records a test that has been sent. */
    async record(endpointId: string, event: Event, attempt: Attempt, at: UnixMs): Promise<Delivery> {
      const endpoint = keys.endpoint(endpointId)
      const id = deliveryId(event.id, endpointId)
      const status = attempt.error === null ? 'succeeded' : 'failed'
      await record(
        [endpoint.delivery(id), endpoint.status(status)],
        [
          id,
          at,
          recordText(
            {
              status,
              createdAt: at,
              made: 1,
              countedFrom: 0,
              nextAttemptAt: null,
              run: null,
              eventId: event.id,
              eventType: event.type,
              place: null,
            },
            {
              error: attempt.error === null ? '' : JSON.stringify(attempt.error),
              test: JSON.stringify(event),
              attempt: JSON.stringify(attempt),
            },
          ),
          at + deps.retentionMs,
        ],
      )
      return {
        id,
        event_id: event.id,
        event_type: event.type,
        endpoint_id: endpointId,
        user_id: userIdOf(event),
        backfill: false,
        status,
        created_at: new Date(at).toISOString(),
        next_attempt_at: null,
        error: attempt.error,
        attempts: [attempt],
      }
    },

    /** The event of a test; null where there is none with this id, or no longer. */
    async event(id: string): Promise<Event | null> {
      const tag = locatorOf(id)
      if (tag === null) return null
      for (const endpointId of await deps.endpoints.ids()) {
        if (locator(endpointId) !== tag) continue
        const text = await redis.get(keys.endpoint(endpointId).delivery(deliveryId(id, endpointId)))
        const test = text === null ? null : parseRecord(text).test
        if (test !== null) return JSON.parse(test) as Event
      }
      return null
    },
  }
}

export type TestDeliveries = ReturnType<typeof createTestDeliveries>
