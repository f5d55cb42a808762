import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { EndpointRecord, Endpoints } from '../endpoints/endpoints.ts'
import type { Kind } from '../kinds/kind.ts'
import { kindOf } from '../kinds/kinds.ts'
import type { NoteActivity } from '../log/activity.ts'
import type { Claim, DeliveryLog, Ending, HealthNote, Taken } from '../log/deliveries.ts'
import type { DeliveryError, UnixMs } from '../types.ts'
import type { EventTexts } from './event-texts.ts'
import type { Fault, Outcome } from './failures.ts'
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
/** Above how many that wait a kind that has digests gets one message for all, and for how many at most. */
const DIGEST = { above: 10, most: 500 }
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

/** A request that is this process' to send: for one delivery, or for many as a digest. */
interface Claimed {
  claims: Claim[]
  endpoint: EndpointRecord
  /** The events; null where one has left the log. */
  texts: (string | null)[]
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
  deliveries: Pick<DeliveryLog, 'take' | 'record' | 'release' | 'hold'>
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
  /** Told of each attempt: `succeeded`, or whose fault it is, how long it took, and the kind of endpoint. */
  attempted?: (outcome: 'succeeded' | Fault, durationMs: number, kind: EndpointRecord['kind']) => void
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
        const batch = batchOf(expected && kindOf(expected.kind), claimsAtOnce)
        const [{ claims, waitMs, limited, together }, endpoint]: [Taken, EndpointRecord | null] =
          await Promise.all([
            deliveries.take(endpointId, lane.token, holdMs, {
              room: unsent ? UNSENT_AT_ONCE : batch.atOnce - lane.claimed,
              atOnce: batch.atOnce,
              rate: expected?.rate_limit ?? null,
              unsent,
              digest: batch.digest,
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
        if (together) lane.waiting.push({ claims, endpoint, texts, since })
        else {
          for (const [i, claim] of claims.entries()) {
            lane.waiting.push({ claims: [claim], endpoint, texts: [texts[i] ?? null], since })
          }
        }
        send(lane)
        // With room for a few only, nearly every answer would be followed by a question to Redis.
        await fewerClaimed(lane, Math.floor(batch.atOnce * FILL_BELOW))
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
      const { endpoint, claims } = next
      const stale = signal.aborted || performance.now() - next.since > STALE_MS
      const work = stale ? giveBack(endpoint.id, claims, 0) : attempt(lane, next)
      work
        .catch((error: unknown) => {
          // What it had claimed is attempted again when the claim runs out.
          logger.error(
            { err: error, endpoint: endpoint.id, delivery: claims[0]?.deliveryId, deliveries: claims.length },
            'An attempt broke off.',
          )
        })
        .finally(() => done(endpoint.id, lane, claims.length))
    }
  }

  function done(endpointId: string, lane: Lane, count: number): void {
    lane.claimed -= count
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
    const claims = lane.waiting.flatMap((waiting) => waiting.claims)
    if (claims.length === 0) return
    lane.waiting = []
    lane.claimed -= claims.length
    lane.limited = true
    await deliveries.release(endpointId, claims, 0)
  }

  async function giveBack(endpointId: string, claims: readonly Claim[], afterMs: number): Promise<void> {
    await deliveries.release(endpointId, claims, afterMs)
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

  async function attempt(lane: Lane, { claims: all, endpoint, texts }: Claimed): Promise<void> {
    const events = all.flatMap(({ eventId }, i) => {
      const text = texts[i] ?? null
      return text === null ? [] : [{ id: eventId, text }]
    })
    const claims = all.filter((_, i) => (texts[i] ?? null) !== null)
    const expired = all.filter((claim) => !claims.includes(claim))
    const unread = Promise.all(expired.map((claim) => finish(endpoint.id, lane, claim, 'failed', EXPIRED)))
    const [first] = claims
    if (first === undefined) return void (await unread)
    // Before anything is waited for: whoever begins requests counts them by it.
    lane.sending++
    const made = await deps.makeAttempt(endpoint, events).finally(() => {
      lane.sending--
    })
    const { outcome } = made
    const came = outcome.kind === 'failed' ? outcome.fault : 'succeeded'
    deps.attempted?.(came, made.attempt.duration_ms, endpoint.kind)
    const waitMs = askedToWait(outcome)
    // A service that wants no more for a while is asked for nothing else meanwhile.
    if (endpoint.rate_limit !== null && waitMs) {
      await deliveries
        .hold(endpoint.id, endpoint.rate_limit, waitMs)
        .catch((error: unknown) =>
          logger.warn(
            { err: error, endpoint: endpoint.id },
            'The wait that the receiver asked for was not kept.',
          ),
        )
    }
    if (outcome.kind === 'failed' && (outcome.disable || outcome.connectionFailure)) {
      // Beside the record of this attempt, which must not wait for it.
      giveBackWaiting(endpoint.id, lane).catch((error: unknown) =>
        logger.warn({ err: error, endpoint: endpoint.id }, 'Claims could not be given back; they run out.'),
      )
    } else {
      send(lane)
    }
    // Not the receiver's failure and not an attempt: it is tried again as if nothing had been.
    const apart = claims.map((claim, i) => ({ claim, own: made.each?.[i] ?? made }))
    const given = apart.filter(({ own }) => own.outcome.kind === 'failed' && own.outcome.fault === 'ours')
    const back = given.map(({ claim }) => claim)
    const ended = apart.filter(({ claim }) => !back.includes(claim))
    const returned = back.length === 0 ? null : giveBack(endpoint.id, back, OURS_MS)
    // What went together comes back together.
    const random = deps.random()
    const endings = ended.map(({ claim, own }, i) => {
      const delay =
        own.outcome.kind === 'failed' && own.outcome.retry === 'schedule'
          ? retryDelay({
              schedule: deps.schedule,
              attempt: claim.scheduled + 1,
              random: () => random,
              retryAfterMs: own.outcome.retryAfterMs,
            })
          : null
      const ending = endingOf(claim, own, delay === null ? null : now() + delay)
      // One request says one thing of the endpoint's health, for however many deliveries it was.
      return { ...ending, health: i === 0 ? healthOf(outcome) : null }
    })
    const gone = outcome.kind === 'failed' && outcome.disable === true
    await unread
    await Promise.all(
      ended.flatMap(({ claim }, i) => {
        const ending = endings[i]
        return ending === undefined ? [] : [lane.record({ claim, ending, endpoint, gone })]
      }),
    )
    await returned
    logger.info(
      {
        endpoint: endpoint.id,
        event: first.eventId,
        delivery: first.deliveryId,
        ...(claims.length > 1 ? { deliveries: claims.length } : {}),
        attempt: first.attempts + 1,
        status: endings[0]?.status,
        http_status: made.attempt.response?.status ?? null,
        code: endings[0]?.error?.code,
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

/** What is taken together for a kind, and how many requests there may be at a time. */
function batchOf(kind: Kind | null, atOnce: number) {
  if (kind === null) return { digest: null, atOnce }
  // One exchange at a time: two that are about the same caller could make two records of them.
  if (kind.exchange !== undefined) return { digest: { above: 0, most: kind.exchange.most }, atOnce: 1 }
  return { digest: kind.toDigest ? DIGEST : null, atOnce }
}

/** How long whoever answered wants no more (ms). */
function askedToWait(outcome: Outcome): number | null {
  if (outcome.kind === 'succeeded') return outcome.pauseMs ?? null
  return outcome.error.code === 'rate_limited' ? outcome.retryAfterMs : null
}

function endingOf(
  claim: Claim,
  { attempt, outcome }: Pick<MadeAttempt, 'attempt' | 'outcome'>,
  nextAttemptAt: UnixMs | null,
): Ending {
  const failure = outcome.kind === 'failed' ? outcome : null
  return {
    status: failure === null ? 'succeeded' : nextAttemptAt === null ? 'failed' : 'retrying',
    attempt: { number: claim.attempts + 1, ...attempt },
    error: attempt.error,
    nextAttemptAt,
    health: healthOf(outcome),
  }
}

function healthOf(outcome: Outcome): Ending['health'] {
  if (outcome.kind === 'succeeded') return 'up'
  if (outcome.fault !== 'receiver') return null
  return outcome.connectionFailure ? 'unanswered' : 'down'
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
