import type { Logger } from 'pino'
import type { EndpointRecord } from '../endpoints/endpoints.ts'
import type { Activity, NoteActivity } from '../log/activity.ts'
import type { HealthNote } from '../log/deliveries.ts'
import type { DeliveryError, UnixMs } from '../types.ts'
import { attemptNote } from './endings.ts'
import type { Result } from './recorder.ts'

/** Told of failures and successes, after they were recorded. */
export type NoteHealth = (
  endpoint: EndpointRecord,
  health: HealthNote,
  failure: (DeliveryError & { gone: boolean }) | null,
) => Promise<void>

export interface FollowDeps {
  /** Asks for the endpoint again after a time. */
  wakeLater: (endpointId: string, delayMs: number) => Promise<void>
  noteHealth: NoteHealth
  /** Tells those who watch live. */
  noteActivity?: NoteActivity
  now: () => UnixMs
  logger: Logger
}

/**
 * Makes what follows from results, once they are in the log. Each part is tried whatever becomes of the others, and
 * none can fail for good: retries that nobody is woken for and what follows from an endpoint's health are found by
 * the sweep, for both are in Redis.
 */
export function createFollowResults(deps: FollowDeps) {
  return async function followResults(
    endpointId: string,
    results: readonly Result[],
    health: HealthNote,
  ): Promise<void> {
    const apart = (what: string, work: Promise<unknown> | undefined) =>
      work?.catch((error: unknown) => deps.logger.warn({ err: error, endpoint: endpointId }, what))
    const now = deps.now()
    const waits: number[] = []
    const activities: Activity[] = []
    for (const { claim, ending } of results) {
      if (ending.nextAttemptAt !== null) waits.push(ending.nextAttemptAt - now)
      const note = attemptNote(endpointId, claim, ending)
      if (note !== null) activities.push(note)
    }
    await Promise.all([
      ...wakesFor(waits).map((wait) =>
        apart('No wake for a retry; the sweep finds it.', deps.wakeLater(endpointId, wait)),
      ),
      // A convenience: the attempts are in the log whether it succeeds or not.
      apart('Activity could not be noted.', deps.noteActivity?.(activities)),
      apart('What follows from failures was not done; the sweep does it.', noteHealth(results, health)),
    ])
  }

  async function noteHealth(results: readonly Result[], health: HealthNote): Promise<void> {
    const endpoint = results.findLast((result) => result.endpoint !== undefined)?.endpoint
    if (endpoint === undefined) return
    const said = results.findLast(({ ending }) => ending.health === 'gone')
    const failed = said ?? results.findLast(({ ending }) => ending.attempt !== null && ending.error !== null)
    const error = failed?.ending.error ?? null
    await deps.noteHealth(
      // Who was gone may have another URL by now, and the last result may be of that.
      said?.endpoint ?? endpoint,
      health,
      error && { code: error.code, message: error.message, gone: said !== undefined },
    )
  }
}

export type FollowResults = ReturnType<typeof createFollowResults>

/** One wake for waits that differ by a sixty-fourth at most: when the last of them is over. */
export function wakesFor(waits: readonly number[]): number[] {
  const wakes: number[] = []
  let first = Number.NEGATIVE_INFINITY
  for (const wait of [...waits].sort((a, b) => a - b)) {
    if (wait <= first + first / 64) wakes.pop()
    else first = wait
    wakes.push(wait)
  }
  return wakes
}
