import type { UpstreamErrorKind } from '../elevenlabs/upstream-error.ts'

const MINUTE = 60_000
const HALF_A_MINUTE = MINUTE / 2
/**
 * How long a failure that passes by itself may be left unasked about: with the jitter, and with all that comes until a
 * receiver has been told, less than half a minute.
 */
const SOON = 20_000
/** A wait is counted from the beginning of a poll that hung, but not so far that nothing of it is left. */
const BREATH = 5_000
/** How often what needs a person is tried as if it would pass by itself: some minutes, as a deploy of upstream takes. */
const QUICK_TRIES = 10
const LONGEST_FOR_A_PERSON = 5 * MINUTE
const LONGEST_ASKED = 60 * MINUTE

/**
 * How long a source waits after a failed poll (ms), with jitter that only adds. What passes by itself is asked about
 * again within half a minute of its beginning, or at the interval where that is longer: it costs upstream no more
 * than a quiet poll, and what is over is noticed soon (decision 60). What needs a person is tried as often for some
 * minutes, and then less and less, down to every five minutes, so that it recovers by itself once mended. A refused cursor starts again from the top. A
 * wait that upstream asked for is obeyed, up to an hour, and where it asks to slow down no poll comes before its time.
 */
export function backoff(failure: {
  kind: UpstreamErrorKind
  /** How many polls in a row have failed, this one included. */
  failures: number
  intervalMs: number
  retryAfterMs: number | null
  /** How long the poll took (ms). */
  tookMs: number
  random: () => number
}): number {
  const { kind, failures, retryAfterMs, random } = failure
  // At once, but only the first time: an upstream that refuses every cursor must not be asked without pause.
  if (kind === 'cursor' && failures <= 1) return 0
  const asked = retryAfterMs === null ? 0 : Math.min(retryAfterMs, LONGEST_ASKED)
  return Math.round(Math.max(ownWait(failure), asked) * (1 + random() * 0.1))
}

function ownWait({ kind, failures, intervalMs, tookMs }: Parameters<typeof backoff>[0]): number {
  const doubled = (first: number, times: number, longest: number) =>
    Math.min(first * 2 ** Math.min(Math.max(times, 0), 20), longest)
  const soon = intervalMs > HALF_A_MINUTE ? intervalMs : SOON
  switch (kind) {
    case 'key':
    case 'gone':
    case 'request':
      return doubled(soon, failures - QUICK_TRIES, Math.max(intervalMs, LONGEST_FOR_A_PERSON))
    case 'slow_down':
      return doubled(intervalMs, failures - 1, Math.max(intervalMs, SOON))
    case 'passing':
    case 'bad_page':
    case 'cursor': {
      const wait = doubled(intervalMs, failures - 1, soon)
      return Math.max(wait - Math.min(tookMs, SOON - BREATH), Math.min(wait, BREATH))
    }
  }
}
