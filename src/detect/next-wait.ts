/** Quiet polls until a source is polled less often. */
const IDLE_POLLS = 10
const FASTEST = 0.5
const SLOWEST = 2

/** What the last polls of a source say about when the next one is worth its request. */
export interface Pace {
  intervalMs: number
  /** The last one found something. */
  found: boolean
  /** Polls in a row that found nothing, this one included. */
  idlePolls: number
}

/**
 * How far apart a source's polls are now (ms): half the interval after a poll that found something, for calls come in
 * bursts; the interval; and up to twice of it when nothing has happened for long. docs/concepts.md has it for people.
 */
export function paceOf({ intervalMs, found, idlePolls }: Pace): number {
  const pace = found ? FASTEST : Math.min(SLOWEST, 1.25 ** Math.floor(idlePolls / IDLE_POLLS))
  return Math.max(intervalMs * pace, Math.min(intervalMs, 1_000))
}

/** How long until a source's next poll (ms). Jitter only adds, up to 10 %, so that many sources do not poll in step. */
export function nextWait(poll: Pace & { random: () => number }): number {
  return Math.round(paceOf(poll) * (1 + poll.random() * 0.1))
}
