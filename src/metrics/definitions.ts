/** One metric: its type, what it means and its labels. docs/metrics.md says the same, and a test compares them. */
export interface MetricDefinition {
  type: 'gauge' | 'counter' | 'histogram'
  help: string
  labels: readonly string[]
  /** Upper bounds of a histogram's buckets, in seconds. */
  buckets?: readonly number[]
}

const SOURCE = ['source'] as const
/** From one quick request to a full scan of an hour. */
const POLL_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600]
/** From a call that is seen at once to one that only a lookback finds. */
const LAG_BUCKETS = [1, 5, 10, 20, 30, 45, 60, 90, 120, 300, 900, 3600]
const ATTEMPT_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30]

/** Read from Redis at each scrape, so that they are the same in every process. */
export const SHARED_METRICS = {
  ringpost_redis_up: {
    type: 'gauge',
    help: '1 where Redis answered this scrape. Where it is 0, everything else that is read from Redis is missing.',
    labels: [],
  },
  ringpost_source_known_users: { type: 'gauge', help: 'Users that are known at a source.', labels: SOURCE },
  ringpost_source_polls_total: {
    type: 'counter',
    help: 'Polls of a source, failed ones among them.',
    labels: SOURCE,
  },
  ringpost_source_failed_polls_total: {
    type: 'counter',
    help: 'Polls of a source that failed or were held back for a person.',
    labels: SOURCE,
  },
  ringpost_source_upstream_requests_total: {
    type: 'counter',
    help: 'Requests that polls made to the upstream API.',
    labels: SOURCE,
  },
  ringpost_source_enrichment_requests_total: {
    type: 'counter',
    help: 'Requests to the upstream API for conversations of events.',
    labels: SOURCE,
  },
  ringpost_source_events_total: {
    type: 'counter',
    help: 'Events of a source, by type.',
    labels: ['source', 'type'],
  },
  ringpost_source_late_changes_total: {
    type: 'counter',
    help: 'Changes found below the watermark. If it rises steadily, the overlap is too short for the upstream.',
    labels: SOURCE,
  },
  ringpost_source_quarantined_rows_total: {
    type: 'counter',
    help: 'Rows of upstream that could not be read. GET /v1/sources/:id/quarantine shows them.',
    labels: SOURCE,
  },
  ringpost_source_lag_seconds: {
    type: 'gauge',
    help: 'Time since the last poll began that read the top of the list to its end. Missing before the first one and while the source is paused.',
    labels: SOURCE,
  },
  ringpost_source_last_poll_timestamp_seconds: {
    type: 'gauge',
    help: 'When the last poll began, failed ones among them (unix seconds). Missing before the first one.',
    labels: SOURCE,
  },
  ringpost_source_next_poll_timestamp_seconds: {
    type: 'gauge',
    help: 'When the next poll is due (unix seconds). Missing before the first one and while the source is paused.',
    labels: SOURCE,
  },
  ringpost_source_consecutive_failures: {
    type: 'gauge',
    help: 'Polls in a row that have failed.',
    labels: SOURCE,
  },
  ringpost_source_condition: {
    type: 'gauge',
    help: '1 for the state that a source is in, 0 for the others: baseline, live, paused, failing, needs_attention.',
    labels: ['source', 'state'],
  },
  ringpost_queue_jobs: {
    type: 'gauge',
    help: 'Jobs in a queue, by state: waiting, active, delayed, failed.',
    labels: ['queue', 'state'],
  },
  ringpost_queue_oldest_waiting_seconds: {
    type: 'gauge',
    help: 'Age of the job that has waited longest in a queue; 0 where none waits.',
    labels: ['queue'],
  },
  ringpost_endpoints: {
    type: 'gauge',
    help: 'Endpoints by condition: healthy, failing, breaker_open (does not answer, and is tried only now and then), disabled.',
    labels: ['condition'],
  },
  ringpost_endpoint_failing_seconds: {
    type: 'gauge',
    help: 'For how long an enabled endpoint has had nothing but failures. Missing for those that work.',
    labels: ['endpoint'],
  },
  ringpost_endpoint_breaker_open: {
    type: 'gauge',
    help: '1 for an enabled endpoint that is tried only now and then, after repeated connection failures or timeouts, until it answers. Missing for the others.',
    labels: ['endpoint'],
  },
  ringpost_deliveries: {
    type: 'gauge',
    help: 'Deliveries in the log, by status: pending, retrying, succeeded, failed, skipped.',
    labels: ['status'],
  },
  ringpost_deliveries_overdue_seconds: {
    type: 'gauge',
    help: 'For how long the delivery that has waited longest beyond its time has done so, at the enabled endpoints without a rate limit whose breaker is closed; 0 where none waits.',
    labels: [],
  },
  ringpost_redis_memory_used_bytes: {
    type: 'gauge',
    help: 'Memory that Redis uses; of a cluster, the node that is fullest.',
    labels: [],
  },
  ringpost_redis_memory_max_bytes: {
    type: 'gauge',
    help: 'Memory that Redis may use (maxmemory). Missing where it has no bound.',
    labels: [],
  },
} as const satisfies Record<string, MetricDefinition>

/** Of what this process has done since it started. */
export const PROCESS_METRICS = {
  ringpost_poll_duration_seconds: {
    type: 'histogram',
    help: 'Duration of the polls that this process made, by kind (head, lookback, full, baseline) and outcome (done, failed).',
    labels: ['kind', 'outcome'],
    buckets: POLL_BUCKETS,
  },
  ringpost_detection_lag_seconds: {
    type: 'histogram',
    help: 'Time from the last contact of a user to the event of type user.created or user.conversation_count.increased, where a head poll or a lookback of this process found it.',
    labels: [],
    buckets: LAG_BUCKETS,
  },
  ringpost_attempt_duration_seconds: {
    type: 'histogram',
    help: 'Duration of the attempts that this process made, by outcome: succeeded, or whose fault the failure is (receiver, permanent, ours, or internal: a defect of ringpost).',
    labels: ['outcome'],
    buckets: ATTEMPT_BUCKETS,
  },
  ringpost_attempts_total: {
    type: 'counter',
    help: 'Attempts that this process made, by kind of endpoint and outcome: succeeded, receiver, permanent, ours, internal.',
    labels: ['kind', 'outcome'],
  },
  ringpost_enrichments_total: {
    type: 'counter',
    help: 'Events that waited for their conversation in this process, by outcome: complete, partial (without its analysis), none.',
    labels: ['outcome'],
  },
  ringpost_nudges_total: {
    type: 'counter',
    help: 'Nudges that came to this process for sources that take them, by outcome: accepted, refused (the signature was not right).',
    labels: ['outcome'],
  },
} as const satisfies Record<string, MetricDefinition>
