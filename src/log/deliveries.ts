import { randomInt } from 'node:crypto'
import { deliveryId } from '../ids.ts'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import { createScript, replyText } from '../redis/script.ts'
import type { Attempt, DeliveryError, DeliveryStatus, EventType, UnixMs } from '../types.ts'
import { DELIVERY_STATUSES, type DeliveryHead, parseHead } from './delivery-record.ts'
import { type NewDelivery, newRecords } from './new-records.ts'
import { type ClaimResult, resultArguments } from './result-arguments.ts'

/**
 * Connection failures and timeouts in a row at which an endpoint's breaker opens, and for how long (ms): from one
 * attempt to the next it doubles, counted from the beginning of the attempt but at least `firstMs` from its end. What
 * waits keeps its place and its schedule meanwhile, and goes within half a minute of the endpoint's return (decision 60).
 */
export const BREAKER = { failures: 5, firstMs: 5_000, longestMs: 25_000 }

/**
 * After which time of nothing but failures an endpoint is disabled (ms), if there were that many of them, and at
 * which shares of it people are warned.
 */
export const DISABLING = { afterMs: 5 * 86_400_000, leastFailures: 10, warnings: [0.5, 0.7, 0.9] as const }

/** How much of a request's body is shown (characters). */
export const KEPT_BODY = 4096
/** What is shown in place of a body that was the event, where that has left the event log. */
export const EVENT_GONE = '(the event, which is not in the event log any more)'

/** A delivery that one worker may attempt now. */
export interface Claim {
  deliveryId: string
  /** Since when and until when it holds; the fraction of the latter says who holds it. */
  takenAt: UnixMs
  until: number
  /** Attempts before this one. */
  attempts: number
  /** Those of them that the present schedule counts: fewer after one was asked for by hand. */
  scheduled: number
  eventId: string
  eventType: EventType
  sourceId: string
  streamId: string
  /** The line of short parts of its record, as it was claimed. */
  head: string
  /** The same, where the record has no other parts: nothing was ever sent. */
  untouched: DeliveryHead | null
}

/** How many fractions of a ms there are for those who hold claims; delivery-record.lua has the same. */
export const HOLDERS = 2048
/** What stands in the text of a result for something that there is not. */
const NONE = '-'
const LONGEST_HOLD_MS = 3_600_000
/** What has ended can be looked at for so long at least (ms); record-attempts.lua has the same. */
const ENDED_KEPT_MS = 86_400_000
/** What is due as soon as this is told to whoever takes nothing (ms); the sweep finds the rest. */
const SOON_MS = 5_000

/** How many deliveries of an endpoint may be taken. */
export interface TakeLimits {
  /** Of this call. */
  room: number
  /** How many may be claimed at a time by all workers together, and how many of them are not counted. */
  atOnce: number
  own?: number
  /** Deliveries a second, of all workers together; null for no limit. */
  rate: number | null
  /** Nothing will be sent: breaker and pace are of no account. */
  unsent?: boolean
  /** Above how many that wait they are taken for one message together, and how many at most. */
  digest?: { above: number; most: number } | null
}

/** What was taken. */
export interface Taken {
  claims: Claim[]
  /** In how many ms there may be more; null where whatever comes wakes the endpoint anyway, or only later. */
  waitMs: number | null
  /** The endpoint has as many requests as it may: there may be more when one of them ends. */
  limited: boolean
  /** All of them are to be one message. */
  together?: true
  /** They are all that is due. */
  all?: true
}

/** What is known of an endpoint after its attempts were recorded. */
export interface HealthNote {
  failingSince: UnixMs | null
  failures: number
  /** It works again after people were told that it fails, and they have not been told this: since when it had failed. */
  recoveredFrom: UnixMs | null
  /** What people were told last of its failing. */
  told: string | null
}

/** Names one call that records. */
export interface Batch {
  writer: string
  /** Higher than that of the call before. */
  number: number
}

