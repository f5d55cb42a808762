import type { EndpointRecord, Endpoints } from '../endpoints/endpoints.ts'
import type { Kind } from '../kinds/kind.ts'
import { kindOf } from '../kinds/kinds.ts'
import type { DeliveryLog, Taken } from '../log/deliveries.ts'
import type { DeliveryError } from '../types.ts'
import { DELETED, endOf } from './endings.ts'

/**
 * Deliveries that are claimed at a time by all processes together, as a multiple of the requests: while results are
 * recorded and more is taken, requests go on. Beyond that a process may have more of its own (lane.ts).
 */
export const CLAIMS = 2
/** Deliveries that end without an attempt, at once. */
const UNSENT_AT_ONCE = 100
/** Above how many that wait a kind that has digests gets one message for all, and for how many at most. */
const DIGEST = { above: 10, most: 500 }
/** How much longer than an attempt may take its claim holds (ms). */
const CLAIM_MARGIN_MS = 5_000

export interface TakeDeps {
  deliveries: Pick<DeliveryLog, 'take'>
  endpoints: Pick<Endpoints, 'find'>
  deadlineMs: number
  /** Requests to the endpoint at a time. */
  atOnce: number
}

/** What was taken, and for whom. */
export type Due =
  /** To be sent. */
  | { for: 'sending'; taken: Taken; endpoint: EndpointRecord }
  /** To be ended, for nothing is sent to this endpoint. */
  | { for: 'ending'; taken: Taken; why: DeliveryError }
  /** Nothing could be taken: the endpoint was not what it was thought to be, or there is no room. */
  | { for: 'nobody'; because: 'changed' | 'room' }

/** Makes the taking of what is due at one endpoint. */
export function createTakeDue(endpointId: string, deps: TakeDeps) {
  const { deliveries, endpoints, atOnce } = deps
  const holdMs = deps.deadlineMs + CLAIM_MARGIN_MS
  /** The endpoint as it was last seen, where it could be sent to. */
  let known: EndpointRecord | null = null

  /**
   * @param room for how many
   * @param own claimed by this process already
   */
  return async function takeDue(room: number, own: number): Promise<Due> {
    // An endpoint that could be sent to a moment ago is read anew while something is taken for it.
    const found = endpoints.find(endpointId)
    const expected = known ?? (await found)
    const unsent = endOf(expected) !== null
    if (!unsent && room < 1) {
      await found
      return { for: 'nobody', because: 'room' }
    }
    const batch = batchOf(expected && kindOf(expected.kind), { atOnce: CLAIMS * atOnce, own })
    const [taken, endpoint] = await Promise.all([
      deliveries.take(endpointId, holdMs, {
        room: unsent ? UNSENT_AT_ONCE : room,
        atOnce: batch.atOnce,
        own: batch.own,
        rate: expected?.rate_limit ?? null,
        unsent,
        digest: batch.digest,
      }),
      found,
    ])
    const why = endOf(endpoint)
    known = why === null ? endpoint : null
    if (why === null && endpoint !== null) return { for: 'sending', taken, endpoint }
    // With nothing taken as for sending there may be more to be ended: of that, breaker and pace are of no account.
    if (taken.claims.length === 0 && !unsent) return { for: 'nobody', because: 'changed' }
    return { for: 'ending', taken, why: why ?? DELETED }
  }
}

/** What is taken together for a kind, how much may be claimed at a time, and how much of that is not counted. */
function batchOf(kind: Kind | null, claims: { atOnce: number; own: number }) {
  if (kind === null) return { digest: null, ...claims }
  // One exchange at a time: two that are about the same caller could make two records of them.
  if (kind.exchange !== undefined)
    return { digest: { above: 0, most: kind.exchange.most }, atOnce: 1, own: 0 }
  return { digest: kind.toDigest ? DIGEST : null, ...claims }
}
