import type { UnixMs } from '../types.ts'
import type { RemovalResult } from './removal.ts'
import type { SourceState } from './source-state.ts'
import type { StateChange } from './store.ts'

/** What the state says of removals that a person has accepted; it goes together. */
export const OF_ACCEPTED_REMOVALS = [
  'removals_accepted',
  'removals_accepted_users',
  'removals_untold_since',
  'full_scan_at',
] as const satisfies readonly (keyof SourceState)[]

/** How soon there is another full scan for removals that are accepted and not carried out, at the soonest (ms). */
const SOONEST_MS = 5 * 60_000
/** As many times as long as a scan took, so that one which can never end its look-ups costs upstream little. */
const REST = 3

/** Whether a full scan ends with accepted removals that it has not carried out, or not looked for. */
export function areLeft(
  after: Pick<SourceState, 'removals_accepted'>,
  scan: { removals: RemovalResult | null; accepted: SourceState['removals_accepted'] },
): boolean {
  const { removals, accepted } = scan
  // Where it was accepted while they were looked for, that was without the decision.
  const without = removals === null || removals.brokenOff !== null || accepted === undefined
  return after.removals_accepted !== undefined && without
}

/**
 * When the next full scan tries again: after some minutes, and later each time, for as long as it has been in vain. A
 * person has decided and sees nothing of it; a day would be long (decision 10).
 */
export function tryAgain(
  { removals_untold_since: since }: Pick<SourceState, 'removals_untold_since'>,
  scan: { began: UnixMs; now: UnixMs },
): NonNullable<StateChange['set']> {
  const { began, now } = scan
  const wait = Math.max(SOONEST_MS, REST * (now - began), now - (since ?? now))
  return { removals_untold_since: since ?? now, full_scan_at: now + wait }
}
