import type { PollEntry } from '../../detect/poll-entry.ts'
import type { UnixMs } from '../../types.ts'
import type { ApiPoll } from '../schemas/poll.ts'

/** An entry of the history of polls, as the API shows it. */
export function presentPoll(entry: PollEntry): ApiPoll {
  const { from, to, next, kinds, ...same } = entry
  return {
    from: iso(from),
    to: iso(to),
    polls: Object.values(kinds).reduce((sum, count) => sum + count, 0),
    kinds,
    ...same,
    next_at: next === null ? null : iso(next),
  }
}

function iso(ms: UnixMs): string {
  return new Date(ms).toISOString()
}
