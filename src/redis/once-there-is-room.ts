import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'

/** How often a start is tried again while Redis is full (ms). */
const AGAIN_MS = 1_000

/**
 * Does what writes to Redis as a process starts. While Redis is full it refuses that, as it refuses everything else:
 * then it is said once, and tried again until there is room, for a process that ends would be started again for nothing.
 *
 * @param start begins anew each time, and has put away what it began where it fails
 * @throws whatever else it throws; the signal's reason where that comes first
 */
export async function onceThereIsRoom<T>(
  start: () => Promise<T>,
  { logger, signal }: { logger: Logger; signal: AbortSignal },
): Promise<T> {
  let said = false
  for (;;) {
    try {
      return await start()
    } catch (error) {
      if (!isFull(error)) throw error
      if (!said) {
        logger.error(
          'Redis is full (maxmemory) and refuses every change; ringpost starts when there is room. Give it more (redis-cli config set maxmemory 2gb), or shorten the retention.',
        )
      }
      said = true
      await wait(AGAIN_MS, undefined, { signal }).catch(() => {
        throw signal.reason
      })
    }
  }
}

/** https://redis.io/docs/latest/develop/reference/eviction/: "noeviction", errors where a command needs memory. */
function isFull(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('OOM ')
}
