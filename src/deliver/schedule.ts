/** How much jitter may add, as a share of the wait. */
const JITTER = 0.1

/**
 * How long to wait before the next attempt (DELIVERY.md, rule 3): the schedule's step, or what the receiver
 * asked for where that is longer, but never longer than the longest step. Jitter only adds, up to 10 %, so
 * that deliveries that failed together do not come back together.
 *
 * @param input.schedule the waits after the first, second, … attempt (ms)
 * @param input.attempt the number of the attempt that just failed, from 1
 * @param input.random as `Math.random`: from 0, below 1
 * @param input.retryAfterMs what a 429 or 503 asked for (ms), or null
 * @returns ms, whole; null when the schedule is used up
 */
export function retryDelay(input: {
  schedule: readonly number[]
  attempt: number
  random: () => number
  retryAfterMs: number | null
}): number | null {
  const step = input.schedule[input.attempt - 1]
  if (step === undefined) return null
  const longest = Math.max(...input.schedule)
  const asked = Math.min(input.retryAfterMs ?? 0, longest)
  return Math.floor(Math.max(step, asked) * (1 + JITTER * input.random()))
}
