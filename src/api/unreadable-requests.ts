import type { Socket } from 'node:net'
import type { Logger } from 'pino'
import { type ErrorCode, RingpostError } from '../errors.ts'
import { answerHeaders } from './answer-headers.ts'
import { toProblem } from './problems.ts'

/** What Node's HTTP parser refuses, by its code; everything else is a request that is not HTTP. */
const OF_NODE: Record<string, readonly [code: ErrorCode, message: string]> = {
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'The URL and the headers may have at most 128 KB together.'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'The request did not arrive in time.'],
}

/**
 * Makes the answer to what cannot be read as a request and therefore reaches no route: the same kind of problem,
 * with the same headers, as everywhere else. The connection ends with it.
 */
export function createUnreadableAnswer(deps: { newRequestId: () => string; logger: Logger }) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy()
      return
    }
    const [code, message] = OF_NODE[error.code ?? ''] ?? ['bad_request', 'This is not a valid HTTP request.']
    const id = deps.newRequestId()
    const problem = new RingpostError(code, message)
    deps.logger.debug({ request_id: id, status: problem.status, code: error.code }, 'unreadable request')
    const body = JSON.stringify(toProblem(problem))
    const headers = {
      ...answerHeaders(id),
      'content-type': 'application/problem+json',
      'content-length': String(Buffer.byteLength(body)),
      connection: 'close',
    }
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`)
    socket.write(`HTTP/1.1 ${problem.status} ${problem.title}\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
    socket.destroySoon()
  }
}
