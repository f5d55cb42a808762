import type { UnixMs } from '../types.ts'

/** How far the clocks of pollers may disagree without one of them being taken for wrong (ms). */
export const SKEW_MS = 10_000

/**
 * Whether what is done every so often is to be done again. What was done in the future was done by a clock that was
 * wrong, and says nothing.
 *
 * @param last when it was done last, where it ever was
 */
export function isDue(last: UnixMs | undefined, everyMs: number, now: UnixMs): boolean {
  return last === undefined || now - last >= everyMs || last > now + SKEW_MS
}
