import { formatDuration } from '../../config/duration.ts'
import { conditionOf, describeState, type SourceState } from '../../detect/source-state.ts'
import type { SourceRecord } from '../../sources/sources.ts'
import type { UnixMs } from '../../types.ts'
import type { ApiSource } from '../schemas/source.ts'

/** A source as the API shows it: without its key. */
export function presentSource(
  source: SourceRecord,
  facts: { state: SourceState; nextPoll: UnixMs | null; now: UnixMs },
): ApiSource {
  const { state } = facts
  const pollInterval = formatDuration(source.poll_interval_ms)
  const next = source.paused ? null : nextAttempt(facts.nextPoll, state.not_before, source.poll_interval_ms)
  return {
    id: source.id,
    name: source.name,
    base_url: source.base_url,
    agent_id: source.agent_id,
    branch_id: source.branch_id,
    poll_interval: pollInterval,
    paused: source.paused,
    state: conditionOf(state, source.paused),
    state_detail: describeState(state, { paused: source.paused, pollInterval }, facts.now),
    known_users: state.known_users,
    watermark_unix_secs: state.watermark ?? null,
    next_poll_at: next === null ? null : new Date(next).toISOString(),
    last_poll: state.last_poll ?? null,
    totals: {
      polls: state.total_polls,
      requests: state.total_requests,
      events: state.total_events,
      late_changes: state.late_changes,
      quarantined_rows: state.quarantined_rows,
    },
  }
}

/** The scheduler ticks on while a source waits after a failure; what it skips is not a poll. */
function nextAttempt(tick: UnixMs | null, notBefore: UnixMs, intervalMs: number): UnixMs | null {
  if (tick === null || tick >= notBefore) return tick
  return tick + Math.ceil((notBefore - tick) / intervalMs) * intervalMs
}
