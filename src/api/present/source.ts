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
  const next = nextPollOf(source, state, facts.nextPoll, facts.now)
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

/** What is due by the state comes before the scheduler's next tick, which may only find that it is too early. */
function nextPollOf(
  source: SourceRecord,
  state: SourceState,
  tick: UnixMs | null,
  now: UnixMs,
): UnixMs | null {
  if (source.paused || state.attention?.kind === 'flood') return null
  return state.not_before > now ? state.not_before : tick
}
