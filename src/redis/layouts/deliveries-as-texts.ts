import type { Migration } from '../layout.ts'
import { createScript } from '../script.ts'

/** As layout 1 has them. */
const STATUSES = ['pending', 'retrying', 'succeeded', 'failed', 'skipped']
/** Deliveries of one step. */
const STEP = 250

/**
 * From layout 1 to 2: a delivery was a hash with its attempts in a list beside it, and is a text. The attempts stay
 * where they are.
 */
export const deliveriesAsTexts: Migration = async ({ redis, keys }) => {
  const bring = createScript(redis, new URL('./deliveries-as-texts.lua', import.meta.url))
  for (const id of await redis.hkeys(keys.endpoints)) {
    const own = `${keys.prefix}:{${id}}`
    for (const status of STATUSES) {
      for (let from = 0; ; from += STEP) {
        const ids = await redis.zrange(`${own}:s:${status}`, String(from), String(from + STEP - 1))
        if (ids.length === 0) break
        await bring(
          ids.flatMap((one) => [`${own}:d:${one}`, `${own}:r:${one}`]),
          [],
        )
      }
    }
  }
}
