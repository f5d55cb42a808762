import type { ApiClient } from './client.ts'

/** Deliveries that are looked at, of those that are retried and of those that have failed. */
const LOOK = 20

/**
 * Why the last attempt at an endpoint that failed has failed, in a sentence; null where nothing in the log tells, or it
 * cannot be read. Deliveries that wait have no error, and behind a breaker there can be any number of them before one
 * that has.
 */
export async function lastError(api: ApiClient, endpointId: string): Promise<string | null> {
  const pages = await Promise.all(
    (['retrying', 'failed'] as const).map((status) =>
      api.GET('/v1/deliveries', { params: { query: { endpoint_id: endpointId, status, limit: LOOK } } }),
    ),
  )
  const attempts = pages
    .flatMap(({ data }) => (data?.data ?? []).flatMap((delivery) => delivery.attempts))
    .filter(({ error }) => error !== null)
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at))
  return attempts[0]?.error?.message ?? null
}
