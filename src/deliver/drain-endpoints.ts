import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { EndpointRecord, Endpoints } from '../endpoints/endpoints.ts'
import type { NoteActivity } from '../log/activity.ts'
import type { Claim, DeliveryLog, Ending, HealthNote, Taken } from '../log/deliveries.ts'
import type { DeliveryError, UnixMs } from '../types.ts'
import type { EventTexts } from './event-texts.ts'
import type { Fault } from './failures.ts'
import type { MadeAttempt, MakeAttempt } from './make-attempt.ts'
import { createRecorder, type Recorder, type Result } from './recorder.ts'
import { retryDelay } from './schedule.ts'

/** Requests to one endpoint at a time, of one process. */
export const AT_ONCE = 50
/**
 * Deliveries of one endpoint that are claimed at a time, as a multiple of that and by all processes together: while
 * results are recorded and more is taken, requests go on.
 */
const CLAIMS = 2
/** Deliveries that end without an attempt, at once. */
const UNSENT_AT_ONCE = 100
/** More is taken when fewer are claimed than this share of what may be. */
const FILL_BELOW = 0.7
/** How long a claim may wait for a request to end before it is given back (ms): the rest is for its own request. */
const STALE_MS = 3_000
/** How much longer than an attempt may take its claim holds (ms). */
const CLAIM_MARGIN_MS = 5_000
/** What is not ours to wait for longer (ms): the endpoint is woken instead. */
const SHORT_MS = 250
/** How long something of our own may take to pass before what it stopped is tried again (ms). */
const OURS_MS = 1_000

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

/** One endpoint that this process is sending to. */
interface Lane {
  token: string
  record: Recorder
  /** What is claimed and not yet recorded: what waits for a request to end, what is sent, what is being recorded. */
  claimed: number
  /** Requests under way. */
  sending: number
  waiting: Claimed[]
  /** The filling of the lane, while it goes on. */
  filling: Promise<void> | null
  /** Somebody asked while it was filled. */
  again: boolean
  /** More may be waiting than could be taken. */
  limited: boolean
  /** Those who wait until fewer are claimed. */
  waiters: (() => void)[]
}

/** A delivery that is this process' to send. */
interface Claimed {
  claim: Claim
  endpoint: EndpointRecord
  /** The event; null where it has left the log. */
  text: string | null
  /** When it was claimed, by the clock of `performance.now()`. */
  since: number
}

/**
 * Makes the sending: what is due at an endpoint is taken, attempted and recorded until nothing is left that may be
 * sent now. It can be asked for the same endpoint any number of times, in any number of processes: Redis decides
 * who takes what, and each result is recorded as it comes, so that a crash repeats only what has no result.
 *
 * Asking resolves as soon as everything that may be sent is on its way, so that a request that hangs holds up
 * neither whoever asked nor what comes next for the same endpoint.
 */
