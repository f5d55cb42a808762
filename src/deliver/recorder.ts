import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { EndpointRecord } from '../endpoints/endpoints.ts'
import type { Claim, DeliveryLog, Ending, HealthNote } from '../log/deliveries.ts'

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
  /** The receiver said that it is gone for good. */
  gone?: boolean
}

/**
 * Makes the recording of results of one endpoint: each goes to Redis at once where nothing is under way, and
 * together with those that came meanwhile where something is. What Redis refuses (it is full, it is loading) is
 * kept and tried again, for it has been sent, and forgetting that would send it once more.
 *
 * @param deps.recorded called with what was recorded and what is known of the endpoint then
 */
export function createRecorder(deps: {
  endpointId: string
  deliveries: Pick<DeliveryLog, 'record'>
  recorded: (results: readonly Result[], health: HealthNote) => Promise<void>
  logger: Logger
  signal: AbortSignal
}) {
  const { endpointId, logger, signal } = deps
  let waiting: { result: Result; done: () => void }[] = []
  let running = false

  async function recordAll(): Promise<void> {
    running = true
    while (waiting.length > 0) {
      const some = waiting.slice(0, AT_ONCE)
      waiting = waiting.slice(AT_ONCE)
      const results = some.map(({ result }) => result)
      const health = await recordForSure(results)
      if (health !== null) {
        await deps.recorded(results, health).catch((error: unknown) => {
          logger.error({ err: error, endpoint: endpointId }, 'What follows an attempt was not done.')
        })
      }
      for (const { done } of some) done()
    }
    running = false
  }

  /** Null where ringpost stops before it could be done: the claims run out, and the attempts are repeated. */
  async function recordForSure(results: readonly Result[]): Promise<HealthNote | null> {
    for (;;) {
      try {
        return (await deps.deliveries.record(endpointId, results)).health
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

  /** Resolves when it has been recorded. */
  return function record(result: Result): Promise<void> {
    return new Promise((done) => {
      waiting.push({ result, done })
      if (!running) void recordAll()
    })
  }
}

export type Recorder = ReturnType<typeof createRecorder>
