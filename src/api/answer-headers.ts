import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * What every answer carries: the id under which the log knows the request, and what keeps a browser from
 * guessing types, framing pages, telling where it came from, and keeping answers.
 */
export function setAnswerHeaders(request: FastifyRequest, reply: FastifyReply): void {
  void reply.headers({
    'x-request-id': request.id,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  })
}
