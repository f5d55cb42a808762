import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { DeliveryLog } from '../log/deliveries.ts'
import { type AttemptDeps, createAttemptClaims } from './attempt-claims.ts'
import { createFollowResults, type FollowDeps } from './follow-results.ts'
import { createLane, type Lane, type LaneDeps } from './lane.ts'
import { createRecorder } from './recorder.ts'
import { createRequestRoom, type RequestRoom } from './request-room.ts'

/** Requests to one endpoint at a time, of one process. */
export const AT_ONCE = 50
/** Endpoints that one process is sending to at a time. Others wait their turn. */
const LANES = 2_000
/** When another process may look at what this one leaves as it stops (ms). */
const LEFT_MS = 1_000

/**
 * Makes the sending: what is due at an endpoint is taken, attempted and recorded until nothing is left that may be
 * sent now. It can be asked for the same endpoint any number of times, in any number of processes: Redis decides
 * who takes what, and each result is recorded as it comes, so that a crash repeats only what has no result.
 *
 * Asking only begins it. An endpoint has a lane of its own, which goes on by itself.
 */
export function createDrainEndpoints(
  deps: {
    deliveries: Pick<DeliveryLog, 'take' | 'record' | 'release' | 'hold'>
    atOnce?: number
    lanes?: number
    room?: RequestRoom
  } & Omit<AttemptDeps, 'deliveries'> &
    Omit<FollowDeps, 'now'> &
    Omit<LaneDeps, 'attempts' | 'atOnce' | 'crowded' | 'room'>,
) {
  const { deliveries, logger, signal, atOnce = AT_ONCE, lanes: most = LANES } = deps
  /** Of this process, among those who record. */
  const writer = randomBytes(9).toString('base64url')
  const attempts = createAttemptClaims(deps)
  const followResults = createFollowResults(deps)
  const room = deps.room ?? createRequestRoom()
  const lanes = new Map<string, Lane>()
  /** Those who wait for a lane to end, in the order in which they came. */
  const turns: (() => void)[] = []
  let quiet: (() => void)[] = []
  let batches = 0

  function laneOf(endpointId: string): Lane {
    const there = lanes.get(endpointId)
    if (there) return there
    const lane = createLane(
      endpointId,
      { ...deps, attempts, room, atOnce, crowded: () => lanes.size >= most },
      (idle) =>
        createRecorder({
          endpointId,
          deliveries,
          nextBatch: () => ({ writer, number: ++batches }),
          recorded: (results, health) => followResults(endpointId, results, health),
          idle,
          logger,
          signal,
        }),
      () => ended(endpointId),
    )
    lanes.set(endpointId, lane)
    return lane
  }

  function ended(endpointId: string): void {
    lanes.delete(endpointId)
    turns.shift()?.()
    if (lanes.size > 0) return
    for (const tell of quiet) tell()
    quiet = []
  }

  signal.addEventListener('abort', () => {
    for (const [endpointId, lane] of lanes) {
      lane.stop().catch((error: unknown) => {
        logger.debug({ err: error, endpoint: endpointId }, 'what is left is found by the sweep')
      })
    }
    for (const go of turns.splice(0)) go()
  })

  return {
    /**
     * Sends what is due at an endpoint. Resolves when that has begun, and rejects where it could not be looked at.
     */
    async drain(endpointId: string): Promise<void> {
      while (!signal.aborted && lanes.size >= most && !lanes.has(endpointId)) {
        await new Promise<void>((go) => turns.push(go))
      }
      // For somebody else: whoever asked believes that it has been done.
      if (signal.aborted) return deps.wakeLater(endpointId, LEFT_MS)
      await laneOf(endpointId).kick()
    },

    /** Resolves when nothing is under way any more, or after a time. */
    async settled(withinMs: number): Promise<void> {
      if (lanes.size === 0) return
      const late = new AbortController()
      await Promise.race([
        new Promise<void>((resolve) => quiet.push(resolve)),
        wait(withinMs, undefined, { signal: late.signal }).catch(() => undefined),
      ])
      late.abort()
    },
  }
}

export type DrainEndpoints = ReturnType<typeof createDrainEndpoints>
