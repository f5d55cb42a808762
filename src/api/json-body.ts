import type { FastifyInstance } from 'fastify'

/**
 * Reads bodies as JSON and refuses every other content type. An empty body is none, so that a client which
 * always names a content type can call a route that needs no body.
 */
export function acceptJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  // Refuses __proto__ and constructor.prototype, which no field of ours is called.
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, undefined)
    else void parse(request, body.toString(), done)
  })
}
