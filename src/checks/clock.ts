import { TELL_ABOVE_MS } from '../redis/shared-clock.ts'
import { type Finding, ok, problem, warning } from './finding.ts'

export const CLOCK_CHECK = 'clock'
/** What receivers of Standard Webhooks refuse (ms). */
const TOLERANCE_MS = 300_000
const FIX =
  'Have both machines set their clocks by themselves: timedatectl set-ntp true, or their time service.'

/**
 * Whether this machine and Redis have the same time. Sending and signing go by that of Redis.
 *
 * @param aheadMs by how much this machine's clock is ahead of that of Redis
 */
export function examineSharedClock(aheadMs: number): Finding {
  const off = Math.abs(aheadMs)
  if (off <= TELL_ABOVE_MS) return ok(CLOCK_CHECK, "This machine's clock agrees with that of Redis.")
  const direction = aheadMs > 0 ? 'ahead of' : 'behind'
  const message = `This machine's clock is ${Math.round(off / 1_000)} s ${direction} that of Redis, by which ringpost sends and signs.`
  return off > TOLERANCE_MS
    ? problem(CLOCK_CHECK, `${message} Receivers refuse webhooks that are over 300 s off.`, FIX)
    : warning(CLOCK_CHECK, message, FIX)
}