export function createDrainEndpoints(deps: {
  deliveries: Pick<DeliveryLog, 'take' | 'record' | 'release'>
  endpoints: Pick<Endpoints, 'find'>
  eventTexts: EventTexts
  makeAttempt: MakeAttempt
  /** Asks for the endpoint again after a time. */
  wakeLater: (endpointId: string, delayMs: number) => Promise<void>
  /** Told of failures and successes, after they were recorded. */
  noteHealth: (
    endpoint: EndpointRecord,
    health: HealthNote,
    failure: { message: string; gone: boolean } | null,
  ) => Promise<void>
  schedule: readonly number[]
  deadlineMs: number
  now: () => UnixMs
  random: () => number
  logger: Logger
  /** Nothing more is begun once it is aborted. */
  signal: AbortSignal
  atOnce?: number
  /** Told of each attempt: `succeeded`, or whose fault it is, and how long it took. */
  attempted?: (outcome: 'succeeded' | Fault, durationMs: number) => void
  /** Tells those who watch live. */
  noteActivity?: NoteActivity
}) {
  const { deliveries, endpoints, now, logger, signal, atOnce = AT_ONCE } = deps
  const holdMs = deps.deadlineMs + CLAIM_MARGIN_MS
  const claimsAtOnce = CLAIMS * atOnce
  const lanes = new Map<string, Lane>()

  function laneOf(endpointId: string): Lane {
    const there = lanes.get(endpointId)
    if (there) return there
    const lane: Lane = {
      token: randomUUID(),
      record: createRecorder({
        endpointId,
        deliveries,
        recorded: (results, health) => recorded(endpointId, results, health),
        logger,
        signal,
      }),
      claimed: 0,
      sending: 0,
      waiting: [],
      filling: null,
      again: false,
      limited: false,
      waiters: [],
    }
    lanes.set(endpointId, lane)
    return lane
  }

  /** Sends what is due at an endpoint. */
  async function drain(endpointId: string): Promise<void> {
    if (signal.aborted) return
    const lane = laneOf(endpointId)
    if (lane.filling !== null) {
      lane.again = true
      return lane.filling
    }
    lane.filling = fill(endpointId, lane)
    return lane.filling
  }

  async function fill(endpointId: string, lane: Lane): Promise<void> {
    let known: EndpointRecord | null = null
    try {
      while (!signal.aborted) {
        lane.again = false
        // An endpoint that could be sent to a moment ago is read anew while something is taken for it.
        const found: Promise<EndpointRecord | null> = endpoints.find(endpointId)
        const expected: EndpointRecord | null = known ?? (await found)
        const unsent: boolean = endOf(expected) !== null
        const [{ claims, waitMs, limited }, endpoint]: [Taken, EndpointRecord | null] = await Promise.all([
          deliveries.take(endpointId, lane.token, holdMs, {
            room: unsent ? UNSENT_AT_ONCE : claimsAtOnce - lane.claimed,
            atOnce: claimsAtOnce,
            rate: expected?.rate_limit ?? null,
            unsent,
          }),
          found,
        ])
        const end = endOf(endpoint)
        known = end === null ? endpoint : null
        lane.limited = limited
        if (claims.length === 0) {
          if (lane.again || (end !== null && !unsent)) continue
          if (waitMs === null) return
          if (waitMs > SHORT_MS) return deps.wakeLater(endpointId, waitMs)
          await wait(waitMs, undefined, { signal }).catch(() => undefined)
          continue
        }
        if (end !== null || endpoint === null) {
          await Promise.all(claims.map((claim) => finish(endpointId, lane, claim, 'skipped', end ?? DELETED)))
          continue
        }
        const since = performance.now()
        const texts = await textsOf(endpointId, claims)
        lane.claimed += claims.length
        for (const [i, claim] of claims.entries()) {
          lane.waiting.push({ claim, endpoint, text: texts[i] ?? null, since })
        }
        send(lane)
        // With room for a few only, nearly every answer would be followed by a question to Redis.
        await fewerClaimed(lane, Math.floor(claimsAtOnce * FILL_BELOW))
      }
    } finally {
      // In the same turn in which it was seen that nobody had asked again: who asks from now on is not missed.
      lane.filling = null
      if (lane.claimed === 0) lanes.delete(endpointId)
    }
  }

  async function textsOf(endpointId: string, claims: readonly Claim[]): Promise<(string | null)[]> {
    try {
      return await deps.eventTexts(claims)
    } catch (error) {
      // Best given back at once; where even that cannot be done, the claims run out.
      await deliveries.release(endpointId, claims, OURS_MS).catch(() => undefined)
      throw error
    }
  }

  function fewerClaimed(lane: Lane, most: number): Promise<void> {
    if (lane.claimed <= most) return Promise.resolve()
    return new Promise((resolve) => {
      const look = () => (lane.claimed <= most ? resolve() : lane.waiters.push(look))
      lane.waiters.push(look)
    })
  }

  /** Begins as many requests as there may be. */
  function send(lane: Lane): void {
    while (lane.sending < atOnce) {
      const next = lane.waiting.shift()
      if (next === undefined) return
      const { endpoint, claim } = next
      const stale = signal.aborted || performance.now() - next.since > STALE_MS
      const work = stale ? giveBack(endpoint.id, claim, 0) : attempt(lane, next)
      work
        .catch((error: unknown) => {
          // What it had claimed is attempted again when the claim runs out.
          logger.error(
            { err: error, endpoint: endpoint.id, delivery: claim.deliveryId },
            'An attempt broke off.',
          )
        })
        .finally(() => done(endpoint.id, lane))
    }
  }

  function done(endpointId: string, lane: Lane): void {
    lane.claimed--
    send(lane)
    const { waiters } = lane
    lane.waiters = []
    for (const look of waiters) look()
    if (lane.filling !== null) return
    if (lane.claimed === 0) lanes.delete(endpointId)
    if (lane.limited && !signal.aborted) drainOn(endpointId)
  }

  /** What waits here is for the breaker, or for nobody: other claims of this endpoint are not sent into the same fire. */
  async function giveBackWaiting(endpointId: string, lane: Lane): Promise<void> {
    const claims = lane.waiting.map(({ claim }) => claim)
    if (claims.length === 0) return
    lane.waiting = []
    lane.claimed -= claims.length
    lane.limited = true
    await deliveries.release(endpointId, claims, 0)
  }

  async function giveBack(endpointId: string, claim: Claim, afterMs: number): Promise<void> {
    await deliveries.release(endpointId, [claim], afterMs)
    if (!signal.aborted) await deps.wakeLater(endpointId, afterMs)
  }

  /** Where nobody asked: what is left over is found by the sweep. */
  function drainOn(endpointId: string): void {
    drain(endpointId).catch((error: unknown) =>
      logger.error({ err: error, endpoint: endpointId }, 'Sending broke off; the sweep begins it again.'),
    )
  }

  /** Ends a delivery without an attempt. */
  async function finish(
    endpointId: string,
    lane: Lane,
    claim: Claim,
    status: 'skipped' | 'failed',
    error: DeliveryError,
  ): Promise<void> {
    const ending: Ending = { status, attempt: null, error, nextAttemptAt: null, health: null }
    await lane.record({ claim, ending })
    logger.info(
      { endpoint: endpointId, delivery: claim.deliveryId, status, code: error.code },
      'not attempted',
    )
  }

  async function attempt(lane: Lane, { claim, endpoint, text }: Claimed): Promise<void> {
    if (text === null) return finish(endpoint.id, lane, claim, 'failed', EXPIRED)
    lane.sending++
    const made = await deps.makeAttempt(endpoint, claim.eventId, text).finally(() => {
      lane.sending--
    })
    const { outcome } = made
    deps.attempted?.(outcome.kind === 'failed' ? outcome.fault : 'succeeded', made.attempt.duration_ms)
    if (outcome.kind === 'failed' && (outcome.disable || outcome.connectionFailure)) {
      // Beside the record of this attempt, which must not wait for it.
      giveBackWaiting(endpoint.id, lane).catch((error: unknown) =>
        logger.warn({ err: error, endpoint: endpoint.id }, 'Claims could not be given back; they run out.'),
      )
    } else {
      send(lane)
    }
    // Not the receiver's failure and not an attempt: it is tried again as if nothing had been.
    if (outcome.kind === 'failed' && outcome.fault === 'ours') return giveBack(endpoint.id, claim, OURS_MS)
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
    const gone = outcome.kind === 'failed' && outcome.disable === true
    await lane.record({ claim, ending, endpoint, gone })
    logger.info(
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

  /** What follows from results, once they are in the log. */
  async function recorded(endpointId: string, results: readonly Result[], health: HealthNote): Promise<void> {
    const later = results.flatMap(({ ending }) => ending.nextAttemptAt ?? [])
    for (const at of new Set(later)) await deps.wakeLater(endpointId, at - now())
    const attempts = results.flatMap(({ claim, ending }) => attemptNote(endpointId, claim, ending) ?? [])
    // A convenience: the attempts are in the log whether it succeeds or not.
    await deps
      .noteActivity?.(attempts)
      .catch((error: unknown) => logger.debug({ err: error }, 'activity could not be noted'))
    const last = results.findLast(({ endpoint }) => endpoint !== undefined)
    if (last?.endpoint === undefined) return
    const failed = results.findLast(({ ending }) => ending.attempt !== null && ending.error !== null)
    const failure = failed?.ending.error
      ? { message: failed.ending.error.message, gone: results.some(({ gone }) => gone) }
      : null
    await deps.noteHealth(last.endpoint, health, failure)
  }

  return {
    drain,

    /** Resolves when nothing is under way any more, or after a time. */
    async settled(withinMs: number): Promise<void> {
      const ends = performance.now() + withinMs
      while (lanes.size > 0 && performance.now() < ends) {
        await Promise.race([
          ...[...lanes.values()].map((lane) => lane.filling ?? fewerClaimed(lane, 0)),
          wait(Math.max(1, ends - performance.now())),
        ]).catch(() => undefined)
      }
    },
  }
}

export type DrainEndpoints = ReturnType<typeof createDrainEndpoints>

/** Why nothing is sent to an endpoint; null where it is. */
function endOf(endpoint: EndpointRecord | null): DeliveryError | null {
  if (endpoint === null || endpoint.deleted_at !== null) return DELETED
  return endpoint.enabled ? null : DISABLED
}

function endingOf(claim: Claim, { attempt, outcome }: MadeAttempt, nextAttemptAt: UnixMs | null): Ending {
  const failure = outcome.kind === 'failed' ? outcome : null
  return {
    status: failure === null ? 'succeeded' : nextAttemptAt === null ? 'failed' : 'retrying',
    attempt: { number: claim.attempts + 1, ...attempt },
    error: attempt.error,
    nextAttemptAt,
    health:
      failure === null
        ? 'up'
        : failure.fault !== 'receiver'
          ? null
          : failure.connectionFailure
            ? 'unanswered'
            : 'down',
  }
}

function attemptNote(endpointId: string, claim: Claim, ending: Ending) {
  const { attempt: made, status, nextAttemptAt } = ending
  if (made === null) return null
  const attempt = {
    delivery_id: claim.deliveryId,
    event_id: claim.eventId,
    event_type: claim.eventType,
    endpoint_id: endpointId,
    status,
    number: made.number,
    at: made.at,
    duration_ms: made.duration_ms,
    response_status: made.response?.status ?? null,
    error: made.error,
    next_attempt_at: nextAttemptAt === null ? null : new Date(nextAttemptAt).toISOString(),
  }
  return { kind: 'attempt' as const, attempt }
}
