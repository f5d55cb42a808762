import type { UnixMs, UnixSecs } from '../types.ts'
import { areLeft, OF_ACCEPTED_REMOVALS, tryAgain } from './accepted-removals.ts'
import { afterFullScan } from './believed-scan.ts'
import { LOOKBACK_SECS, type PollJob } from './head-scan.ts'
import type { RemovalResult } from './removal.ts'
import { type Attention, type LastBaseline, NOBODY, type SourceState } from './source-state.ts'
import type { StateChange } from './store.ts'

/** What is written at the end of a baseline; an empty one is believed when it was seen twice. */
export function baselineDone(
  job: PollJob,
  scan: { before: SourceState; after: SourceState; began: UnixMs },
): StateChange {
  const { source, logger, scanDeps } = job
  const { before, after, began } = scan
  // An empty list may be a passing mistake; it is believed when it is seen twice.
  if (after.known_users === 0 && before.empty_baselines === 0) {
    return { set: { empty_baselines: 1 }, delete: ['scan_kind', 'scan_cursor'] }
  }
  logger.info({ source: source.id, known_users: after.known_users }, 'Baseline recorded, no alerts sent')
  const now = scanDeps.now()
  const since = settlingSince(after, Math.floor(now / 1000))
  const lastBaseline: LastBaseline = {
    reason: after.baseline_reason,
    finished_at: new Date(now).toISOString(),
    users: after.known_users,
  }
  return {
    set: {
      mode: 'live',
      last_full_scan: now,
      last_lookback: now,
      seen_at: Math.max(began, after.seen_at ?? 0),
      last_baseline: JSON.stringify(lastBaseline),
      announce_since: since,
      there_before: Math.max(0, since - LOOKBACK_SECS),
      ...judgedBy(source),
    },
    delete: ['scan_kind', 'scan_cursor', 'flood_accepted'],
  }
}

/**
 * After which first contact somebody is news to the scans of the top that close a baseline. A call in the second in
 * which it began is one that it would have seen. Where the baseline was to announce nobody at all, that ends with it.
 */
function settlingSince(
  { announce_since, baseline_started, watermark }: SourceState,
  nowSecs: UnixSecs,
): UnixSecs {
  if (announce_since === NOBODY) return watermark ?? nowSecs
  return announce_since ?? (baseline_started ?? nowSecs) - 1
}

/** Every row was compared, so that every user's sentiment is one of this threshold. */
function judgedBy({ sentimentThreshold }: PollJob['source']): StateChange['set'] {
  return sentimentThreshold === null ? {} : { sentiment_judged_by: sentimentThreshold }
}

/** What is written at the end of a full scan, and what a person is asked about who is gone. */
export function fullDone(
  job: PollJob,
  scan: {
    before: SourceState
    after: SourceState
    began: UnixMs
    number: number
    removals: RemovalResult | null
    accepted: SourceState['removals_accepted']
    /** What was accepted, and is not true any more. */
    over: readonly (keyof SourceState)[]
  },
): StateChange {
  const { source, logger } = job
  const { after, began, number, removals, accepted } = scan
  const now = job.scanDeps.now()
  const set: StateChange['set'] = {
    last_full_scan: now,
    last_lookback: now,
    seen_at: Math.max(began, after.seen_at ?? 0),
    scan_number: number,
    last_complete_scan: number,
    ...afterFullScan(after, number, now),
    ...judgedBy(source),
  }
  const done: (keyof SourceState)[] = ['scan_kind', 'scan_cursor', ...scan.over]
  if (scan.before.flood_accepted !== undefined) done.push('flood_accepted')
  const left = scan.over.length === 0 && areLeft(after, { removals, accepted })
  if (left) Object.assign(set, tryAgain(after, { began, now }))
  else done.push('removals_untold_since', 'full_scan_at')
  // Not all were looked for: what a person has decided about them, or has to, stays.
  if (left || removals === null || removals.brokenOff !== null) return { set, delete: done }

  if (accepted !== undefined) done.push(...OF_ACCEPTED_REMOVALS, 'empty_accepted')
  const waiting = after.attention?.kind === 'mass_removal' ? after.attention : null
  if (removals.heldBack > 0) {
    const attention: Attention = {
      kind: 'mass_removal',
      scan: 'full',
      since: waiting?.since ?? now,
      users: removals.heldBack,
      message: `${removals.heldBack.toLocaleString('en-US')} users are gone from the list at once, which looks like a mistake: no removals were sent. Accept them as events, or as the new baseline.`,
    }
    set.attention = JSON.stringify(attention)
    logger.warn({ source: source.id, users: removals.heldBack }, attention.message)
  } else if (waiting !== null) {
    // They are back: there is nothing to decide any more.
    done.push('attention', 'attention_announced')
    logger.info({ source: source.id }, 'The users who were gone from the list are back.')
  }
  return { set, delete: done }
}
