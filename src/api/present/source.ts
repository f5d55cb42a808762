import { formatDuration } from '../../config/duration.ts'
import { conditionOf, describeState, type SourceState } from '../../detect/source-state.ts'
import { nudgePath } from '../../nudge/nudge-secret.ts'
import type { SourceRecord } from '../../sources/sources.ts'
import type { UnixMs, UnixSecs } from '../../types.ts'
import type { ApiSource } from '../schemas/source.ts'

/** A source as the API shows it: without its secrets. */
export function presentSource(
  source: SourceRecord,
  facts: {
    state: SourceState
    nextPoll: UnixMs | null
    inFile: boolean
    intervalMs: number
    overlapMs: number
    now: UnixMs
  },
): ApiSource {
  const { state, now } = facts
  const { attention, last_poll } = state
  return {
    id: source.id,
    name: source.name,
    base_url: source.base_url,
    agent_id: source.agent_id,
    branch_id: source.branch_id,
    poll_interval: formatDuration(facts.intervalMs),
    overlap: formatDuration(facts.overlapMs),
    milestones: source.milestones,
    returned_after: formatDuration(source.returned_after_ms),
    sentiment_threshold: source.sentiment_threshold,
    enrich: source.enrich ?? false,
    nudge: source.nudge_secret ? nudgeOf(source.id, state) : null,
    paused: source.paused,
    managed_by: source.managed_by === 'api' && facts.inFile ? 'file' : source.managed_by,
    created_at: source.created_at,
    state: conditionOf(state, source.paused),
    state_detail: describeState(state, { paused: source.paused, intervalMs: facts.intervalMs }, now),
    attention: attention
      ? {
          kind: attention.kind,
          since: iso(attention.since),
          users: attention.users,
          message: attention.message,
        }
      : null,
    baseline: state.mode === 'baseline' ? baselineOf(state) : null,
    last_baseline: state.last_baseline ?? null,
    known_users: state.known_users,
    watermark_unix_secs: state.watermark ?? null,
    lag_secs: state.seen_at === undefined ? null : Math.max(0, Math.floor((now - state.seen_at) / 1000)),
    next_poll_at: isoOrNull(nextPollOf(source, state, facts.nextPoll, now)),
    last_poll: last_poll ? { ...last_poll, warnings: last_poll.warnings ?? [] } : null,
    totals: {
      polls: state.total_polls,
      failed_polls: state.failed_polls,
      requests: state.total_requests + state.enrich_requests,
      enrichment_requests: state.enrich_requests,
      events: state.total_events,
      late_changes: state.late_changes,
      quarantined_rows: state.quarantined_rows,
    },
  }
}

function baselineOf(state: SourceState): NonNullable<ApiSource['baseline']> {
  const { baseline_reason, announce_since, baseline_started, known_users } = state
  return {
    reason: baseline_reason,
    since: secsOrNull(announce_since),
    started_at: secsOrNull(baseline_started),
    recorded: known_users,
  }
}

function nudgeOf(
  id: string,
  { nudges, nudged_at, nudge_refused }: SourceState,
): NonNullable<ApiSource['nudge']> {
  return {
    path: nudgePath(id),
    received: nudges,
    last_at: isoOrNull(nudged_at ?? null),
    last_refused: nudge_refused ? { ...nudge_refused, at: iso(nudge_refused.at) } : null,
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

function iso(ms: UnixMs): string {
  return new Date(ms).toISOString()
}

/** Null also for a number of seconds that upstream sent and that is no date, which must not hide the source. */
function secsOrNull(secs: UnixSecs | undefined): string | null {
  const date = new Date((secs ?? Number.NaN) * 1000)
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}

function isoOrNull(ms: UnixMs | null): string | null {
  return ms === null ? null : iso(ms)
}
