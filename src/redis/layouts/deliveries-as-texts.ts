import { DELIVERY_STATUSES } from '../../log/deliveries.ts'
import type { Migration } from '../layout.ts'
import { createScript } from '../script.ts'

/** Deliveries of one step. */
const STEP = 250

/**
 * From layout 1 to 2: a delivery was a hash with its attempts in a list beside it, and is a text
 * (log/delivery-record.ts). The attempts stay where they are.
 */
export const deliveriesAsTexts: Migration = async ({ redis, keys }) => {
  const bring = createScript(redis, new URL('./deliveries-as-texts.lua', import.meta.url))
  for (const id of await redis.hkeys(keys.endpoints)) {
    const { status, delivery } = keys.endpoint(id)
    const hashOf = (deliveryId: string) => `${keys.prefix}:{${id}}:d:${deliveryId}`
    for (const list of DELIVERY_STATUSES.map(status)) {
      for (let from = 0; ; from += STEP) {
        const ids = await redis.zrange(list, String(from), String(from + STEP - 1))
        if (ids.length === 0) break
        await bring(
          ids.flatMap((one) => [hashOf(one), delivery(one)]),
          [],
        )
      }
    }
  }
}
