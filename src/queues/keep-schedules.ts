import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'

/**
 * Keeps what has to exist in Redis existing, from within the process: the sources that the configuration
 * names and the schedules of all sources. They are set at the start, and again where Redis has lost them
 * under a running service, which no job could notice, for the jobs are lost as well.
 *
 * @param deps.graceMs how long a look that is under way may keep the process from ending: without Redis it never ends
 * @returns stops it; resolves when nothing of it runs any more, or after that time
 */
export async function keepSchedules(deps: {
  /** Puts back what is missing; throws where Redis cannot be asked. */
  restore: () => Promise<void>
  everyMs: number
  graceMs: number
  logger: Logger
}): Promise<() => Promise<void>> {
  await deps.restore()
  let running: Promise<void> = Promise.resolve()
  let busy = false
  const timer = setInterval(() => {
    // While Redis is away a call waits for it: one at a time.
    if (busy) return
    busy = true
    running = deps
      .restore()
      .catch((error: unknown) => deps.logger.debug({ err: error }, 'schedules could not be looked at'))
      .finally(() => {
        busy = false
      })
  }, deps.everyMs)
  return async () => {
    clearInterval(timer)
    const over = new AbortController()
    await Promise.race([
      running,
      wait(deps.graceMs, undefined, { signal: over.signal }).catch(() => undefined),
    ])
    over.abort()
  }
}
