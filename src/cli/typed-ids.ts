import { type Session, unwrap } from './run.ts'

type Api = Session['api']

/**
 * For a list of an endpoint that came out empty: whether there is such an endpoint at all. One that was deleted
 * is known by the deliveries that it has left in the log.
 *
 * @throws ApiProblem `not_found` where it is neither
 */
export async function assertEndpoint(api: Api, id: string | undefined): Promise<void> {
  if (id === undefined) return
  const log = await unwrap(api.GET('/v1/deliveries', { params: { query: { endpoint_id: id, limit: 1 } } }))
  if (log.data.length === 0) await unwrap(api.GET('/v1/endpoints/{id}', { params: { path: { id } } }))
}

/** The same of an event, whose deliveries may outlive it. */
export async function assertEvent(api: Api, id: string | undefined): Promise<void> {
  if (id === undefined) return
  const log = await unwrap(api.GET('/v1/deliveries', { params: { query: { event_id: id, limit: 1 } } }))
  if (log.data.length === 0) await unwrap(api.GET('/v1/events/{id}', { params: { path: { id } } }))
}

/** The same of a source, whose events outlive it. */
export async function assertSource(api: Api, id: string | undefined): Promise<void> {
  if (id === undefined) return
  const log = await unwrap(api.GET('/v1/events', { params: { query: { source_id: id, limit: 1 } } }))
  if (log.data.length === 0) await unwrap(api.GET('/v1/sources/{id}', { params: { path: { id } } }))
}
