import type { EndpointRecord } from '../endpoints/endpoints.ts'
import { RingpostError } from '../errors.ts'
import type { ReadPlaces } from '../log/delivery-places.ts'
import type { RecoveryRuns } from '../log/recovery-runs.ts'
import { REQUEUE_AT_ONCE, type Requeue } from '../log/requeue-deliveries.ts'
import type { DeliveryStatus, UnixMs } from '../types.ts'
import type { MissedEvents } from './missed-events.ts'
import { assertSendable } from './retry-delivery.ts'

export const RECOVERIES = ['failed', 'undelivered', 'all'] as const

/** `failed`: what has failed; `undelivered`: also what was skipped or never became a delivery; `all`: everything. */
export type Recovery = (typeof RECOVERIES)[number]

const STATUSES: Record<Recovery, readonly DeliveryStatus[]> = {
  failed: ['failed'],
  undelivered: ['failed', 'skipped'],
  all: ['failed', 'skipped', 'succeeded'],
}

/** What to recover. Both ends are inclusive; without `until` it goes up to now. */
export interface RecoveryWish {
  since: UnixMs
  until: UnixMs | null
  only: Recovery
  dryRun: boolean
}

/** How many were queued, or would be, and where they came from. */
export interface Recovered {
  failed: number
  skipped: number
  succeeded: number
  /** Events that match the endpoint and had no delivery for it. */
  without_delivery: number
}

/**
 * Makes the recovery of an endpoint: what it has missed in a period is queued again, in bounded steps. It can
 * be asked twice at once, break off and be asked again: nothing is queued twice.
 */
export function createRecoverEndpoint(deps: {
  endpoints: { get: (id: string) => Promise<EndpointRecord> }
  readPlaces: ReadPlaces
  requeue: Requeue
  missedEvents: MissedEvents
  runs: RecoveryRuns
  /** Since when the log of an endpoint's deliveries is complete. */
  completeSince: (endpointId: string) => Promise<UnixMs>
  wake: (endpointId: string) => Promise<void>
  now: () => UnixMs
}) {
  /** Queues what is in one status, oldest first. */
  async function recoverStatus(
    endpointId: string,
    status: DeliveryStatus,
    walk: { since: UnixMs; until: UnixMs; run: string; dryRun: boolean },
    signal: AbortSignal | undefined,
  ): Promise<number> {
    const { since, until, run, dryRun } = walk
    let count = 0
    for (let after = null; ; ) {
      throwIfStopping(signal)
      const places = await deps.readPlaces(endpointId, {
        order: 'oldest',
        statuses: [status],
        since,
        until,
        after,
        limit: REQUEUE_AT_ONCE,
      })
      const last = places.at(-1)
      if (last === undefined) return count
      const ids = places.map(({ id }) => id)
      const became = await deps.requeue(endpointId, ids, { from: [status], run, dryRun })
      const queued = ids.filter((_, i) => became[i] === 'queued')
      if (queued.length > 0 && !dryRun) await deps.wake(endpointId)
      count += queued.length
      after = last
    }
  }

  /** Makes deliveries of the events that have none. */
  async function recoverMissed(
    endpoint: EndpointRecord,
    walk: { since: UnixMs; until: UnixMs; dryRun: boolean },
    signal: AbortSignal | undefined,
  ): Promise<number> {
    let count = 0
    for await (const missed of deps.missedEvents.of(endpoint, walk)) {
      throwIfStopping(signal)
      count += missed.length
      if (walk.dryRun) continue
      await deps.missedEvents.accept(endpoint.id, missed)
      await deps.wake(endpoint.id)
    }
    return count
  }

  /**
   * @throws RingpostError `not_found`; `conflict` where the endpoint is disabled and this is no dry run;
   *   `not_ready` where ringpost stops in the middle
   */
  return async function recoverEndpoint(
    endpointId: string,
    wish: RecoveryWish,
    signal?: AbortSignal,
  ): Promise<Recovered> {
    const endpoint = await deps.endpoints.get(endpointId)
    if (!wish.dryRun) assertSendable(endpointId, endpoint)
    const { since, only, dryRun } = wish
    const asked = [since, wish.until, only]
    const { run, until } = dryRun
      ? { run: '', until: wish.until ?? deps.now() }
      : await deps.runs.begin(endpointId, asked, wish.until ?? deps.now())

    const recovered: Recovered = { failed: 0, skipped: 0, succeeded: 0, without_delivery: 0 }
    for (const status of STATUSES[only]) {
      recovered[status as 'failed' | 'skipped' | 'succeeded'] = await recoverStatus(
        endpointId,
        status,
        { since, until, run, dryRun },
        signal,
      )
    }
    if (only !== 'failed') {
      // What is older may have been delivered and left the log since, which is no reason to send it again.
      const from = only === 'all' ? since : Math.max(since, await deps.completeSince(endpointId))
      recovered.without_delivery = await recoverMissed(endpoint, { since: from, until, dryRun }, signal)
    }
    if (!dryRun) await deps.runs.end(endpointId, asked)
    return recovered
  }
}

export type RecoverEndpoint = ReturnType<typeof createRecoverEndpoint>

function throwIfStopping(signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return
  throw new RingpostError(
    'not_ready',
    'ringpost is stopping. What was queued so far stays queued; send the same request again, and it goes on.',
  )
}
