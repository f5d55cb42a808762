/** Why a request failed, as one word that code can decide by. */
export type HttpFailureCode =
  | 'timeout'
  | 'dns_failed'
  | 'connect_failed'
  | 'connection_reset'
  | 'tls_failed'
  | 'blocked_address'
  | 'bad_response'
  | 'aborted'
  | 'invalid_request'
  | 'no_resources'

/**
 * How far the request had come: `connect` is everything before its first byte was written (waiting in the
 * pool, DNS, TCP, TLS), so that the other side cannot have seen it; `head` is before the status line and
 * headers were there; `body` is after.
 */
export type HttpPhase = 'connect' | 'head' | 'body'

/**
 * A request that failed. The message is a plain sentence which names the host and never the path, the query
 * or the credentials, for a URL may itself be a secret (Slack, Discord, Telegram).
 */
export class HttpFailure extends Error {
  readonly code: HttpFailureCode
  readonly phase: HttpPhase

  constructor(code: HttpFailureCode, phase: HttpPhase, message: string, options: { cause?: unknown } = {}) {
    super(message, 'cause' in options ? { cause: options.cause } : {})
    this.name = 'HttpFailure'
    this.code = code
    this.phase = phase
  }
}
