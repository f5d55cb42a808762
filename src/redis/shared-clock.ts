import type { Logger } from 'pino'
import type { UnixMs } from '../types.ts'
import type { Redis } from './client.ts'

/** How often the clock is set (ms). */
const SET_EVERY_MS = 5_000
/** An answer that took longer says too little (ms). */
const LONGEST_ASKING_MS = 500
/** From which difference on people are told (ms). */
export const TELL_ABOVE_MS = 30_000

/**
 * Starts the one clock of all processes: that of Redis, by which it is decided what is due, whose claim has run out
 * and when a breaker lets one through. A machine whose own clock is off, or jumps, neither sends early nor takes from
 * others what they hold. It runs by this process' monotonic clock and is set every few seconds, so that reading it
 * costs nothing.
 *
 * @returns its reading, by how much the clock of this machine is ahead of it (ms), and what stops it
 */
export async function startSharedClock(deps: {
  redis: Pick<Redis, 'time'>
  logger: Pick<Logger, 'warn'>
}): Promise<{ now: () => UnixMs; aheadMs: () => number; stop: () => void }> {
  let zero = performance.timeOrigin
  const now = () => Math.round(zero + performance.now())

  async function set(): Promise<void> {
    const asked = performance.now()
    const [seconds, micros] = await deps.redis.time()
    const answered = performance.now()
    const told = Number(seconds) * 1_000 + Number(micros) / 1_000 - (asked + answered) / 2
    // It is off by half of that at most: a slow answer says something only where it is further away.
    const tookMs = answered - asked
    if (tookMs > LONGEST_ASKING_MS && Math.abs(told - zero) <= tookMs / 2) return
    zero = told
  }

  await set()
  const aheadMs = () => Date.now() - now()
  const difference = aheadMs()
  if (Math.abs(difference) > TELL_ABOVE_MS) {
    deps.logger.warn(
      `The clock of this machine is ${Math.abs(Math.round(difference / 1_000))} s ${difference > 0 ? 'ahead of' : 'behind'} that of Redis, by which ringpost sends and signs. Set both by NTP.`,
    )
  }
  let setting = false
  const timer = setInterval(() => {
    // While Redis is away a question waits for it: one at a time.
    if (setting) return
    setting = true
    set()
      .catch(() => undefined)
      .finally(() => {
        setting = false
      })
  }, SET_EVERY_MS)
  return { now, aheadMs, stop: () => clearInterval(timer) }
}
