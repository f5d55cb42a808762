import type { Dispatcher } from 'undici'
import { HttpFailure, request } from '../http/request.ts'
import type { Received, ReceiverAnswer } from '../receiver/receiver.ts'

/** How long the application may take (ms): what ringpost waits for at most, unless it is configured otherwise. */
const DEADLINE_MS = 15_000
/** How much of its answer is passed on (bytes): what ringpost's log keeps of it. */
const MAX_BYTES = 4096

/** Headers of one connection (RFC 9110, section 7.6.1), and those that are made anew for the next. */
const MADE_ANEW = new Set(
  'connection keep-alive transfer-encoding upgrade te trailer host content-length expect'.split(' '),
)

/** What became of a webhook that was passed on; `error` where the application gave no answer. */
export interface Forwarded extends ReceiverAnswer {
  error: string | null
  duration_ms: number
}

/**
 * Passes a webhook on to an application, headers and body as they came, and answers with its answer: 502
 * where there is none, so that ringpost tries it again.
 */
export async function forward(
  dispatcher: Dispatcher,
  url: URL,
  { headers, body }: Received,
): Promise<Forwarded> {
  const startedAt = performance.now()
  try {
    const response = await request(dispatcher, {
      method: 'POST',
      url,
      headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !MADE_ANEW.has(name))),
      body,
      deadlineMs: DEADLINE_MS,
      maxBytes: MAX_BYTES,
    })
    const kept = ['content-type', 'retry-after', 'location'].flatMap((name) =>
      response.headers[name] === undefined ? [] : [[name, response.headers[name]] as const],
    )
    return {
      status: response.status,
      headers: Object.fromEntries(kept),
      // A status without a body has none to pass on (RFC 9110, section 6.4.1).
      ...(response.status === 204 || response.status === 304 ? {} : { body: response.body.toString('utf8') }),
      error: response.bodyError?.message ?? null,
      duration_ms: response.durationMs,
    }
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error
    return {
      status: 502,
      body: error.message,
      error: error.message,
      duration_ms: Math.round(performance.now() - startedAt),
    }
  }
}
