import { RingpostError } from '../errors.ts'
import { createAgent } from '../http/agent.ts'
import { HttpFailure, type HttpResponse, request } from '../http/request.ts'
import type { Kind } from '../kinds/kind.ts'
import { remember } from '../secrets/remember.ts'
import type { UnixMs } from '../types.ts'
import {
  classifyFailure,
  classifyRefusedUrl,
  classifyResponse,
  classifyVerdict,
  type Outcome,
} from './failures.ts'
import { createGuardedConnect, type Lookup } from './guard/connector.ts'
import { checkUrl, type GuardPolicy } from './guard/url.ts'

/** How much of a response's body is kept (bytes). */
export const KEPT_BYTES = 4096

/** One attempt, done. */
export interface SendResult {
  /** When it began. */
  at: UnixMs
  durationMs: number
  /** Null where no response arrived. `body` is its first 4 KB as text, with U+FFFD for what is not UTF-8. */
  response: { status: number; headers: Record<string, string>; body: string } | null
  outcome: Outcome
}

export interface Sender {
  /** Of one attempt, unless it is said (ms). */
  deadlineMs: number
  /**
   * Never throws for anything that the receiver or the network does.
   *
   * @param input.classify of who knows more of an answer than its status says
   */
  send(input: {
    /** POST, unless it is said. */
    method?: 'GET' | 'POST' | 'PATCH'
    url: string
    headers: Record<string, string>
    body?: string
    /** What is left of a deadline (ms), and how much of the answer is read (bytes). */
    deadlineMs?: number
    maxBytes?: number
    classify?: Kind['classify']
  }): Promise<SendResult>
  /** Ends what is under way as `aborted`, which is nobody's failure, and closes all connections. */
  close(): Promise<void>
}

/**
 * Makes the sender: one POST for each attempt, through connections that are guarded, shared and kept open. Nobody
 * waits for a connection: one origin is many endpoints (Slack, a gateway), and one that hangs would hold up the
 * others. Who sends bounds requests by endpoint and in all.
 *
 * @param options.deadlineMs over DNS, connect, headers and body of an attempt
 * @param options.lookup in place of `dns.lookup`
 */
export function createSender(options: { policy: GuardPolicy; deadlineMs: number; lookup?: Lookup }): Sender {
  const { policy, deadlineMs } = options
  const closing = new AbortController()
  const { signal } = closing
  const connect = createGuardedConnect(policy, {
    timeoutMs: deadlineMs,
    signal,
    ...(options.lookup ? { lookup: options.lookup } : {}),
  })
  const agent = createAgent({ connect })
  // The policy is the same for as long as the process lives. A refusal is not remembered.
  const checked = remember(1_000, (url) => checkUrl(url, policy))
  let closed: Promise<void> | null = null

  return {
    deadlineMs,

    async send({ method = 'POST', url, headers, body, classify, ...bounds }) {
      const at = Date.now()
      const startedAt = performance.now()
      const failed = (outcome: Outcome): SendResult => {
        return { at, durationMs: Math.round(performance.now() - startedAt), response: null, outcome }
      }
      try {
        const response = await request(agent, {
          method,
          url: checked(url),
          headers: lowerCased(headers),
          ...(body === undefined ? {} : { body }),
          deadlineMs: Math.max(1, bounds.deadlineMs ?? deadlineMs),
          maxBytes: bounds.maxBytes ?? KEPT_BYTES,
          signal,
        })
        const { status, durationMs } = response
        const answer = { status, headers: response.headers, body: textOf(response) }
        const verdict = classify?.(answer, Date.now()) ?? null
        return {
          at,
          durationMs,
          response: answer,
          outcome:
            verdict === null
              ? classifyResponse(status, response.headers, url, Date.now())
              : classifyVerdict(verdict),
        }
      } catch (error) {
        if (error instanceof HttpFailure) return failed(classifyFailure(error))
        if (error instanceof RingpostError && error.code === 'url_refused') {
          return failed(classifyRefusedUrl(error.message))
        }
        throw error
      }
    },

    close() {
      closed ??= (async () => {
        closing.abort()
        await agent.destroy()
      })()
      return closed
    },
  }
}

/** One header for each name, the last one given: `Content-Type` beside `content-type` would be sent twice. */
function lowerCased(headers: Record<string, string>): Record<string, string> {
  const names = Object.keys(headers)
  if (names.every((name) => name === name.toLowerCase())) return headers
  return Object.fromEntries(names.map((name) => [name.toLowerCase(), headers[name] ?? '']))
}

/** With `stream`, a character that was cut in half is left out. */
function textOf({ body, truncated }: HttpResponse): string {
  if (body.length === 0) return ''
  return new TextDecoder().decode(body, { stream: truncated })
}
