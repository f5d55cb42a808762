import { conditionOf, type SourceState } from '../detect/source-state.ts'
import { DELIVERY_STATUSES } from '../log/delivery-record.ts'
import type { QueueFigures } from '../queues/queue-figures.ts'
import type { UnixMs } from '../types.ts'
import type { SHARED_METRICS } from './definitions.ts'
import type { EndpointFacts } from './read-endpoints.ts'
import type { RedisMemory } from './read-redis-memory.ts'

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
  const { seen_at, last_poll, not_before } = state
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
    ...(last_poll === undefined
      ? []
      : [of('ringpost_source_last_poll_timestamp_seconds', Date.parse(last_poll.at) / 1000)]),
    ...(not_before === 0 || paused
      ? []
      : [of('ringpost_source_next_poll_timestamp_seconds', not_before / 1000)]),
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

const ENDPOINT_CONDITIONS = ['healthy', 'failing', 'breaker_open', 'disabled'] as const

/** How the endpoints are, as values of metrics: counts, and a series of its own only for those that are in trouble. */
export function endpointSamples(endpoints: readonly EndpointFacts[], now: UnixMs): Sample[] {
  const conditions = endpoints.map(conditionOfEndpoint)
  const overdue = endpoints
    .filter(({ enabled, rateLimited, breakerOpen }) => enabled && !rateLimited && !breakerOpen)
    .map(({ oldestDue }) => (oldestDue === null ? 0 : Math.max(0, now - oldestDue) / 1000))
  return [
    ...ENDPOINT_CONDITIONS.map(
      (condition): Sample => ({
        name: 'ringpost_endpoints',
        labels: { condition },
        value: conditions.filter((one) => one === condition).length,
      }),
    ),
    ...endpoints.flatMap(({ id, enabled, failingSince }, i): Sample[] => {
      const labels = { endpoint: id }
      if (!enabled || failingSince === null) return []
      const value = Math.max(0, now - failingSince) / 1000
      return [
        { name: 'ringpost_endpoint_failing_seconds', labels, value },
        ...(conditions[i] === 'breaker_open'
          ? [{ name: 'ringpost_endpoint_breaker_open' as const, labels, value: 1 }]
          : []),
      ]
    }),
    ...DELIVERY_STATUSES.map(
      (status): Sample => ({
        name: 'ringpost_deliveries',
        labels: { status },
        value: endpoints.reduce((sum, { deliveries }) => sum + deliveries[status], 0),
      }),
    ),
    {
      name: 'ringpost_deliveries_overdue_seconds',
      labels: {},
      value: overdue.reduce((most, one) => Math.max(most, one), 0),
    },
  ]
}

function conditionOfEndpoint(endpoint: EndpointFacts): (typeof ENDPOINT_CONDITIONS)[number] {
  if (!endpoint.enabled) return 'disabled'
  if (endpoint.failingSince === null) return 'healthy'
  return endpoint.breakerOpen ? 'breaker_open' : 'failing'
}

/** How full Redis is, as values of metrics. */
export function memorySamples({ usedBytes, maxBytes }: RedisMemory): Sample[] {
  return [
    { name: 'ringpost_redis_memory_used_bytes', labels: {}, value: usedBytes },
    ...(maxBytes === null
      ? []
      : [{ name: 'ringpost_redis_memory_max_bytes' as const, labels: {}, value: maxBytes }]),
  ]
}
