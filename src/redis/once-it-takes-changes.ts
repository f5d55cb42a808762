import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import { whyRefused } from './why-refused.ts'

/** How often a start is tried again while Redis refuses changes (ms). */
const AGAIN_MS = 1_000

/**
 * Does what writes to Redis as a process starts. While Redis refuses every change (it is full, cannot write its disk, or
 * its replicas are away), that is said once, and tried again until it takes them: a process that ends would be started
 * again for nothing.
 *
 * @param start begins anew each time, and has put away what it began where it fails
 * @throws whatever else it throws; the signal's reason where that comes first
 */
export async function onceItTakesChanges<T>(
  start: () => Promise<T>,
  { logger, signal }: { logger: Logger; signal: AbortSignal },
): Promise<T> {
  let said = false
  for (;;) {
    try {
      return await start()
    } catch (error) {
      const why = whyRefused(error)
      if (why === null) throw error
      if (!said) logger.error(`${why} ringpost starts when Redis takes changes again.`)
      said = true
      await wait(AGAIN_MS, undefined, { signal }).catch(() => {
        throw signal.reason
      })
    }
  }
}
