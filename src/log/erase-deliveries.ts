import { deliveryId } from '../ids.ts'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import { createScript } from '../redis/script.ts'
import { DELIVERY_STATUSES } from './delivery-record.ts'

/** Erases what became of some events at one endpoint. Answers how many deliveries there were. */
export type EraseDeliveries = (endpointId: string, eventIds: readonly string[]) => Promise<number>

/** Makes what takes deliveries and their attempts out of the log; they need not be there. */
export function createEraseDeliveries(deps: {
  redis: Pick<Redis, 'callBuffer'>
  keys: Keys
}): EraseDeliveries {
  const erase = createScript(deps.redis, new URL('./erase-deliveries.lua', import.meta.url))
  return async (endpointId, eventIds) => {
    const endpoint = deps.keys.endpoint(endpointId)
    const ids = eventIds.map((eventId) => deliveryId(eventId, endpointId))
    return Number(
      await erase(
        [
          endpoint.due,
          endpoint.retries,
          endpoint.busy,
          ...DELIVERY_STATUSES.map(endpoint.status),
          ...ids.flatMap((id) => [endpoint.delivery(id), endpoint.attempts(id)]),
        ],
        ids,
      ),
    )
  }
}
