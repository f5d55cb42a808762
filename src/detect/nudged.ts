import type { UnixMs } from '../types.ts'
import type { SourceState } from './source-state.ts'

/** Nudged polls of a source are at least so far apart (ms): calls may come in faster than polls should. */
export const NUDGE_GAP_MS = 1_000
/**
 * When a nudged poll that has found nothing is made again (ms after the one before): upstream may tell of a call
 * before its list shows it.
 */
const FOLLOW_UPS_MS = [2_000, 5_000, 20_000]

type Nudged = Pick<SourceState, 'nudges' | 'nudges_answered'>

/** Whether there was a nudge that no poll of the top of the list has answered. Counted, so that no clock decides. */
export function isNudged({ nudges, nudges_answered }: Nudged): boolean {
  return nudges > nudges_answered
}

/**
 * When a source's next poll is due (unix ms). A nudge makes it due at once; what upstream asked for or a failure
 * has put off stays put off.
 */
export function dueAt(state: Nudged & Pick<SourceState, 'not_before' | 'failures' | 'last_poll'>): UnixMs {
  if (!isNudged(state) || state.failures > 0) return state.not_before
  const began = state.last_poll === undefined ? 0 : Date.parse(state.last_poll.at)
  return Math.min(state.not_before, began + NUDGE_GAP_MS)
}

/**
 * What nudges say about the next poll after one that has succeeded.
 *
 * @param poll.pending there was another nudge meanwhile
 * @param poll.answered it was made for a nudge
 * @param poll.followUps made so far after the last nudge; undefined where none is to come
 * @returns when it is due at the latest (unix ms), and how many follow-ups there have been with it; null for none
 */
export function afterNudge(poll: {
  pending: boolean
  answered: boolean
  found: boolean
  followUps: number | undefined
  began: UnixMs
  now: UnixMs
}): { at: UnixMs; followUps: number | null } | null {
  if (poll.pending) return { at: Math.max(poll.now, poll.began + NUDGE_GAP_MS), followUps: null }
  const made = poll.answered ? 0 : poll.followUps
  const wait = made === undefined || poll.found ? undefined : FOLLOW_UPS_MS[made]
  return wait === undefined || made === undefined ? null : { at: poll.now + wait, followUps: made + 1 }
}
