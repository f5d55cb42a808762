/** Quiet polls until a source is polled less often. */
const IDLE_POLLS = 10
const FASTEST = 0.25
const SLOWEST = 2

/**
 * How long until a source's next poll (ms): half the interval after a poll that found something, for calls
 * come in bursts; the interval; and up to twice of it when nothing has happened for long. Jitter only adds,
 * up to 10 %, so that many sources do not poll in step.
 *
 * @param poll.idlePolls polls in a row that found nothing, this one included
 */
export function nextWait(poll: {
  intervalMs: number
  found: boolean
  idlePolls: number
  random: () => number
}): number {
  const { intervalMs } = poll
  const pace = poll.found ? 0.5 : Math.min(SLOWEST, 1.25 ** Math.floor(poll.idlePolls / IDLE_POLLS))
  const wait = Math.max(intervalMs * Math.max(FASTEST, pace), Math.min(intervalMs, 1_000))
  return Math.round(wait * (1 + poll.random() * 0.1))
}
