import type { Logger } from 'pino'
import { createDrainEndpoints } from './deliver/drain-endpoints.ts'
import { createEventTexts } from './deliver/event-texts.ts'
import { createExchangeMemories } from './deliver/exchange-memories.ts'
import type { Fault } from './deliver/failures.ts'
import type { GuardPolicy } from './deliver/guard/url.ts'
import { createMakeAttempt } from './deliver/make-attempt.ts'
import { createSender } from './deliver/send.ts'
import { createEndpointAlerts } from './endpoints/endpoint-alerts.ts'
import type { EndpointRecord, Endpoints } from './endpoints/endpoints.ts'
import { createRelay } from './fanout/relay.ts'
import type { NoteActivity } from './log/activity.ts'
import { createDeliveryLog } from './log/deliveries.ts'
import { createEraseDeliveries } from './log/erase-deliveries.ts'
import { createOutbox } from './outbox/outbox.ts'
import { createSystemOutbox } from './outbox/system-outbox.ts'
import type { Queues } from './queues/queues.ts'
import type { Redis } from './redis/client.ts'
import type { Keys } from './redis/keys.ts'
import { NO_TRACES, type Traces } from './traces/traces.ts'
import type { UnixMs } from './types.ts'

/**
 * Wires the way of an event from the outbox to its receivers: outbox → fanout → deliver → log. It does nothing by
 * itself: workers ask the relay for a source and the drains for an endpoint.
 */
export function createDelivery(deps: {
  redis: Redis
  keys: Keys
  queues: Pick<Queues, 'wake' | 'wakeLater' | 'relayNow' | 'relayAt' | 'enrichSoon'>
  endpoints: Endpoints
  policy: GuardPolicy
  /** Of one attempt (ms). */
  deadlineMs: number
  /** Waits after the first, second, … attempt (ms). */
  schedule: readonly number[]
  /** How long deliveries are kept, and events where that is not at least as long (ms). */
  retentionMs: number
  eventRetentionMs?: number
  now: () => UnixMs
  random: () => number
  logger: Logger
  signal: AbortSignal
  /** Requests to one endpoint at a time. */
  atOnce?: number
  /** Endpoints that are sent to at a time. */
  lanes?: number
  attempted?: (outcome: 'succeeded' | Fault, durationMs: number, kind: EndpointRecord['kind']) => void
  noteActivity?: NoteActivity
  traces?: Pick<Traces, 'systemOutbox' | 'deliveries' | 'makeAttempt'>
}) {
  const traces = deps.traces ?? NO_TRACES
  const { redis, keys, queues, endpoints, now, logger } = deps
  const outbox = createOutbox({ redis, keys })
  const { retentionMs, eventRetentionMs } = deps
  const deliveries = traces.deliveries(
    createDeliveryLog({ redis, keys, now, retentionMs, ...(eventRetentionMs ? { eventRetentionMs } : {}) }),
  )
  const sender = createSender({ policy: deps.policy, deadlineMs: deps.deadlineMs })
  const memories = createExchangeMemories()
  const makeAttempt = traces.makeAttempt(createMakeAttempt({ endpoints, sender, memories, now, logger }))
  const alerts = createEndpointAlerts({
    redis,
    keys,
    endpoints,
    systemOutbox: traces.systemOutbox(createSystemOutbox({ redis, keys, relayNow: queues.relayNow })),
    wake: queues.wake,
    now,
    logger,
  })
  const watched = deps.noteActivity === undefined ? {} : { noteActivity: deps.noteActivity }
  const eventTexts = createEventTexts({ outbox })
  const relay = createRelay({
    outbox,
    endpoints,
    deliveries,
    eraseDeliveries: createEraseDeliveries({ redis, keys }),
    wake: queues.wake,
    noteText: eventTexts.note,
    enrichSoon: queues.enrichSoon,
    relayAt: queues.relayAt,
    now,
    logger,
    ...watched,
  })
  const drains = createDrainEndpoints({
    deliveries,
    endpoints,
    eventTexts: eventTexts.read,
    makeAttempt,
    wakeLater: queues.wakeLater,
    noteHealth: alerts.note,
    schedule: deps.schedule,
    deadlineMs: deps.deadlineMs,
    now,
    random: deps.random,
    logger,
    signal: deps.signal,
    ...watched,
    ...(deps.attempted === undefined ? {} : { attempted: deps.attempted }),
    ...(deps.atOnce === undefined ? {} : { atOnce: deps.atOnce }),
    ...(deps.lanes === undefined ? {} : { lanes: deps.lanes }),
  })
  return { outbox, deliveries, sender, makeAttempt, memories, alerts, relay, drains }
}

export type Delivery = ReturnType<typeof createDelivery>
