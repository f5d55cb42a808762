import { createServer, type IncomingMessage } from 'node:http'
import type { KindName } from '../../../src/kinds/kinds.ts'
import { listenUntilFinished } from '../../support/listen.ts'

/** What a service answers, as its documentation has it. */
export interface Answer {
  status: number
  headers?: Record<string, string>
  body: string
}

/** What people get to see of a message that was taken. */
export interface Seen {
  /** The kinds of its parts, in their order: the structure. */
  parts: string[]
  /** Everything that is read. */
  text: string
  /** Whom it calls. */
  mentions: string[]
  /** Where something in it leads. */
  links: string[]
}

/** A documented answer, and what ringpost has to make of it. */
export interface Documented extends Answer {
  outcome: 'succeeded' | 'again' | 'never' | 'disabled'
  waitMs?: number
}

/** A service that behaves as its documentation says. */
export interface Service {
  kind: KindName
  /** Where its webhook is; null where the kind makes the address of its settings. */
  url: string | null
  settings: Record<string, string>
  /** What may show nowhere. */
  secrets: string[]
  documented: Documented[]
  seen: Seen[]
  bodies: string[]
  /** What it did not take, with the reason. */
  refused: Answer[]
  /** From now on, what comes too fast is not taken. */
  keepPace(): void
  /** Answers this to whatever comes, with what was asked in the body, as careless services do. */
  answer(always: Answer): void
  /** Answers as it should from now on. */
  answerAgain(): void
  /** Told of each request. */
  onRequest(told: () => void): void
}

type Judge = (body: unknown, request: { path: string; headers: IncomingMessage['headers'] }) => Seen | Answer

/**
 * @param judge what is seen of a message, or why it is not taken
 * @param pace the least time between two messages in the long run, with one more at once (ms)
 */
export async function startService(options: {
  judge: Judge
  accepted: () => Answer
  tooFast?: (waitMs: number) => Answer
  paceMs?: number
}) {
  const seen: Seen[] = []
  const bodies: string[] = []
  const refused: Answer[] = []
  let always: Answer | null = null
  let told = (): void => undefined
  let freeAt = 0
  let paced = false
  const server = createServer(async (request, response) => {
    told()
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString('utf8')
    const answer = always === null ? judge(body) : { ...always, body: `${always.body} ${request.url}` }
    response.writeHead(answer.status, answer.headers ?? {}).end(answer.body)

    function judge(text: string): Answer {
      const { paceMs = 0 } = options
      const waitMs = freeAt - Date.now() - paceMs
      const verdict =
        paced && waitMs > 0 && options.tooFast
          ? options.tooFast(waitMs)
          : options.judge(parse(text), { path: request.url ?? '', headers: request.headers })
      if ('status' in verdict) {
        refused.push(verdict)
        return verdict
      }
      freeAt = Math.max(freeAt, Date.now()) + paceMs
      seen.push(verdict)
      bodies.push(text)
      return options.accepted()
    }
  })
  const origin = await listenUntilFinished(server)
  return {
    origin,
    seen,
    bodies,
    refused,
    keepPace() {
      paced = true
    },
    answer(answer: Answer) {
      always = answer
    },
    answerAgain() {
      always = null
    },
    onRequest(listener: () => void) {
      told = listener
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

// biome-ignore lint/suspicious/noExplicitAny: what was sent, before it is judged
export type Sent = any
