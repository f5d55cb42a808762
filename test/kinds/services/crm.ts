import { createServer, type IncomingMessage } from 'node:http'
import type { KindName } from '../../../src/kinds/kinds.ts'
import { listenUntilFinished } from '../../support/listen.ts'
import type { Answer, Documented, Sent } from './service.ts'

/** A request as a CRM sees it. */
export interface Asked {
  method: string
  path: string
  query: URLSearchParams
  headers: IncomingMessage['headers']
  body: Sent
  text: string
}

/** A record that a CRM keeps. */
export interface Kept {
  id: string
  /** What it is found by. */
  key: string
  fields: Record<string, unknown>
  /** How often it was written, the first time included. */
  writes: number
}

/** What happens to one request: an answer of its own, the usual one, or none although the work was done. */
export type Turn = Answer | 'usual' | 'cut'

/** A CRM that behaves as its documentation says. */
export interface Crm {
  kind: KindName
  settings: Record<string, string>
  secrets: string[]
  documented: Documented[]
  records: Map<string, Kept>
  asked: Asked[]
  /** What it did not take, with the reason. */
  refused: Answer[]
  /** Requests that write records. */
  writes: () => Asked[]
  /** Answers this to everything, once for each that is given; then as it should. */
  answerOnce: (...answers: Turn[]) => void
  /** Answers this to everything; on demand with all that was sent, as careless services do. */
  answerAlways: (answer: Answer | null, echoes?: boolean) => void
  /** At most so many requests in so many ms from now on. */
  limit: (requests: number, withinMs: number) => void
  /** The record that it keeps of somebody is thrown away. */
  forget: (key: string) => void
}

export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) }
}

/** Starts a server that judges each request, by turns. */
export async function startCrm(options: {
  judge: (asked: Asked) => Answer
  tooMany: () => Answer
  isWrite: (asked: Asked) => boolean
}) {
  const asked: Asked[] = []
  const refused: Answer[] = []
  const once: Turn[] = []
  const times: number[] = []
  let always: Answer | null = null
  let echo = false
  let bound: { requests: number; withinMs: number } | null = null
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const text = Buffer.concat(chunks).toString('utf8')
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://crm')
    const one: Asked = {
      method: request.method ?? '',
      path: pathname,
      query: searchParams,
      headers: request.headers,
      body: parse(text),
      text,
    }
    asked.push(one)
    const turn = once.shift()
    // The work is done, and the answer does not arrive.
    if (turn === 'cut') {
      options.judge(one)
      response.destroy()
      return
    }
    const answer = typeof turn === 'object' ? turn : (always ?? judge(one))
    const echoed = !echo ? '' : ` ${request.url} ${JSON.stringify(request.headers)} ${text}`
    response.writeHead(answer.status, answer.headers ?? {}).end(answer.body + echoed)
  })

  function judge(one: Asked): Answer {
    const now = Date.now()
    times.push(now)
    const inTime = times.filter((at) => bound !== null && now - at < bound.withinMs)
    const answer = bound !== null && inTime.length > bound.requests ? options.tooMany() : options.judge(one)
    if (answer.status >= 400) refused.push(answer)
    return answer
  }

  const origin = await listenUntilFinished(server)
  return {
    origin,
    asked,
    refused,
    writes: () => asked.filter(options.isWrite),
    answerOnce: (...answers: Turn[]) => void once.push(...answers),
    answerAlways: (answer: Answer | null, echoes = false) => {
      always = answer
      echo = echoes
    },
    limit: (requests: number, withinMs: number) => {
      bound = { requests, withinMs }
    },
  }
}

function parse(text: string): Sent {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
