import { userIdOf } from '../events/user-of.ts'
import { deliveryId, locator, locatorOf } from '../ids.ts'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import { createScript } from '../redis/script.ts'
import type { Attempt, Delivery, Event, UnixMs } from '../types.ts'

/**
 * Tests of endpoints in the log of deliveries. A test's event happened to nobody: it is in no source's outbox,
 * goes to no other endpoint, and is kept with its delivery.
 */
export function createTestDeliveries(deps: {
  redis: Pick<Redis, 'callBuffer' | 'hget'>
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
        [endpoint.delivery(id), endpoint.attempts(id), endpoint.status(status)],
        [
          id,
          status,
          event.id,
          event.type,
          at,
          JSON.stringify(attempt),
          attempt.error === null ? '' : JSON.stringify(attempt.error),
          JSON.stringify(event),
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
        const json = await redis.hget(keys.endpoint(endpointId).delivery(deliveryId(id, endpointId)), 'test')
        if (json !== null) return JSON.parse(json) as Event
      }
      return null
    },
  }
}

export type TestDeliveries = ReturnType<typeof createTestDeliveries>
