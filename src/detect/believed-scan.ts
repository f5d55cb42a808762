import type { UnixMs } from '../types.ts'
import { SKEW_MS } from './is-due.ts'
import type { SourceState } from './source-state.ts'

/**
 * How far apart two full scans have to be that make a fall believed (ms), as far as a lookback reads: two that a
 * person asks for in a row are answered by the same replica, which may be behind.
 */
const APART_MS = 3_600_000

type Scans = Pick<
  SourceState,
  'last_complete_scan' | 'last_full_scan' | 'waiting_scan' | 'waiting_since' | 'believed_scan'
>

/** The latest complete full scan of which is known that it ended long enough ago: what it saw has lasted. */
export function believedScan(state: Scans, now: UnixMs): number {
  const { scan, since } = waiting(state)
  return since !== undefined && now - since >= APART_MS
    ? Math.max(scan, state.believed_scan)
    : state.believed_scan
}

/**
 * What to note of it when a full scan has ended. Only one scan waits at a time, and for as long as it takes, or scans
 * that come more often than that would all wait for ever.
 */
export function afterFullScan(
  state: Scans,
  number: number,
  now: UnixMs,
): { waiting_scan: number; waiting_since: UnixMs; believed_scan: number } {
  const { scan, since } = waiting(state)
  const believed_scan = believedScan(state, now)
  const stillWaits = since !== undefined && since <= now + SKEW_MS && scan > believed_scan
  return stillWaits
    ? { waiting_scan: scan, waiting_since: since, believed_scan }
    : { waiting_scan: number, waiting_since: now, believed_scan }
}

/** What an earlier version has written tells only of its last scan. */
function waiting(state: Scans): { scan: number; since: UnixMs | undefined } {
  return {
    scan: state.waiting_scan ?? state.last_complete_scan,
    since: state.waiting_since ?? state.last_full_scan,
  }
}
