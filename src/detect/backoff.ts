import type { UpstreamErrorKind } from '../elevenlabs/upstream-error.ts'

const MINUTE = 60_000
/** How long a failure that passes by itself may be left unasked about: with the jitter, less than half a minute. */
const SOON = 25_000
/** A wait is counted from the beginning of a poll that hung, but not so far that nothing of it is left. */
const BREATH = 5_000
const LONGEST_FOR_A_PERSON = 5 * MINUTE
const LONGEST_ASKED = 60 * MINUTE

/**
 * How long a source waits after a failed poll (ms), with jitter that only adds. What passes by itself is asked about
 * again within half a minute of its beginning, or at the interval where that is longer: it costs upstream no more
 * than a quiet poll, and what is over is noticed soon (decision 60). What needs a person is tried less and less often,
 * up to every five minutes, so that it recovers by itself once mended. A refused cursor starts again from the top. A
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
  const doubled = (first: number, longest: number) =>
    Math.min(first * 2 ** Math.min(failures - 1, 20), longest)
  switch (kind) {
    case 'key':
    case 'gone':
    case 'request':
      return doubled(Math.max(intervalMs, SOON), Math.max(intervalMs, LONGEST_FOR_A_PERSON))
    case 'slow_down':
      return doubled(intervalMs, Math.max(intervalMs, SOON))
    case 'passing':
    case 'bad_page':
    case 'cursor': {
      const wait = doubled(intervalMs, intervalMs > SOON + BREATH ? intervalMs : SOON)
      return Math.max(wait - Math.min(tookMs, SOON - BREATH), Math.min(wait, BREATH))
    }
  }
}
