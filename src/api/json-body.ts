import type { FastifyInstance } from 'fastify'
import { RingpostError } from '../errors.ts'
import { isTooDeep } from '../too-deep.ts'

/** Levels of objects and lists in a body: more than a template has, in a configuration of many. */
export const MOST_LEVELS = 32

/**
 * Reads bodies as JSON and refuses every other content type. An empty body is none, so that a client which
 * always names a content type can call a route that needs no body. A body that is nested too deep is refused before
 * anything walks through it.
 */
export function acceptJsonOnly(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  // Refuses __proto__ and constructor.prototype, which no field of ours is called.
  const parse = app.getDefaultJsonParser('error', 'error')
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, undefined)
    else {
      void parse(request, body.toString(), (error, value) => {
        if (error === null && isTooDeep(value, MOST_LEVELS)) done(tooDeep())
        else done(error, value)
      })
    }
  })
}

function tooDeep(): RingpostError {
  const message = `must not be nested deeper than ${MOST_LEVELS} levels`
  return new RingpostError('bad_request', `The body ${message}.`, { fields: [{ path: '', message }] })
}
