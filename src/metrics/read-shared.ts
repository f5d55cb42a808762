import { conditionOf, type SourceState } from '../detect/source-state.ts'
import type { QueueFigures } from '../queues/queue-figures.ts'
import type { UnixMs } from '../types.ts'
import type { SHARED_METRICS } from './definitions.ts'

export type SharedName = keyof typeof SHARED_METRICS

/** One value of a metric that is read from Redis. */
export interface Sample {
  name: SharedName
  labels: Record<string, string>
  value: number
}

export interface SourceFacts {
  id: string
  paused: boolean
  state: SourceState
}

const CONDITIONS = ['baseline', 'live', 'paused', 'failing', 'needs_attention'] as const

/** What a source's state says, as values of metrics. */
export function sourceSamples({ id, paused, state }: SourceFacts, now: UnixMs): Sample[] {
  const of = (name: SharedName, value: number, more: Record<string, string> = {}): Sample => ({
    name,
    labels: { source: id, ...more },
    value,
  })
  const condition = conditionOf(state, paused)
  const { seen_at } = state
  return [
    of('ringpost_source_known_users', state.known_users),
    of('ringpost_source_polls_total', state.total_polls),
    of('ringpost_source_failed_polls_total', state.failed_polls),
    of('ringpost_source_upstream_requests_total', state.total_requests),
    of('ringpost_source_enrichment_requests_total', state.enrich_requests),
    of('ringpost_source_late_changes_total', state.late_changes),
    of('ringpost_source_quarantined_rows_total', state.quarantined_rows),
    of('ringpost_source_consecutive_failures', state.failures),
    ...(seen_at === undefined || paused
      ? []
      : [of('ringpost_source_lag_seconds', Math.max(0, now - seen_at) / 1000)]),
    ...CONDITIONS.map((one) => of('ringpost_source_condition', one === condition ? 1 : 0, { state: one })),
    ...Object.entries(state.events_by_type).map(([type, count]) =>
      of('ringpost_source_events_total', count, { type }),
    ),
  ]
}

/** How full a queue is, as values of metrics. */
export function queueSamples({ queue, jobs, oldestWaiting }: QueueFigures, now: UnixMs): Sample[] {
  return [
    ...Object.entries(jobs).map(
      ([state, value]): Sample => ({ name: 'ringpost_queue_jobs', labels: { queue, state }, value }),
    ),
    {
      name: 'ringpost_queue_oldest_waiting_seconds',
      labels: { queue },
      value: oldestWaiting === null ? 0 : Math.max(0, now - oldestWaiting) / 1000,
    },
  ]
}
