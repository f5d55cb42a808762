import createOpenApiClient, { type Client } from 'openapi-fetch'
import type { paths } from './schema.ts'

/** The HTTP API, typed by its OpenAPI document: what it does not have does not compile. */
export type ApiClient = Client<paths>

/**
 * A client for a page of ringpost itself: the browser's session says who asks, and the header that this is no
 * other site's page.
 */
export function createPageClient(fetch: (request: Request) => Promise<Response>): ApiClient {
  return createOpenApiClient<paths>({ baseUrl: '', fetch, headers: { 'x-ringpost-dashboard': '1' } })
}

/**
 * A client of a ringpost's HTTP API.
 *
 * @param options.url of the server, without `/v1`
 * @param options.fetch in place of the platform's own
 */
export function createClient(options: {
  url: string
  token: string
  fetch?: (request: Request) => Promise<Response>
}): ApiClient {
  return createOpenApiClient<paths>({
    baseUrl: options.url.replace(/\/+$/, ''),
    headers: { authorization: `Bearer ${options.token}` },
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  })
}
