import type { Dispatcher } from 'undici'
import { version } from '../version.ts'
import { explainError } from './explain-error.ts'
import { HttpFailure, type HttpPhase } from './http-failure.ts'

export { HttpFailure, type HttpFailureCode, type HttpPhase } from './http-failure.ts'

/** How ringpost names itself in every request, unless the request says otherwise. */
export const USER_AGENT = `ringpost/${version}`
const USER_AGENT_NAME = 'user-agent'

/** How much beyond `maxBytes` is read and thrown away (bytes), so that a chatty answer costs no connection. */
const DISCARD_BYTES = 64 * 1024
const LONGEST_TIMER_MS = 2 ** 31 - 1
const NOTHING = Buffer.alloc(0)

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

/** What is under way and can be stopped, by the signal that stops it: one listener, however many they are. */
const stoppable = new WeakMap<AbortSignal, Set<Exchange>>()

function underWay(signal: AbortSignal): Set<Exchange> {
  const known = stoppable.get(signal)
  if (known !== undefined) return known
  const exchanges = new Set<Exchange>()
  stoppable.set(signal, exchanges)
  signal.addEventListener(
    'abort',
    () => {
      for (const exchange of exchanges) exchange.abort()
    },
    { once: true },
  )
  return exchanges
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
  return new Promise((resolve, reject) => {
    new Exchange(req, resolve, reject).begin(dispatcher)
  })
}

/** One request and its answer, as undici tells of them. A class, since there is one for each request. */
class Exchange implements Dispatcher.DispatchHandler {
  private readonly startedAt = performance.now()
  private readonly req: HttpRequest
  private readonly resolve: (response: HttpResponse) => void
  private readonly reject: (failure: HttpFailure) => void
  private readonly timer: NodeJS.Timeout
  private phase: HttpPhase = 'connect'
  private head: Pick<HttpResponse, 'status' | 'headers'> | null = null
  private controller: Dispatcher.DispatchController | null = null
  private kept: Buffer[] | null = null
  private bytes = 0
  private over = false

  constructor(
    req: HttpRequest,
    resolve: (response: HttpResponse) => void,
    reject: (failure: HttpFailure) => void,
  ) {
    this.req = req
    this.resolve = resolve
    this.reject = reject
    this.timer = setTimeout(expire, Math.min(req.deadlineMs, LONGEST_TIMER_MS), this)
  }

  begin(dispatcher: Dispatcher): void {
    const { url, method, body = null, headers, signal } = this.req
    if (signal?.aborted) {
      this.abort()
      return
    }
    if (signal) underWay(signal).add(this)
    const path = `${url.pathname}${url.search}`
    // undici's own timers are off: ours covers more.
    const limits = { headersTimeout: 0, bodyTimeout: 0 }
    dispatcher.dispatch({ origin: url.origin, path, method, body, headers: listed(headers), ...limits }, this)
  }

  private end(failure: HttpFailure | null): void {
    if (this.over) return
    this.over = true
    clearTimeout(this.timer)
    const { url, signal, maxBytes } = this.req
    if (signal) stoppable.get(signal)?.delete(this)
    if (this.head === null) {
      this.reject(
        failure ?? new HttpFailure('bad_response', this.phase, `${url.host} ended without an answer.`),
      )
      return
    }
    this.resolve({
      status: this.head.status,
      headers: this.head.headers,
      body: this.kept === null ? NOTHING : Buffer.concat(this.kept),
      truncated: this.bytes > maxBytes,
      bodyError: failure,
      durationMs: Math.round(performance.now() - this.startedAt),
    })
  }

  /** Ends it from our side: what undici says afterwards is the echo of this, and nobody listens. */
  private stop(failure: HttpFailure | null): void {
    this.end(failure)
    this.controller?.abort(failure ?? new Error('enough was read'))
  }

  abort(): void {
    const message = `The request to ${this.req.url.host} was stopped by ringpost.`
    this.stop(new HttpFailure('aborted', this.phase, message))
  }

  expire(): void {
    const { url, deadlineMs } = this.req
    this.stop(new HttpFailure('timeout', this.phase, lateSentence(this.phase, url.host, deadlineMs)))
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Its turn came after its end (it had waited in a full pool). Throwing here drops it before a byte is
    // written and leaves the connection to the next one; `abort` would destroy the connection as well.
    if (this.over) throw new Error('given up while it waited')
    this.controller = controller
    this.phase = 'head'
  }

  onResponseStart(
    _: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[] | undefined>,
  ): void {
    if (status < 200) return
    this.phase = 'body'
    this.head = { status, headers: plainHeaders(headers) }
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    const room = this.req.maxBytes - this.bytes
    if (room > 0) {
      this.kept ??= []
      this.kept.push(chunk.length > room ? chunk.subarray(0, room) : chunk)
    }
    this.bytes += chunk.length
    if (this.bytes > this.req.maxBytes + DISCARD_BYTES) this.stop(null)
  }

  onResponseEnd(): void {
    this.end(null)
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (!this.over) this.end(explainError(error, this.phase, this.req.url.host))
  }
}

function expire(exchange: Exchange): void {
  exchange.expire()
}

/** Names and values by turns, which undici reads fastest, with the name of ringpost where there is none. */
function listed(headers: Record<string, string>): string[] {
  const list: string[] = []
  let named = false
  for (const name of Object.keys(headers)) {
    named ||= name.length === USER_AGENT_NAME.length && name.toLowerCase() === USER_AGENT_NAME
    list.push(name, headers[name] ?? '')
  }
  if (!named) list.push(USER_AGENT_NAME, USER_AGENT)
  return list
}

function plainHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const plain: Record<string, string> = Object.create(null)
  for (const name in headers) {
    const value = headers[name]
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
