import type { Logger } from 'pino'
import { askMany } from '../redis/ask-many.ts'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import type { WatermarkFiles } from './watermark-files.ts'

/** Sources whose watermarks are asked for in one exchange. */
const AT_ONCE = 1_000

/**
 * Makes what keeps the watermarks of sources that other processes poll. Whoever polls next after Redis was lost may be
 * one that has not polled for long, with a data folder of its own: an old place there would announce everybody who
 * has first called since, though they have been announced.
 */
export function createKeepWatermarks(deps: {
  redis: Pick<Redis, 'pipeline' | 'isCluster'>
  keys: Keys
  watermarks: Pick<WatermarkFiles, 'write'>
  logger: Logger
}) {
  return async function keepWatermarks(sourceIds: readonly string[]): Promise<void> {
    for (let from = 0; from < sourceIds.length; from += AT_ONCE) {
      const some = sourceIds.slice(from, from + AT_ONCE)
      const states = (await askMany(
        deps.redis,
        some.map((id) => ['HMGET', deps.keys.source(id).state, 'mode', 'identity', 'watermark']),
      )) as (string | null)[][]
      for (const [i, id] of some.entries()) {
        const [mode, identity, watermark] = states[i] ?? []
        // Of one that takes a baseline, what is kept is what Redis has lost.
        if (mode !== 'live' || !identity || !watermark) continue
        await deps.watermarks.write(id, identity, Number(watermark)).catch((error: unknown) => {
          deps.logger.warn({ err: error, source: id }, 'The watermark could not be kept in the data folder.')
        })
      }
    }
  }
}
