import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { EndpointRecord, Endpoints } from '../endpoints/endpoints.ts'
import type { NoteActivity } from '../log/activity.ts'
import type { Claim, DeliveryLog, Ending } from '../log/deliveries.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { DeliveryError, Event, UnixMs } from '../types.ts'
import type { Fault } from './failures.ts'

import type { MadeAttempt, MakeAttempt } from './make-attempt.ts'
import { retryDelay } from './schedule.ts'

/** Requests to one endpoint at a time, within one job. */
const CONCURRENCY = 10
/** How much longer than an attempt may take its claim holds (ms). */
const CLAIM_MARGIN_MS = 5_000

const DELETED: DeliveryError = { code: 'endpoint_deleted', message: 'The endpoint was deleted.' }
const DISABLED: DeliveryError = {
  code: 'endpoint_disabled',
  message: 'The endpoint was disabled. Enable it and recover what it missed.',
}
const EXPIRED: DeliveryError = {
  code: 'event_expired',
  message:
    'The event has left the event log before it could be sent: RINGPOST_EVENT_RETENTION is too short for the delays there were.',
}

/** Ids of deliveries of one endpoint, as a job carries them. */
export interface DeliveryBatch {
  endpointId: string
  deliveryIds: readonly string[]
}

/**
 * Makes the worker's task: it attempts each delivery of a batch that is still to be attempted, and records
 * each result as it comes, so that a crash repeats only what has no result. It can be given the same
 * delivery twice without harm, for each attempt begins with a claim.
 */
export function createDeliverBatch(deps: {
  deliveries: Pick<DeliveryLog, 'claim' | 'record' | 'release'>
  endpoints: Pick<Endpoints, 'find' | 'disable'>
  outbox: Pick<Outbox, 'jsonAt'>
  makeAttempt: MakeAttempt
  retryLater: (endpointId: string, deliveryId: string, delayMs: number) => Promise<void>
  deliverNow: (endpointId: string, deliveryIds: readonly string[]) => Promise<void>
  schedule: readonly number[]
  deadlineMs: number
  now: () => UnixMs
  random: () => number
  logger: Logger
  /** Told of each attempt: `succeeded`, or whose fault it is, and how long it took. */
  attempted?: (outcome: 'succeeded' | Fault, durationMs: number) => void
  /** Tells those who watch live. */
  noteActivity?: NoteActivity
}) {
  const { deliveries, endpoints, now } = deps
  const holdMs = deps.deadlineMs + CLAIM_MARGIN_MS

  return async function deliverBatch(batch: DeliveryBatch, signal?: AbortSignal): Promise<void> {
    const waiting = [...batch.deliveryIds]
    const lane = async () => {
      for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
        if (signal?.aborted) {
          waiting.push(id)
          return
        }
        await deliverOne(batch.endpointId, id)
      }
    }
    await Promise.all(Array.from({ length: Math.min(CONCURRENCY, waiting.length) }, lane))
    // What was not begun when ringpost had to stop goes back into the queue as it is.
    if (waiting.length > 0) await deps.deliverNow(batch.endpointId, waiting)
  }

  async function deliverOne(endpointId: string, id: string): Promise<void> {
    const claim = await deliveries.claim(endpointId, id, randomUUID(), holdMs)
    if (claim === null) return
    const endpoint = await endpoints.find(endpointId)
    if (endpoint === null || endpoint.deleted_at !== null) return end(endpointId, claim, 'skipped', DELETED)
    if (!endpoint.enabled) return end(endpointId, claim, 'skipped', DISABLED)
    const body = await deps.outbox.jsonAt(claim.sourceId, claim.streamId)
    if (body === null) return end(endpointId, claim, 'failed', EXPIRED)
    await attempt(endpoint, claim, body)
  }

  /** Ends a delivery without an attempt. */
  async function end(
    endpointId: string,
    claim: Claim,
    status: 'skipped' | 'failed',
    error: DeliveryError,
  ): Promise<void> {
    await deliveries.record(endpointId, claim, {
      status,
      attempt: null,
      error,
      nextAttemptAt: null,
      health: null,
    })
    deps.logger.info(
      { endpoint: endpointId, delivery: claim.deliveryId, status, code: error.code },
      'not attempted',
    )
  }

  /** Tells those who watch. A convenience: the attempt is in the log whether it succeeds or not. */
  async function noteAttempt(endpointId: string, claim: Claim, body: string, ending: Ending): Promise<void> {
    const { attempt: made, status, nextAttemptAt } = ending
    if (deps.noteActivity === undefined || made === null) return
    const attempt = {
      delivery_id: claim.deliveryId,
      event_id: claim.eventId,
      event_type: (JSON.parse(body) as Event).type,
      endpoint_id: endpointId,
      status,
      number: made.number,
      at: made.at,
      duration_ms: made.duration_ms,
      response_status: made.response?.status ?? null,
      error: made.error,
      next_attempt_at: nextAttemptAt === null ? null : new Date(nextAttemptAt).toISOString(),
    }
    await deps
      .noteActivity([{ kind: 'attempt', attempt }])
      .catch((error: unknown) => deps.logger.debug({ err: error }, 'activity could not be noted'))
  }

  async function attempt(endpoint: EndpointRecord, claim: Claim, body: string): Promise<void> {
    const made = await deps.makeAttempt(endpoint, claim.eventId, body)
    const { outcome } = made
    deps.attempted?.(outcome.kind === 'failed' ? outcome.fault : 'succeeded', made.attempt.duration_ms)
    if (outcome.kind === 'failed' && outcome.fault === 'ours') {
      // Not the receiver's failure and not an attempt: it is tried again as if nothing had been.
      await deliveries.release(endpoint.id, claim)
      return
    }
    const delay =
      outcome.kind === 'failed' && outcome.retry === 'schedule'
        ? retryDelay({
            schedule: deps.schedule,
            attempt: claim.scheduled + 1,
            random: deps.random,
            retryAfterMs: outcome.retryAfterMs,
          })
        : null
    const ending = endingOf(claim, made, delay === null ? null : now() + delay)
    await deliveries.record(endpoint.id, claim, ending)
    if (delay !== null) await deps.retryLater(endpoint.id, claim.deliveryId, delay)
    await noteAttempt(endpoint.id, claim, body, ending)
    if (outcome.kind === 'failed' && outcome.disable)
      await endpoints.disable(endpoint.id, outcome.error.message)
    deps.logger.info(
      {
        endpoint: endpoint.id,
        event: claim.eventId,
        delivery: claim.deliveryId,
        attempt: claim.attempts + 1,
        status: ending.status,
        http_status: made.attempt.response?.status ?? null,
        code: ending.error?.code,
        duration_ms: made.attempt.duration_ms,
      },
      'attempt',
    )
  }
}

export type DeliverBatch = ReturnType<typeof createDeliverBatch>

function endingOf(claim: Claim, { attempt, outcome }: MadeAttempt, nextAttemptAt: UnixMs | null): Ending {
  const failure = outcome.kind === 'failed' ? outcome : null
  return {
    status: failure === null ? 'succeeded' : nextAttemptAt === null ? 'failed' : 'retrying',
    attempt: { number: claim.attempts + 1, ...attempt },
    error: attempt.error,
    nextAttemptAt,
    health: failure === null ? 'up' : failure.fault === 'receiver' ? 'down' : null,
  }
}
