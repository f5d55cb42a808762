/**
 * Glossary. These words mean the same thing in the code, the API and the docs.
 *
 * source      one view of the upstream list: a base URL, an API key and filters, polled on its own
 * row         one user as the upstream list shows it at one moment
 * snapshot    what ringpost last recorded of one user of one source
 * baseline    the first complete scan of a source, which records and announces nobody
 * watermark   the newest last contact that a finished scan has covered (unix seconds)
 * overlap     how far below the watermark a head poll reads on, for rows that surface late
 * head poll   a scan from the top of the list that stops early; the usual poll
 * full scan   a scan of the whole list; finds what changed below the overlap
 * lease       the right to poll a source, held by one poller, with a fencing token
 * event       something that happened to a user, a source or an endpoint; the webhook's payload
 * outbox      the stream of a source's events, written in the same script as its snapshots
 * fan-out     turning one event into one delivery for each matching endpoint (done by the relay)
 * endpoint    a subscriber: a URL and what it wants
 * delivery    one event on its way to one endpoint, until it has succeeded, failed or been skipped
 * attempt     one HTTP request of a delivery
 */

import type { EventType } from './events/catalogue.ts'

export type { EventType } from './events/catalogue.ts'

/** Milliseconds since the epoch. Everything of our own is kept in this unit. */
export type UnixMs = number

/** Seconds since the epoch: the upstream's unit, kept wherever a value came from upstream. */
export type UnixSecs = number

/** One user as upstream showed it, after lenient reading. `raw` is the row as received. */
export interface UserRow {
  user_id: string
  conversation_count: number
  first_contact_unix_secs: UnixSecs | null
  last_contact_unix_secs: UnixSecs
  last_contact_conversation_id: string | null
  last_contact_agent_id: string | null
  last_contact_agent_name: string | null
  sentiment: unknown
  raw: Record<string, unknown>
}

/** A Standard Webhooks payload. `id` is the `webhook-id` of every attempt and replay. */
export interface Event {
  id: string
  type: EventType
  /** ISO 8601, when ringpost detected it. */
  timestamp: string
  data: Record<string, unknown> & {
    source?: { id: string; name: string }
    endpoint?: { id: string; url: string; description: string }
  }
}

export type DeliveryStatus = 'pending' | 'succeeded' | 'retrying' | 'failed' | 'skipped'

/** Why an attempt, or a delivery without one, did not succeed. */
export interface DeliveryError {
  /** From the table in `deliver/failures.ts`. */
  code: string
  /** A plain sentence: what happened and, where there is one, what to do. */
  message: string
}

/** One HTTP request of a delivery and what came of it. */
export interface Attempt {
  number: number
  /** ISO 8601, when the request began. */
  at: string
  duration_ms: number
  url: string
  request: { headers: Record<string, string>; body: string }
  /** Null where no response arrived. `body` is the first 4 KB. */
  response: { status: number; headers: Record<string, string>; body: string } | null
  error: DeliveryError | null
}

/** One event on its way to one endpoint. */
export interface Delivery {
  id: string
  event_id: string
  event_type: EventType
  endpoint_id: string
  /** Whose event it is; null where it is nobody's, or is not in the log any more. */
  user_id: string | null
  /** It tells of a caller who was known already. */
  backfill: boolean
  status: DeliveryStatus
  created_at: string
  next_attempt_at: string | null
  error: DeliveryError | null
  attempts: Attempt[]
}
