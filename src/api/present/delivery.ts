import type { Delivery } from '../../types.ts'
import type { ApiDeliverySummary } from '../schemas/delivery.ts'

/** A delivery as lists show it: without what was sent and received, which may be long. */
export function presentDeliverySummary(delivery: Delivery): ApiDeliverySummary {
  return {
    ...delivery,
    attempts: delivery.attempts.map(({ number, at, duration_ms, url, response, error }) => ({
      number,
      at,
      duration_ms,
      url,
      response: response && { status: response.status },
      error,
    })),
  }
}
