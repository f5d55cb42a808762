import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { EndpointRecord } from '../endpoints/endpoints.ts'
import type { Batch, Claim, DeliveryLog, Ending, HealthNote } from '../log/deliveries.ts'

/** Results of one call to Redis. */
const AT_ONCE = 100
/** How long to wait before what could not be recorded is recorded again (ms). */
const AGAIN_MS = 1_000

/** What came of one claim. */
export interface Result {
  claim: Claim
  ending: Ending
  /** Whom it was sent to, where it was. */
  endpoint?: EndpointRecord
}

/**
 * Makes the recording of results of one endpoint: each goes to Redis at once where nothing is under way, and
 * together with those that came meanwhile where something is. What Redis refuses (it is loading) is kept and tried
 * again, for it has been sent, and forgetting that would send it once more.
 *
 * @param deps.nextBatch names what is recorded together, so that Redis knows it again where its answer was lost
 * @param deps.recorded called with what was recorded and what is known of the endpoint then; it never throws
 * @param deps.idle called when nothing of it is under way any more
 */
export function createRecorder(deps: {
  endpointId: string
  deliveries: Pick<DeliveryLog, 'record'>
  nextBatch: () => Batch
  recorded: (results: readonly Result[], health: HealthNote) => Promise<void>
  idle: () => void
  logger: Logger
  signal: AbortSignal
}) {
  const { endpointId, logger, signal } = deps
  let waiting: { result: Result; done: () => void }[] = []
  let running = false

  async function recordAll(): Promise<void> {
    running = true
    let following: Promise<void> = Promise.resolve()
    while (waiting.length > 0) {
      const some = waiting.slice(0, AT_ONCE)
      waiting = waiting.slice(AT_ONCE)
      const results = some.map(({ result }) => result)
      const health = await recordForSure(results)
      for (const { done } of some) done()
      // One round behind: it delays no result, and cannot pile up.
      await following
      if (health !== null) following = deps.recorded(results, health)
      if (waiting.length === 0) await following
    }
    running = false
    deps.idle()
  }

  /** Null where ringpost stops before it could be done: the claims run out, and the attempts are repeated. */
  async function recordForSure(results: readonly Result[]): Promise<HealthNote | null> {
    const batch = deps.nextBatch()
    for (;;) {
      try {
        return (await deps.deliveries.record(endpointId, results, batch)).health
      } catch (error) {
        logger.warn(
          { err: error, endpoint: endpointId, results: results.length },
          'Results of attempts could not be recorded; they are kept and recorded again.',
        )
        if (signal.aborted) return null
        await wait(AGAIN_MS, undefined, { signal }).catch(() => undefined)
      }
    }
  }

  return {
    /** Resolves when it has been recorded. */
    record(result: Result): Promise<void> {
      return new Promise((done) => {
        waiting.push({ result, done })
        if (!running) void recordAll()
      })
    },

    isIdle: () => !running,
  }
}

export type Recorder = ReturnType<typeof createRecorder>
