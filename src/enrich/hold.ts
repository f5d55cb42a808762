import type { UnixMs } from '../types.ts'

/** How long an event waits for its conversation at most (ms), from its detection on. */
export const HOLD_MS = 10_000
/** How much earlier whoever gets conversations gives up (ms): what there is then is better than nothing. */
const GIVE_UP_EARLIER_MS = 1_000

/**
 * Until when an event is held back (unix ms).
 *
 * @param streamId its place, which begins with the time by Redis' clock
 * @param seen when it was first looked at by our own clock, which bounds what a clock that is ahead would say
 */
export function heldUntil(streamId: string, seen: UnixMs): UnixMs {
  return Math.min(Number.parseInt(streamId, 10), seen) + HOLD_MS
}

/** Until when its conversation is asked for (unix ms). */
export function askedUntil(streamId: string, seen: UnixMs): UnixMs {
  return heldUntil(streamId, seen) - GIVE_UP_EARLIER_MS
}
