import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  RandomIdGenerator,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { deliveryId } from '../ids.ts'
import type { Event } from '../types.ts'
import { type TraceStart, traceOfEvent } from './trace-of-event.ts'
import type { Traces } from './traces.ts'

/** How long what has not been sent may hold up the end of the process (ms). */
const LAST_SEND_MS = 5_000

/**
 * Starts to trace, and sends spans as OTLP over HTTP. One trace is a poll; each event has a trace of its own, whose
 * id comes from the event's, with its fan-out and every attempt in it and a link to the poll that found it.
 *
 * @param options.url of the collector, without /v1/traces
 * @param options.share of traces that are kept, 0 to 1; every process decides the same of an event
 */
export function startTraces(options: {
  url: string
  headers: Record<string, string>
  share: number
  version: string
  instance: string
}): Traces {
  const random = new RandomIdGenerator()
  // The span that an event's trace begins with has ids that others know without asking.
  let next: TraceStart | null = null
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': 'ringpost',
      'service.version': options.version,
      'service.instance.id': options.instance,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(options.share) }),
    idGenerator: {
      generateTraceId: () => next?.traceId ?? random.generateTraceId(),
      generateSpanId: () => next?.spanId ?? random.generateSpanId(),
    },
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter({
          url: `${options.url.replace(/\/+$/, '')}/v1/traces`,
          headers: options.headers,
        }),
      }),
    ],
  })
  const tracer = provider.getTracer('ringpost', options.version)
  const isKept = new TraceIdRatioBasedSampler(options.share)
  const polling = new AsyncLocalStorage<SpanContext>()

  /** Within the trace of an event. */
  function within(eventId: string): Context {
    const start = traceOfEvent(eventId)
    const { decision } = isKept.shouldSample(ROOT_CONTEXT, start.traceId)
    const traceFlags = decision === SamplingDecision.RECORD_AND_SAMPLED ? TraceFlags.SAMPLED : TraceFlags.NONE
    return trace.setSpanContext(ROOT_CONTEXT, { ...start, traceFlags, isRemote: true })
  }

  function linkTo(eventId: string) {
    const context = trace.getSpanContext(within(eventId))
    return context === undefined ? [] : [{ context }]
  }

  /** The span that an event's trace begins with. */
  function begin(sourceId: string, event: Pick<Event, 'id' | 'type'>): void {
    const poll = polling.getStore()
    next = traceOfEvent(event.id)
    const span = tracer.startSpan(
      `event ${event.type}`,
      {
        root: true,
        links: poll === undefined ? [] : [{ context: poll }],
        attributes: { 'ringpost.event': event.id, 'ringpost.source': sourceId },
      },
      ROOT_CONTEXT,
    )
    next = null
    span.end()
  }

  async function during<T>(span: Span, work: () => Promise<T>, told: (result: T) => void): Promise<T> {
    try {
      const result = await work()
      told(result)
      return result
    } catch (error) {
      span.recordException(error as Error)
      span.setStatus({ code: SpanStatusCode.ERROR })
      throw error
    } finally {
      span.end()
    }
  }

  return {
    poll: (poll) => (source, how) => {
      const attributes = { 'ringpost.source': source.id }
      const span = tracer.startSpan('poll', { root: true, attributes }, ROOT_CONTEXT)
      return polling.run(span.spanContext(), () =>
        during(
          span,
          () => poll(source, how),
          (report) => {
            span.setAttributes({
              'ringpost.outcome': report.outcome,
              'ringpost.poll.kind': report.kind,
              'ringpost.poll.requests': report.requests,
              'ringpost.poll.rows': report.rows,
              'ringpost.poll.events': Object.values(report.events).reduce((sum, n) => sum + n, 0),
            })
            if (report.outcome === 'failed') span.setStatus({ code: SpanStatusCode.ERROR })
          },
        ),
      )
    },

    store: (store) => ({
      ...store,
      async commitPage(sourceId, token, page) {
        const result = await store.commitPage(sourceId, token, page)
        if (result === 'OK') for (const event of page.events) begin(sourceId, event)
        return result
      },
    }),

    systemOutbox: (outbox) => ({
      ...outbox,
      async append(event) {
        await outbox.append(event)
        begin('system', event)
      },
    }),

    deliveries: (deliveries) => ({
      ...deliveries,
      async accept(endpointId, events, skip) {
        const startTime = Date.now()
        const waiting = await deliveries.accept(endpointId, events, skip)
        for (const { eventId, sourceId } of events) {
          const attributes = {
            'ringpost.event': eventId,
            'ringpost.source': sourceId,
            'ringpost.endpoint': endpointId,
            'ringpost.delivery': deliveryId(eventId, endpointId),
          }
          tracer.startSpan('fan out', { startTime, attributes }, within(eventId)).end()
        }
        return waiting
      },
    }),

    makeAttempt: (makeAttempt) => async (endpoint, events) => {
      const [first, ...others] = events
      if (first === undefined) return makeAttempt(endpoint, events)
      const span = tracer.startSpan(
        'attempt',
        {
          kind: SpanKind.CLIENT,
          links: others.flatMap(({ id }) => linkTo(id)),
          attributes: {
            'ringpost.event': first.id,
            'ringpost.endpoint': endpoint.id,
            'ringpost.endpoint.kind': endpoint.kind,
            'ringpost.delivery': deliveryId(first.id, endpoint.id),
          },
        },
        within(first.id),
      )
      return during(
        span,
        () => makeAttempt(endpoint, events),
        ({ attempt }) => {
          if (attempt.response !== null)
            span.setAttribute('http.response.status_code', attempt.response.status)
          if (attempt.error === null) return
          span.setAttribute('error.type', attempt.error.code)
          span.setStatus({ code: SpanStatusCode.ERROR, message: attempt.error.message })
        },
      )
    },

    async stop() {
      // A collector that is away must not keep the process.
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, LAST_SEND_MS)
      })
      await Promise.race([provider.shutdown().catch(() => undefined), late])
      clearTimeout(timer)
    },
  }
}
