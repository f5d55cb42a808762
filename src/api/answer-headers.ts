import type { FastifyReply, FastifyRequest } from 'fastify'

/**
 * What every answer carries: the id under which the log knows the request, and what keeps a browser from
 * guessing types, framing pages, running what an answer holds, telling where it came from, and keeping answers.
 */
export function answerHeaders(requestId: string): Record<string, string> {
  return {
    'x-request-id': requestId,
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    // What is a page, such as /docs, sets its own.
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  }
}

export function setAnswerHeaders(request: FastifyRequest, reply: FastifyReply): void {
  void reply.headers(answerHeaders(request.id))
}