/** What a claim ends with. */
export interface Ending {
  status: Exclude<DeliveryStatus, 'pending'>
  attempt: Attempt | null
  /** What it sent is the event as it stands in the event log: the log of deliveries keeps no copy of that. */
  sentEvent?: boolean
  error: DeliveryError | null
  nextAttemptAt: UnixMs | null
  /** What it says of the endpoint: it works, it does not, it does not even answer, it wants no more, or nothing. */
  health: 'up' | 'down' | 'unanswered' | 'gone' | null
}

export type Recorded = 'OK' | 'GONE' | 'OVERTAKEN'

/**
 * The log of deliveries and their attempts: the one truth of what has been sent. Queues only carry ids, so
 * that a lost, repeated or stalled job changes nothing that is recorded here.
 */
export function createDeliveryLog(deps: {
  redis: Pick<Redis, 'callBuffer' | 'zcount' | 'zcard'>
  keys: Keys
  now: () => UnixMs
  retentionMs: number
  /** Who claims: a whole number below HOLDERS, by chance where it is not given. One process has one. */
  holder?: number
  /** How long events are kept; at least as long as deliveries without it. */
  eventRetentionMs?: number
}) {
  const { redis, keys, now, holder = randomInt(HOLDERS) } = deps
  /** What is in the event log for as long as a delivery is in this one needs no copy here. */
  const copiesEvents = (deps.eventRetentionMs ?? Number.POSITIVE_INFINITY) < deps.retentionMs
  const script = (name: string) => createScript(redis, new URL(`./${name}.lua`, import.meta.url))
  const accept = script('accept-deliveries')
  const take = script('take-deliveries')
  const record = script('record-attempts')
  const release = script('release-claims')
  const hold = script('hold-pace')

  return {
    /**
     * Records a delivery for each event, once, as pending or as skipped for a reason.
     *
     * @returns ids of those that wait for their first attempt
     */
    async accept(
      endpointId: string,
      events: readonly NewDelivery[],
      skip: DeliveryError | null = null,
    ): Promise<string[]> {
      const endpoint = keys.endpoint(endpointId)
      const status = skip === null ? 'pending' : 'skipped'
      const ids = events.map((event) => deliveryId(event.eventId, endpointId))
      const at = now()
      const reply = replyText(
        await accept(
          [endpoint.status(status), endpoint.due, endpoint.busy],
          [
            at,
            status,
            endpoint.delivery(''),
            at + Math.max(deps.retentionMs, ENDED_KEPT_MS),
            ...newRecords(events, at, skip).flatMap(({ dueAt, text }, i) => [
              ids[i] ?? '',
              dueAt ?? '',
              text,
            ]),
          ],
        ),
      )
      return ids.filter((_, i) => reply[i] === '1')
    },

    /**
     * Takes deliveries whose time has come and claims each for one attempt, for `holdMs`.
     *
     */
    async take(endpointId: string, holdMs: number, limits: TakeLimits): Promise<Taken> {
      const endpoint = keys.endpoint(endpointId)
      const at = now()
      const until = at + holdMs - holder / HOLDERS
      const reply = (await take(
        [endpoint.due, endpoint.retries, endpoint.busy, endpoint.health, endpoint.pace],
        [
          at,
          until,
          limits.room,
          limits.atOnce,
          limits.rate ?? '',
          limits.unsent ? 1 : 0,
          BREAKER.failures,
          endpoint.delivery(''),
          limits.digest?.above ?? '',
          limits.digest?.most ?? '',
          SOON_MS,
          limits.own ?? 0,
        ],
      )) as [number, Buffer]
      const [wait, text] = reply
      const claims =
        text.length === 0
          ? []
          : text
              .toString('latin1')
              .split('\n')
              .map((line) => claimOf(line, { takenAt: at, until }))
      const taken = claims.length > 0
      return {
        claims,
        waitMs: wait < 0 || taken ? null : wait,
        limited: wait === -2,
        ...(taken && wait === 1 ? { together: true } : {}),
        ...(taken && wait === 2 ? { all: true } : {}),
      }
    },

    /** Lets an endpoint with a pace wait, for its receiver asked for it; at most an hour. */
    async hold(endpointId: string, rate: number, waitMs: number): Promise<void> {
      await hold([keys.endpoint(endpointId).pace], [now(), Math.min(waitMs, LONGEST_HOLD_MS), rate])
    },

    /**
     * Records attempts and what becomes of their deliveries.
     *
     * @param results what came of each, and the endpoint as it was when it was sent
     * @param batch by which it is known again where it is recorded twice
     */
    async record(
      endpointId: string,
      results: readonly ClaimResult[],
      batch: Batch | null = null,
    ): Promise<{ replies: Recorded[]; health: HealthNote }> {
      const endpoint = keys.endpoint(endpointId)
      const given = resultArguments(results, copiesEvents)
      const [health, ...anomalies] = (await record(
        [
          endpoint.busy,
          endpoint.due,
          endpoint.retries,
          endpoint.health,
          ...DELIVERY_STATUSES.map(endpoint.status),
        ],
        [
          now(),
          deps.retentionMs,
          BREAKER.failures,
          BREAKER.firstMs,
          BREAKER.longestMs,
          DISABLING.afterMs * DISABLING.warnings[0],
          DISABLING.leastFailures,
          batch?.writer ?? '',
          batch?.number ?? 0,
          DISABLING.afterMs,
          endpoint.delivery(''),
          endpoint.attempts(''),
          ...given,
        ],
      )) as [Buffer[], ...Buffer[]]
      const told = new Map<string, Recorded>()
      for (let i = 0; i < anomalies.length; i += 2)
        told.set(String(anomalies[i]), String(anomalies[i + 1]) as Recorded)
      const replies = results.map(({ claim }) => told.get(claim.deliveryId) ?? 'OK')
      return { replies, health: healthNote(health) }
    },

    /** Gives claims back without an attempt, to the places that they had. */
    async release(endpointId: string, claims: readonly Claim[]): Promise<void> {
      if (claims.length === 0) return
      const endpoint = keys.endpoint(endpointId)
      await release(
        [
          endpoint.busy,
          endpoint.due,
          endpoint.retries,
          ...claims.map((claim) => endpoint.delivery(claim.deliveryId)),
        ],
        [now(), ...claims.flatMap(({ deliveryId: id, until }) => [id, until])],
      )
    },

    /** Deliveries of an endpoint that have not ended. */
    async waiting(endpointId: string): Promise<number> {
      const { status } = keys.endpoint(endpointId)
      const counts = await Promise.all([redis.zcard(status('pending')), redis.zcard(status('retrying'))])
      return counts[0] + counts[1]
    },

    /**
     * Whether a delivery has waited for longer than it should, or a claim has run out, which it does only where its
     * holder died: nobody seems to look after the endpoint.
     */
    async isOverdue(endpointId: string, graceMs: number): Promise<boolean> {
      const { due, retries, busy } = keys.endpoint(endpointId)
      const at = now()
      const counts = await Promise.all([
        redis.zcount(due, '-inf', at - graceMs),
        redis.zcount(retries, '-inf', at - graceMs),
        redis.zcount(busy, '-inf', at),
      ])
      return counts.some((count) => count > 0)
    },
  }
}

export type DeliveryLog = ReturnType<typeof createDeliveryLog>

/** A line of the script's reply. Ids, types and places are ASCII, without spaces. */
function claimOf(line: string, held: Pick<Claim, 'takenAt' | 'until'>): Claim {
  const [deliveryId = '', more] = line.split(' ', 2)
  const text = line.slice(deliveryId.length + 3)
  const head = parseHead(text)
  const { made, countedFrom, eventId, eventType, place } = head
  return {
    deliveryId,
    ...held,
    attempts: made,
    scheduled: made - countedFrom,
    eventId,
    eventType,
    sourceId: place?.sourceId ?? '',
    streamId: place?.streamId ?? '',
    head: text,
    untouched: more === NONE && head.status === 'pending' && made === 0 ? head : null,
  }
}

function healthNote(reply: readonly Buffer[]): HealthNote {
  const [since = '', failures = '', recovered = '', told = ''] = reply.map(String)
  return {
    failingSince: since === '' ? null : Number(since),
    failures: Number(failures),
    recoveredFrom: recovered === '' ? null : Number(recovered),
    told: told === '' ? null : told,
  }
}
