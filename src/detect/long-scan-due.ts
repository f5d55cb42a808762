import type { UnixMs } from '../types.ts'
import { isDue } from './is-due.ts'
import type { PolledSource } from './polled-source.ts'
import type { SourceState } from './source-state.ts'

/** Which long scan a poll goes on with, if any. */
export function longScanDue(poll: {
  source: Pick<PolledSource, 'sentimentThreshold'>
  state: SourceState
  options: { full?: boolean; dryRun?: boolean }
  /** How often there is a full scan (ms). */
  everyMs: number
  now: UnixMs
}): 'baseline' | 'full' | null {
  const { state, options } = poll
  if (state.mode === 'baseline') return 'baseline'
  if (options.full) return 'full'
  if (options.dryRun) return null
  // Everybody's sentiment is judged by the new threshold, in silence, before anybody's is told.
  const { sentimentThreshold } = poll.source
  if (sentimentThreshold !== null && sentimentThreshold !== state.sentiment_judged_by) return 'full'
  if (state.full_scan_at !== undefined && poll.now >= state.full_scan_at) return 'full'
  return state.scan_kind === 'full' || isDue(state.last_full_scan, poll.everyMs, poll.now) ? 'full' : null
}
