import type { Logger } from 'pino'
import type { EndpointRecord } from '../endpoints/endpoints.ts'
import type { Claim, DeliveryLog } from '../log/deliveries.ts'
import type { DeliveryError, UnixMs } from '../types.ts'
import { askedToWait, EXPIRED, endingOf } from './endings.ts'
import type { Fault, Outcome } from './failures.ts'
import { brokenAttempt, type MadeAttempt, type MakeAttempt } from './make-attempt.ts'
import type { Recorder, Result } from './recorder.ts'
import { retryDelay } from './schedule.ts'

/** A request that is this process' to send: for one delivery, or for many as a digest. */
export interface Claimed {
  claims: readonly Claim[]
  endpoint: EndpointRecord
  /** The events; null where one has left the log. */
  texts: readonly (string | null)[]
  /** When it was claimed, by the clock of `performance.now()`. */
  since: number
}

/** A claim, and what came of it where that can differ from the others of its request. */
interface Apart {
  claim: Claim
  own: Pick<MadeAttempt, 'attempt' | 'outcome' | 'sentEvent'>
}

/** What an answer means for the requests that come after it. */
export type Next = 'go_on' | 'hold_back' | 'rest'

export interface AttemptDeps {
  deliveries: Pick<DeliveryLog, 'hold' | 'release'>
  makeAttempt: MakeAttempt
  schedule: readonly number[]
  now: () => UnixMs
  random: () => number
  logger: Logger
  /** Told of each attempt: `succeeded`, or whose fault it is, how long it took, and the kind of endpoint. */
  attempted?: (outcome: 'succeeded' | Fault, durationMs: number, kind: EndpointRecord['kind']) => void
}

/** Makes the attempting of what was claimed: it is sent, and what came of it is recorded. */
export function createAttemptClaims(deps: AttemptDeps) {
  const { deliveries, logger, now } = deps

  /** What went together comes back together, and so gets one wait of each length. */
  function resultsOf(apart: readonly Apart[], made: MadeAttempt, endpoint: EndpointRecord): Result[] {
    const random = deps.random()
    const at = now()
    // One request says one thing of the endpoint's health, for however many deliveries it was.
    const told = Math.max(
      0,
      apart.findIndex(({ own }) => own.outcome === made.outcome),
    )
    return apart.map(({ claim, own }, i) => {
      const { outcome } = own
      const delay =
        outcome.kind === 'failed' && outcome.retry === 'schedule'
          ? retryDelay({
              schedule: deps.schedule,
              attempt: claim.scheduled + 1,
              random: () => random,
              retryAfterMs: outcome.retryAfterMs,
            })
          : null
      const ending = endingOf(claim, own, delay === null ? null : at + delay)
      if (i !== told) ending.health = null
      return { claim, ending, endpoint }
    })
  }

  /** A service that wants no more for a while is asked for nothing else meanwhile. */
  async function keepWait(endpointId: string, rate: number, waitMs: number): Promise<void> {
    await deliveries
      .hold(endpointId, rate, waitMs)
      .catch((error: unknown) =>
        logger.warn(
          { err: error, endpoint: endpointId },
          'The wait that the receiver asked for was not kept.',
        ),
      )
  }

  async function giveBack(endpointId: string, claims: readonly Claim[]): Promise<void> {
    await deliveries
      .release(endpointId, claims)
      .catch((error: unknown) =>
        logger.warn({ err: error, endpoint: endpointId }, 'Claims could not be given back; they run out.'),
      )
  }

  /** A fault of our own must not come back with every claim that runs out: it follows the schedule like any other. */
  function make(endpoint: EndpointRecord, events: { id: string; text: string }[]): Promise<MadeAttempt> {
    return deps.makeAttempt(endpoint, events).catch((error: unknown) => {
      logger.error(
        { err: error, endpoint: endpoint.id, event: events[0]?.id },
        'An attempt broke off within ringpost. Please report this.',
      )
      return brokenAttempt(endpoint, now())
    })
  }

  return {
    /**
     * Resolves when everything is recorded.
     *
     * @param answered called once, as soon as the request is over
     */
    async attempt(
      { record }: Pick<Recorder, 'record'>,
      { claims: all, endpoint, texts }: Claimed,
      answered: (next: Next) => void,
    ): Promise<void> {
      const events: { id: string; text: string }[] = []
      const claims: Claim[] = []
      const recordings: Promise<void>[] = []
      let i = 0
      for (const claim of all) {
        const text = texts[i++] ?? null
        if (text === null) recordings.push(end({ record }, endpoint.id, claim, 'failed', EXPIRED))
        else {
          claims.push(claim)
          events.push({ id: claim.eventId, text })
        }
      }
      const [first] = claims
      if (first === undefined) {
        answered('go_on')
        return void (await Promise.all(recordings))
      }
      const made = await make(endpoint, events)
      const { outcome } = made
      deps.attempted?.(
        outcome.kind === 'failed' ? outcome.fault : 'succeeded',
        made.attempt.duration_ms,
        endpoint.kind,
      )
      const waitMs = askedToWait(outcome)
      if (endpoint.rate_limit !== null && waitMs) await keepWait(endpoint.id, endpoint.rate_limit, waitMs)
      answered(nextAfter(outcome))
      // Not the receiver's failure and not an attempt: it is tried again as if nothing had been.
      const ours: Claim[] = []
      const apart: Apart[] = []
      let place = 0
      for (const claim of claims) {
        const own = made.each?.[place++] ?? made
        if (isOurs(own.outcome)) ours.push(claim)
        else apart.push({ claim, own })
      }
      const results = resultsOf(apart, made, endpoint)
      for (const result of results) recordings.push(record(result))
      // After that: what has been sent is recorded, whatever becomes of the rest.
      if (ours.length > 0) recordings.push(giveBack(endpoint.id, ours))
      await (recordings.length === 1 ? recordings[0] : Promise.all(recordings))
      const [result] = results
      if (result === undefined) return
      logger.info(
        {
          endpoint: endpoint.id,
          event: first.eventId,
          delivery: first.deliveryId,
          deliveries: claims.length > 1 ? claims.length : undefined,
          attempt: first.attempts + 1,
          status: result.ending.status,
          http_status: made.attempt.response?.status ?? null,
          code: result.ending.error?.code,
          duration_ms: made.attempt.duration_ms,
        },
        'attempt',
      )
    },

    end,
  }

  /** Ends a delivery without an attempt. */
  async function end(
    { record }: Pick<Recorder, 'record'>,
    endpointId: string,
    claim: Claim,
    status: 'skipped' | 'failed',
    error: DeliveryError,
  ): Promise<void> {
    await record({ claim, ending: { status, attempt: null, error, nextAttemptAt: null, health: null } })
    logger.info(
      { endpoint: endpointId, delivery: claim.deliveryId, status, code: error.code },
      'not attempted',
    )
  }
}

export type AttemptClaims = ReturnType<typeof createAttemptClaims>

function isOurs(outcome: Outcome): boolean {
  return outcome.kind === 'failed' && outcome.fault === 'ours'
}

function nextAfter(outcome: Outcome): Next {
  if (outcome.kind === 'succeeded') return 'go_on'
  if (outcome.fault === 'ours') return 'rest'
  // What waits is for the breaker, or for nobody: it is not sent into the same fire.
  return outcome.disable || outcome.connectionFailure ? 'hold_back' : 'go_on'
}
