import { lastError } from '../client/last-error.ts'
import { everyEndpoint } from './every.ts'
import type { Session } from './run.ts'

type Api = Session['api']

interface Waiting {
  endpoint_id: string
  next_attempt_at: string | null
}

/** The open breaker of an endpoint: nobody answers there, and what waits for it is held until the next try. */
export interface Breaker {
  failingSince: string | null
  nextTryAt: string
  /** A sentence; null where none is known. */
  lastError: string | null
}

/**
 * When a delivery is attempted: at its own time, or when its endpoint is tried again, whichever is later.
 *
 * @param nextTryAt of the endpoint, where its breaker is open
 */
export function nextOf(delivery: Pick<Waiting, 'next_attempt_at'>, nextTryAt?: string): string | null {
  const { next_attempt_at: own } = delivery
  return own !== null && nextTryAt !== undefined && isLater(nextTryAt, own) ? nextTryAt : own
}

/** When endpoints are tried again, by id: of those with an open breaker that some of the deliveries wait for. */
export async function nextTries(api: Api, deliveries: readonly Waiting[]): Promise<Map<string, string>> {
  const awaited = new Set(
    deliveries
      .filter(({ next_attempt_at }) => next_attempt_at !== null)
      .map(({ endpoint_id }) => endpoint_id),
  )
  const tries = new Map<string, string>()
  if (awaited.size === 0) return tries
  for await (const { id, health } of everyEndpoint(api)) {
    if (!awaited.delete(id)) continue
    if (health.next_try_at !== null) tries.set(id, health.next_try_at)
    if (awaited.size === 0) break
  }
  return tries
}

/** The breaker that a delivery waits for; null where it waits for its own time, or for nothing. */
export async function breakerBefore(api: Api, delivery: Waiting): Promise<Breaker | null> {
  const { endpoint_id: id, next_attempt_at: own } = delivery
  if (own === null) return null
  // An endpoint that has been deleted meanwhile has no breaker.
  const { data: endpoint } = await api.GET('/v1/endpoints/{id}', { params: { path: { id } } })
  const { next_try_at: nextTryAt = null, failing_since: failingSince = null } = endpoint?.health ?? {}
  if (nextTryAt === null || !isLater(nextTryAt, own)) return null
  return { failingSince, nextTryAt, lastError: await lastError(api, id) }
}

function isLater(one: string, other: string): boolean {
  return Date.parse(one) > Date.parse(other)
}
