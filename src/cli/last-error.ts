import { type Session, unwrap } from './run.ts'

/**
 * What an endpoint's deliveries fail with, in a sentence; null where nothing in the log tells. Asked by status:
 * behind an endpoint that fails, any number of newer deliveries wait that were never attempted.
 */
export async function lastError(api: Session['api'], endpointId: string): Promise<string | null> {
  for (const status of ['retrying', 'failed'] as const) {
    const query = { endpoint_id: endpointId, status, limit: 1 }
    const { data } = await unwrap(api.GET('/v1/deliveries', { params: { query } }))
    const message = data[0]?.error?.message
    if (message !== undefined) return message
  }
  return null
}
