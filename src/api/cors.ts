import type { FastifyReply, FastifyRequest } from 'fastify'

/** Stands for every origin. */
export const ANY_ORIGIN = '*'

const METHODS = 'GET, HEAD, POST, PATCH, DELETE'
/** What the API reads of a request's headers. */
const READ_HEADERS = 'authorization, content-type, idempotency-key, last-event-id'
/** What a page may see of an answer's headers besides those that it always may. */
const SHOWN_HEADERS = 'idempotent-replayed, location, retry-after, www-authenticate, x-request-id'
/** How long a browser need not ask again (s). */
const MAX_AGE = '600'

/**
 * Lets pages of other origins use the API from a browser, where that is configured. Nothing of it is for
 * cookies: a page has to send a token of its own.
 *
 * @param origins as browsers send them; none leaves every answer without a word about it
 * @returns a function that sets the headers of an answer, and says whether the request is a preflight, which it
 *   has answered: a browser sends that by itself and without a token
 */
export function createCors(
  origins: readonly string[],
): (request: FastifyRequest, reply: FastifyReply) => boolean {
  const any = origins.includes(ANY_ORIGIN)
  const allowed = new Set(origins)

  return (request, reply) => {
    if (origins.length === 0) return false
    // Also where there is no origin: a cache must not give one page's answer to another.
    if (!any) void reply.header('vary', 'Origin')
    const { origin } = request.headers
    if (origin === undefined || !(any || allowed.has(origin))) return false
    void reply.headers({
      'access-control-allow-origin': any ? ANY_ORIGIN : origin,
      'access-control-expose-headers': SHOWN_HEADERS,
    })
    if (request.method !== 'OPTIONS' || !request.headers['access-control-request-method']) return false
    void reply
      .code(204)
      .headers({
        'access-control-allow-methods': METHODS,
        'access-control-allow-headers': READ_HEADERS,
        'access-control-max-age': MAX_AGE,
      })
      .send()
    return true
  }
}
