/**
 * What a failed request means for the poller (UPSTREAM.md, "Errors"):
 * `key` and `gone` need a person; `cursor` starts the scan again; `slow_down` and `passing` wait;
 * `bad_page` is a 200 that cannot be trusted and is treated like `passing`.
 */
export type UpstreamErrorKind = 'key' | 'gone' | 'cursor' | 'request' | 'slow_down' | 'passing' | 'bad_page'

/** What becomes of a request that a poll has made. */
export const GOES_ON = '; polling goes on by itself'

/** A failed request to the upstream, with a plain sentence that says what to do where something can be done. */
export class UpstreamError extends Error {
  readonly kind: UpstreamErrorKind
  /** How long the upstream asked to wait, where it did (ms). */
  readonly retryAfterMs: number | null
  /** The status that it was answered with; null where there was no answer, or a 200 that cannot be trusted. */
  readonly status: number | null

  constructor(
    kind: UpstreamErrorKind,
    message: string,
    options: { cause?: unknown; retryAfterMs?: number | null; status?: number | null } = {},
  ) {
    super(message, 'cause' in options ? { cause: options.cause } : {})
    this.name = 'UpstreamError'
    this.kind = kind
    this.retryAfterMs = options.retryAfterMs ?? null
    this.status = options.status ?? null
  }

  /** The message for a request that no poll has made. */
  get happened(): string {
    return this.message.replace(GOES_ON, '')
  }
}

/**
 * Whether upstream wants the key to rest, and not only what this request was about: a 5xx may be about one page or one
 * user, whatever time it names.
 */
export function isOfWholeKey({ kind, status }: UpstreamError): boolean {
  return kind === 'slow_down' && (status === null || status < 500)
}
