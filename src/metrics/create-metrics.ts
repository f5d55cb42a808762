import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Fault } from '../deliver/failures.ts'
import type { PollReport } from '../detect/poll.ts'
import type { QueueFigures } from '../queues/queue-figures.ts'
import type { UnixMs } from '../types.ts'
import { type MetricDefinition, PROCESS_METRICS, SHARED_METRICS } from './definitions.ts'
import type { EndpointFacts } from './read-endpoints.ts'
import type { RedisMemory } from './read-redis-memory.ts'
import {
  endpointSamples,
  memorySamples,
  queueSamples,
  type Sample,
  type SourceFacts,
  sourceSamples,
} from './read-shared.ts'

/** How long a scrape waits for Redis (ms); what the process itself knows is told in any case. */
const PATIENCE_MS = 3_000

/** What came of an attempt, for a label. */
export type AttemptOutcome = 'succeeded' | Fault

/**
 * The metrics of a process, in a registry of its own. What is counted here is handed in by narrow functions;
 * what Redis holds is read at each scrape. No label ever has a user id, a URL or anything secret.
 */
export function createMetrics(deps: {
  readSources: () => Promise<SourceFacts[]>
  readQueues: () => Promise<QueueFigures[]>
  readEndpoints: () => Promise<EndpointFacts[]>
  readRedisMemory: () => Promise<RedisMemory>
  now: () => UnixMs
  patienceMs?: number
}) {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const shared = new Map(
    Object.entries(SHARED_METRICS).map(([name, definition]) => {
      const options = { ...optionsOf(name, definition), registers: [registry] }
      return [name, definition.type === 'counter' ? new Counter(options) : new Gauge(options)]
    }),
  )
  const histogram = (name: keyof typeof PROCESS_METRICS) => {
    const definition: MetricDefinition = PROCESS_METRICS[name]
    const buckets = [...(definition.buckets ?? [])]
    return new Histogram({ ...optionsOf(name, definition), buckets, registers: [registry] })
  }
  const pollDuration = histogram('ringpost_poll_duration_seconds')
  const detectionLag = histogram('ringpost_detection_lag_seconds')
  const attemptDuration = histogram('ringpost_attempt_duration_seconds')
  const attempts = new Counter({
    ...optionsOf('ringpost_attempts_total', PROCESS_METRICS.ringpost_attempts_total),
    registers: [registry],
  })

  const enrichments = new Counter({
    ...optionsOf('ringpost_enrichments_total', PROCESS_METRICS.ringpost_enrichments_total),
    registers: [registry],
  })
  const nudges = new Counter({
    ...optionsOf('ringpost_nudges_total', PROCESS_METRICS.ringpost_nudges_total),
    registers: [registry],
  })

  async function readShared(): Promise<Sample[]> {
    const [sources, queues, endpoints, memory] = await Promise.all([
      deps.readSources(),
      deps.readQueues(),
      deps.readEndpoints(),
      deps.readRedisMemory(),
    ])
    const now = deps.now()
    return [
      { name: 'ringpost_redis_up', labels: {}, value: 1 },
      ...sources.flatMap((source) => sourceSamples(source, now)),
      ...queues.flatMap((queue) => queueSamples(queue, now)),
      ...endpointSamples(endpoints, now),
      ...memorySamples(memory),
    ]
  }

  /** Null where Redis cannot be read, or not in time. */
  async function readInTime(): Promise<Sample[] | null> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<null>((resolve) => {
      timer = setTimeout(resolve, deps.patienceMs ?? PATIENCE_MS, null)
    })
    try {
      return await Promise.race([readShared().catch(() => null), late])
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    contentType: registry.contentType,

    /** A poll that took place. */
    polled({ kind, outcome, duration_ms }: Pick<PollReport, 'kind' | 'outcome' | 'duration_ms'>): void {
      if (outcome !== 'done' && outcome !== 'failed') return
      pollDuration.observe({ kind, outcome }, duration_ms / 1000)
    },

    /** @param lagMs from the last contact to the event */
    detected(lagMs: number): void {
      // Upstream may have a clock that is ahead.
      detectionLag.observe(Math.max(0, lagMs) / 1000)
    },

    /** @param kind of the endpoint */
    attempted(outcome: AttemptOutcome, durationMs: number, kind: string): void {
      attempts.inc({ kind, outcome })
      attemptDuration.observe({ outcome }, durationMs / 1000)
    },

    /** An event whose wait for its conversation has ended. */
    enriched(outcome: 'complete' | 'partial' | 'none'): void {
      enrichments.inc({ outcome })
    },

    /** A request to the nudge of a source. */
    nudged(outcome: 'accepted' | 'refused'): void {
      nudges.inc({ outcome })
    },

    /** Everything, in the text format of Prometheus. */
    async scrape(): Promise<string> {
      const samples = (await readInTime()) ?? [{ name: 'ringpost_redis_up' as const, labels: {}, value: 0 }]
      // At once, so that two scrapes at the same time do not mix. What is gone from Redis goes from here.
      for (const metric of shared.values()) metric.reset()
      for (const { name, labels, value } of samples) shared.get(name)?.inc(labels, value)
      return registry.metrics()
    },

    /** Name, type, labels and meaning of everything that is told. */
    registry: registry as Pick<Registry, 'getMetricsAsArray'>,
  }
}

export type Metrics = ReturnType<typeof createMetrics>

function optionsOf(name: string, { help, labels }: MetricDefinition) {
  return { name, help, labelNames: [...labels] }
}
