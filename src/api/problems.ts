import type { FastifyReply, FastifyRequest } from 'fastify'
import { type ErrorCode, RingpostError } from '../errors.ts'
import { challengeFor } from './auth.ts'
import type { Problem } from './schemas/problem.ts'

/** What Fastify itself refuses, by its code. */
const OF_FASTIFY: Record<string, readonly [code: ErrorCode, message: string]> = {
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'unsupported_media_type',
    'Send the body as JSON, with the header "Content-Type: application/json".',
  ],
  FST_ERR_CTP_BODY_TOO_LARGE: ['payload_too_large', 'A body may have at most 256 KB.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: ['bad_request', 'The body is not as long as Content-Length says.'],
  FST_ERR_CTP_INVALID_JSON_BODY: [
    'bad_request',
    'The body is not valid JSON, or has a field named __proto__ or constructor.prototype.',
  ],
  FST_ERR_BAD_URL: ['bad_request', 'The URL is not valid: a % in it is not followed by two hex digits.'],
  FST_ERR_MAX_PARAM_LENGTH: ['bad_request', 'The id in the URL is too long.'],
  FST_ERR_HANDLER_TIMEOUT: [
    'not_ready',
    'ringpost could not answer in time. Redis may be unreachable: GET /readyz tells.',
  ],
}

/** Answers any error as application/problem+json (RFC 9457), and logs those that are nobody's input. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const known = (request.readsBody && ofUpload(error)) || asRingpostError(error, request.id)
  if (known.status >= 500) {
    const level = known.code === 'internal' ? 'error' : 'warn'
    request.log[level]({ err: error }, 'request failed')
  }
  // What is left of the body is not waited for.
  if (known.code === 'request_timeout') void reply.header('connection', 'close')
  if (known.code === 'unauthorized') {
    const challenge = request.routeOptions?.config?.basic
      ? 'Basic realm="ringpost: the API token as the password", charset="UTF-8"'
      : challengeFor(request.headers.authorization)
    void reply.header('www-authenticate', challenge)
  }
  if (known.retryAfterMs !== undefined) {
    void reply.header('retry-after', String(Math.ceil(known.retryAfterMs / 1000)))
  }
  // Sent as text: no answer schema of a route is applied to it.
  return reply
    .code(known.status)
    .type('application/problem+json')
    .send(JSON.stringify(toProblem(known)))
}

/** An error as it is answered. */
export function toProblem(error: RingpostError): Problem {
  return {
    type: `urn:ringpost:problem:${error.code}`,
    title: error.title,
    status: error.status,
    detail: error.message,
    code: error.code,
    ...(error.fields === undefined ? {} : { errors: error.fields }),
  }
}

/** What becomes of a body that is sent too slowly or breaks off: nothing of ours has failed. */
function ofUpload(error: unknown): RingpostError | null {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'FST_ERR_HANDLER_TIMEOUT') {
    return new RingpostError('request_timeout', 'The body of the request did not arrive in time.')
  }
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') {
    return new RingpostError('bad_request', 'The request broke off before all of its body had arrived.')
  }
  return null
}

function asRingpostError(error: unknown, requestId: string): RingpostError {
  if (error instanceof RingpostError) return error
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const refused = OF_FASTIFY[code]
  if (refused) return new RingpostError(refused[0], refused[1], { cause: error })
  // Whatever it says is for the log; it may name things that an API user must not see.
  return new RingpostError(
    'internal',
    `Something unexpected happened. The log of ringpost has the cause, under the request id ${requestId}.`,
    { cause: error },
  )
}
