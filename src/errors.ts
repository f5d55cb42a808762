/**
 * Every error that ringpost raises on purpose: a code, the HTTP status that the API answers with, and a
 * title. The message says what happened and what to do about it.
 */
const TABLE = {
  bad_request: [400, 'The request is not valid'],
  unauthorized: [401, 'A valid token is needed'],
  forbidden: [403, 'This token may not do that'],
  signature_refused: [403, 'The signature is not right'],
  not_found: [404, 'Not found'],
  method_not_allowed: [405, 'This method is not allowed here'],
  conflict: [409, 'This conflicts with the present state'],
  idempotency_key_in_use: [409, 'A request with this key is being carried out'],
  idempotency_key_reused: [422, 'This key belongs to another request'],
  payload_too_large: [413, 'The body is too large'],
  unsupported_media_type: [415, 'The body must be JSON'],
  url_refused: [422, 'This URL can never be delivered to'],
  request_timeout: [408, 'The request took too long'],
  too_many_requests: [429, 'Too many requests'],
  headers_too_large: [431, 'The headers are too large'],
  internal: [500, 'Something went wrong in ringpost'],
  upstream_failed: [502, 'The upstream API could not be read'],
  source_busy: [409, 'The source is being polled by another process'],
  not_ready: [503, 'ringpost is not ready'],
  config_invalid: [500, 'The configuration is not valid'],
  redis_unusable: [503, 'Redis cannot be used as it is'],
  setup_failed: [500, 'Something that ringpost needs could not be set up'],
} as const satisfies Record<string, readonly [status: number, title: string]>

export type ErrorCode = keyof typeof TABLE

/** One bad field of a request. `path` is dotted, from the root of the body, query or parameters. */
export interface FieldError {
  path: string
  message: string
}

/** An error with a place in the table above. Unknown causes are kept as `cause`. */
export class RingpostError extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly title: string
  readonly fields: FieldError[] | undefined
  /** When it is worth trying again (ms from now). */
  readonly retryAfterMs: number | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: { cause?: unknown; fields?: FieldError[]; retryAfterMs?: number } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : {})
    this.name = 'RingpostError'
    this.code = code
    this.status = TABLE[code][0]
    this.title = TABLE[code][1]
    this.fields = options.fields
    this.retryAfterMs = options.retryAfterMs
  }
}
