import type { Dispatcher } from 'undici'
import { version } from '../version.ts'
import { explainError } from './explain-error.ts'
import { HttpFailure, type HttpPhase } from './http-failure.ts'

export { HttpFailure, type HttpFailureCode, type HttpPhase } from './http-failure.ts'

/** How ringpost names itself in every request, unless the request says otherwise. */
export const USER_AGENT = `ringpost/${version}`

/** How much beyond `maxBytes` is read and thrown away (bytes), so that a chatty answer costs no connection. */
const DISCARD_BYTES = 64 * 1024
const LONGEST_TIMER_MS = 2 ** 31 - 1

export interface HttpRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH'
  url: URL
  headers: Record<string, string>
  body?: string
  /** One deadline over everything: the pool's queue, DNS, TCP, TLS, headers and the whole body (ms). */
  deadlineMs: number
  /** How much of the body is kept (bytes). */
  maxBytes: number
  signal?: AbortSignal
}

export interface HttpResponse {
  status: number
  /** Names in lower case, repeated ones joined with ', '. Has no prototype: `__proto__` is a name like any. */
  headers: Record<string, string>
  /** At most `maxBytes`. */
  body: Buffer
  /** Whether the body went on after `maxBytes`. */
  truncated: boolean
  /** What went wrong after the head had arrived. */
  bodyError: HttpFailure | null
  /** From the call to the end of the answer (ms, whole). */
  durationMs: number
}

/**
 * Makes one HTTP/1.1 request and reads the answer. Never follows a redirect, never tries twice.
 *
 * The deadline is a timer of our own: undici's AbortSignal is not looked at while a request connects or waits
 * in a full pool, its `bodyTimeout` is per chunk, and its `maxResponseSize` loses the status.
 *
 * @throws HttpFailure where no response head arrived; after the head, `bodyError` says what went wrong, since
 *   a status is a status whatever the body does
 */
export function request(dispatcher: Dispatcher, req: HttpRequest): Promise<HttpResponse> {
  const startedAt = performance.now()
  const { url, signal } = req
  return new Promise((resolve, reject) => {
    const kept: Buffer[] = []
    let phase: HttpPhase = 'connect'
    let head: Pick<HttpResponse, 'status' | 'headers'> | null = null
    let controller: Dispatcher.DispatchController | null = null
    let bytes = 0
    let over = false

    function end(failure: HttpFailure | null): void {
      if (over) return
      over = true
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
      if (head === null) {
        reject(failure ?? new HttpFailure('bad_response', phase, `${url.host} ended without an answer.`))
        return
      }
      const durationMs = Math.round(performance.now() - startedAt)
      const truncated = bytes > req.maxBytes
      resolve({ ...head, body: Buffer.concat(kept), truncated, bodyError: failure, durationMs })
    }

    /** Ends it from our side: what undici says afterwards is the echo of this, and nobody listens. */
    function stop(failure: HttpFailure | null): void {
      end(failure)
      controller?.abort(failure ?? new Error('enough was read'))
    }

    function onAbort(): void {
      stop(new HttpFailure('aborted', phase, `The request to ${url.host} was stopped by ringpost.`))
    }

    const timer = setTimeout(
      () => stop(new HttpFailure('timeout', phase, lateSentence(phase, url.host, req.deadlineMs))),
      Math.min(req.deadlineMs, LONGEST_TIMER_MS),
    )
    if (signal?.aborted) return onAbort()
    signal?.addEventListener('abort', onAbort, { once: true })

    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(given) {
        // Its turn came after its end (it had waited in a full pool). Throwing here drops it before a byte is
        // written and leaves the connection to the next one; `abort` would destroy the connection as well.
        if (over) throw new Error('given up while it waited')
        controller = given
        phase = 'head'
      },
      onResponseStart(_, status, headers) {
        if (status < 200) return
        phase = 'body'
        head = { status, headers: plainHeaders(headers) }
      },
      onResponseData(_, chunk) {
        const room = req.maxBytes - bytes
        if (room > 0) kept.push(chunk.length > room ? chunk.subarray(0, room) : chunk)
        bytes += chunk.length
        if (bytes > req.maxBytes + DISCARD_BYTES) stop(null)
      },
      onResponseEnd() {
        end(null)
      },
      onResponseError(_, error) {
        if (!over) end(explainError(error, phase, url.host))
      },
    }
    const { method, body = null } = req
    const path = `${url.pathname}${url.search}`
    // undici's own timers are off: ours covers more.
    const limits = { headersTimeout: 0, bodyTimeout: 0 }
    dispatcher.dispatch(
      { origin: url.origin, path, method, body, headers: named(req.headers), ...limits },
      handler,
    )
  })
}

function named(headers: Record<string, string>): Record<string, string> {
  const has = Object.keys(headers).some((name) => name.toLowerCase() === 'user-agent')
  return has ? headers : { 'user-agent': USER_AGENT, ...headers }
}

function plainHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const plain: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) plain[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return plain
}

function lateSentence(phase: HttpPhase, host: string, deadlineMs: number): string {
  const within = `within ${deadlineMs / 1000} s`
  if (phase === 'connect') return `No connection to ${host} could be made ${within}.`
  if (phase === 'head') return `${host} took the request and did not answer ${within}.`
  return `${host} began to answer and did not finish ${within}.`
}
