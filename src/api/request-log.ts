import type { FastifyInstance } from 'fastify'

/** One debug line a request. Neither headers nor URLs are logged: they hold tokens and user ids. */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', async (request, reply) => {
    request.log.debug(
      {
        method: request.method,
        /** The pattern of the route; null where there is none. */
        route: request.routeOptions.url ?? null,
        status: reply.statusCode,
        duration_ms: Math.round(reply.elapsedTime),
      },
      'request',
    )
  })
}
