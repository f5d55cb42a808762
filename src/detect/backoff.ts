import type { UpstreamErrorKind } from '../elevenlabs/upstream-error.ts'

const MINUTE = 60_000
const LONGEST = 10 * MINUTE
const LONGEST_ASKED = 60 * MINUTE
const FOR_A_PERSON = 5 * MINUTE

/**
 * How long a source waits after a failed poll (ms). What needs a person is tried every five minutes, so
 * that it recovers by itself once mended; a refused cursor starts again from the top; the rest backs off exponentially with jitter that only adds,
 * from the interval up to ten minutes. A wait that the upstream asked for is obeyed, up to an hour.
 */
export function backoff(failure: {
  kind: UpstreamErrorKind
  /** How many polls in a row have failed, this one included. */
  failures: number
  intervalMs: number
  retryAfterMs: number | null
  random: () => number
}): number {
  const { kind, failures, intervalMs, retryAfterMs, random } = failure
  // At once, but only the first time: an upstream that refuses every cursor must not be asked without pause.
  if (kind === 'cursor' && failures <= 1) return 0
  const base =
    kind === 'key' || kind === 'gone' || kind === 'request'
      ? Math.max(intervalMs, FOR_A_PERSON)
      : Math.min(intervalMs * 2 ** Math.min(failures - 1, 20), Math.max(intervalMs, LONGEST))
  const asked = retryAfterMs === null ? 0 : Math.min(retryAfterMs, LONGEST_ASKED)
  return Math.round(Math.max(base, asked) * (1 + random() * 0.1))
}
