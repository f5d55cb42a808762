import type { Redis } from 'ioredis'
import { deliveryId } from '../ids.ts'
import type { Keys } from '../redis/keys.ts'
import { createScript, replyText } from '../redis/script.ts'
import type { Attempt, DeliveryError, DeliveryStatus, EventType, UnixMs } from '../types.ts'

export const DELIVERY_STATUSES = [
  'pending',
  'retrying',
  'succeeded',
  'failed',
  'skipped',
] as const satisfies readonly DeliveryStatus[]

/** How long a delivery may sit in a queue before the sweeper queues it again (ms). */
const QUEUED_GRACE_MS = 60_000

/** Where an event is to be found, and for whom. */
export interface NewDelivery {
  eventId: string
  eventType: EventType
  sourceId: string
  streamId: string
}

/** A delivery that one worker may attempt now. */
export interface Claim {
  deliveryId: string
  token: string
  /** Attempts before this one. */
  attempts: number
  /** Those of them that the present schedule counts: fewer after one was asked for by hand. */
  scheduled: number
  eventId: string
  sourceId: string
  streamId: string
}

/** What a claim ends with. */
export interface Ending {
  status: Exclude<DeliveryStatus, 'pending'>
  attempt: Attempt | null
  error: DeliveryError | null
  nextAttemptAt: UnixMs | null
  /** What it says of the endpoint: it works, it does not, or nothing. */
  health: 'up' | 'down' | null
}

/**
 * The log of deliveries and their attempts: the one truth of what has been sent. Queues only carry ids, so
 * that a lost, repeated or stalled job changes nothing that is recorded here.
 */
export function createDeliveryLog(deps: {
  redis: Pick<Redis, 'callBuffer'>
  keys: Keys
  now: () => UnixMs
  retentionMs: number
}) {
  const { redis, keys, now } = deps
  const script = (name: string) => createScript(redis, new URL(`./${name}.lua`, import.meta.url))
  const accept = script('accept-deliveries')
  const claim = script('claim-delivery')
  const record = script('record-attempt')
  const release = script('release-claim')
  const takeOverdue = script('take-overdue')

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
      const reply = (await accept(
        [endpoint.status(status), endpoint.due, ...ids.map(endpoint.delivery)],
        [
          now(),
          status,
          skip === null ? '' : JSON.stringify(skip),
          now() + QUEUED_GRACE_MS,
          ...events.flatMap((event, i) => [
            ids[i] ?? '',
            event.eventId,
            event.eventType,
            event.sourceId,
            event.streamId,
          ]),
        ],
      )) as number[]
      return ids.filter((_, i) => reply[i] === 1)
    },

    /** Claims a delivery for `holdMs`; null where there is nothing to attempt now. */
    async claim(endpointId: string, id: string, token: string, holdMs: number): Promise<Claim | null> {
      const endpoint = keys.endpoint(endpointId)
      const reply = (await claim(
        [endpoint.delivery(id), endpoint.due],
        [id, now(), now() + holdMs, token],
      )) as Buffer[] | null
      if (reply === null) return null
      const [attempts = '0', eventId = '', sourceId = '', streamId = '', scheduled = '0'] = reply.map(String)
      return {
        deliveryId: id,
        token,
        attempts: Number(attempts),
        scheduled: Number(scheduled),
        eventId,
        sourceId,
        streamId,
      }
    },

    /** Records an attempt and what becomes of the delivery. */
    async record(endpointId: string, claimed: Claim, ending: Ending): Promise<'OK' | 'GONE' | 'OVERTAKEN'> {
      const endpoint = keys.endpoint(endpointId)
      const { deliveryId: id } = claimed
      const reply = await record(
        [
          endpoint.delivery(id),
          endpoint.attempts(id),
          endpoint.due,
          endpoint.health,
          ...DELIVERY_STATUSES.map(endpoint.status),
        ],
        [
          id,
          claimed.token,
          DELIVERY_STATUSES.indexOf(ending.status) + 1,
          ending.status,
          ending.attempt === null ? '' : JSON.stringify(ending.attempt),
          ending.error === null ? '' : JSON.stringify(ending.error),
          ending.nextAttemptAt ?? '',
          ending.nextAttemptAt === null ? '' : ending.nextAttemptAt + QUEUED_GRACE_MS,
          deps.retentionMs,
          now(),
          ending.health ?? '',
        ],
      )
      return replyText(reply) as 'OK' | 'GONE' | 'OVERTAKEN'
    },

    /** Gives a claim back without an attempt. */
    async release(endpointId: string, claimed: Claim): Promise<void> {
      const endpoint = keys.endpoint(endpointId)
      await release(
        [endpoint.delivery(claimed.deliveryId), endpoint.due],
        [claimed.deliveryId, claimed.token, now()],
      )
    },

    /** Deliveries that no job seems to look after any more. */
    async takeOverdue(endpointId: string, limit: number): Promise<string[]> {
      const reply = (await takeOverdue(
        [keys.endpoint(endpointId).due],
        [now(), limit, now() + QUEUED_GRACE_MS],
      )) as Buffer[]
      return reply.map(String)
    },
  }
}

export type DeliveryLog = ReturnType<typeof createDeliveryLog>
