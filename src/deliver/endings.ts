import type { EndpointRecord } from '../endpoints/endpoints.ts'
import type { Activity } from '../log/activity.ts'
import type { Claim, Ending } from '../log/deliveries.ts'
import type { DeliveryError, UnixMs } from '../types.ts'
import type { Outcome } from './failures.ts'
import type { MadeAttempt } from './make-attempt.ts'

export const DELETED: DeliveryError = { code: 'endpoint_deleted', message: 'The endpoint was deleted.' }
export const DISABLED: DeliveryError = {
  code: 'endpoint_disabled',
  message: 'The endpoint was disabled. Enable it and recover what it missed.',
}
export const EXPIRED: DeliveryError = {
  code: 'event_expired',
  message:
    'The event has left the event log before it could be sent: RINGPOST_EVENT_RETENTION is too short for the delays there were.',
}

/** Why nothing is sent to an endpoint; null where it is. */
export function endOf(endpoint: EndpointRecord | null): DeliveryError | null {
  if (endpoint === null || endpoint.deleted_at !== null) return DELETED
  return endpoint.enabled ? null : DISABLED
}

/** How long whoever answered wants no more (ms). */
export function askedToWait(outcome: Outcome): number | null {
  if (outcome.kind === 'succeeded') return outcome.pauseMs ?? null
  return outcome.error.code === 'rate_limited' ? outcome.retryAfterMs : null
}

/** What a claim ends with after an attempt; it is tried again where there is a time for it. */
export function endingOf(
  claim: Claim,
  { attempt, outcome, sentEvent = false }: Pick<MadeAttempt, 'attempt' | 'outcome' | 'sentEvent'>,
  nextAttemptAt: UnixMs | null,
): Ending {
  const failed = outcome.kind === 'failed'
  return {
    status: !failed ? 'succeeded' : nextAttemptAt === null ? 'failed' : 'retrying',
    attempt: { number: claim.attempts + 1, ...attempt },
    sentEvent,
    error: attempt.error,
    nextAttemptAt,
    health: healthOf(outcome),
  }
}

function healthOf(outcome: Outcome): Ending['health'] {
  if (outcome.kind === 'succeeded') return 'up'
  if (outcome.disable) return 'gone'
  if (outcome.fault !== 'receiver') return null
  return outcome.connectionFailure ? 'unanswered' : 'down'
}

/** An attempt as those see it who watch live; null where there was none. */
export function attemptNote(endpointId: string, claim: Claim, ending: Ending): Activity | null {
  const { attempt: made, status, nextAttemptAt } = ending
  if (made === null) return null
  const attempt = {
    delivery_id: claim.deliveryId,
    event_id: claim.eventId,
    event_type: claim.eventType,
    endpoint_id: endpointId,
    // What is sent to it alone is in an outbox of its own.
    backfill: claim.sourceId === endpointId,
    status,
    number: made.number,
    at: made.at,
    duration_ms: made.duration_ms,
    response_status: made.response?.status ?? null,
    error: made.error,
    next_attempt_at: nextAttemptAt === null ? null : new Date(nextAttemptAt).toISOString(),
  }
  return { kind: 'attempt', attempt }
}
