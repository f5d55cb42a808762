import { RingpostError } from '../errors.ts'
import type { Connection } from './connection.ts'

const HINT = 'RINGPOST_URL is the address of the server alone, such as http://127.0.0.1:7464.'

/**
 * An answer of the API, which is JSON, or a stream where one was asked for: a problem where it failed, and nothing else.
 *
 * @throws RingpostError `setup_failed` where something else answers there, such as a page to sign in at
 */
export function checkAnswer(response: Response, asked: string): Response {
  const type = (response.headers.get('content-type') ?? '').split(';')[0]?.trim() ?? ''
  if (response.status === 204) return response
  const good = ['application/json', 'text/event-stream']
  if (response.ok ? good.includes(type) : type === 'application/problem+json') return response
  throw new RingpostError(
    'setup_failed',
    `That is not ringpost's API: ${asked} answered ${response.status} with ${type || 'no type'}. ${HINT}`,
  )
}

/** What is told where there is no answer at all; the error itself where that is not the reason. */
export function withoutAnswer(error: unknown, { url }: Connection): unknown {
  const { cause } = error as { cause?: { code?: string; message?: string } }
  if (!(error instanceof TypeError) || cause === undefined) return error
  const why = cause.code ?? cause.message
  if (/^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)$/.test(cause.code ?? '')) {
    return new RingpostError(
      'setup_failed',
      `What answers at ${url} speaks http and not https (${why}): RINGPOST_URL begins with http:// then.`,
      { cause: error },
    )
  }
  return new RingpostError(
    'not_ready',
    `ringpost does not answer at ${url} (${why}). Is it running? RINGPOST_URL says where it is; "npm start" or "ringpost serve" starts one.`,
    { cause: error },
  )
}
