import type { EndpointTarget } from '../endpoints/endpoints.ts'
import type { Exchange, ItemResult } from '../kinds/exchange.ts'
import { type Answer, eventText, type Kind } from '../kinds/kind.ts'
import type { UnixMs } from '../types.ts'
import type { ExchangeMemories } from './exchange-memories.ts'
import { classifyResponse, classifyUnexpected, classifyVerdict, type Outcome } from './failures.ts'
import type { Sender } from './send.ts'

/** Bytes of an answer: two hundred records with all their fields have less. */
const LONGEST_ANSWER = 2 * 1024 * 1024

/** What came of one event. */
export interface ExchangeResult {
  sent: string
  response: { status: number; headers: Record<string, string>; body: string } | null
  outcome: Outcome
}

/** What came of an exchange. */
export interface Held {
  at: UnixMs
  durationMs: number
  /** One for each event, in their order. */
  results: ExchangeResult[]
  /** What was got from the service and may stand in no log. */
  secrets: string[]
}

/**
 * Makes the exchanges with services: it sends what a kind's exchange yields, one request after the other under the
 * deadline of one attempt, and tells what came of each event. Requests go to the origin of the endpoint alone.
 */
export function createHoldExchange(deps: {
  sender: Pick<Sender, 'send' | 'deadlineMs'>
  memories: Pick<ExchangeMemories, 'of'>
  now: () => UnixMs
}) {
  return async function holdExchange(
    kind: Kind,
    exchange: Exchange,
    events: readonly { id: string; text: string }[],
    target: EndpointTarget & { version: string },
  ): Promise<Held> {
    const at = deps.now()
    const startedAt = performance.now()
    const items: (ItemResult | undefined)[] = events.map(() => undefined)
    const memory = deps.memories.of(target.id, target.version)
    const talk = exchange.run({
      events: events.map(({ id, text }) => eventText(id, text)),
      target,
      memory,
      settle: (place, result) => {
        items[place] = result
      },
    })
    let last: { answer: Answer | null; outcome: Outcome } = {
      answer: null,
      outcome: classifyUnexpected(kind.title),
    }

    for (let step = talk.next(); !step.done; ) {
      const { method, path, headers, contentType, body } = step.value
      const sent = await deps.sender.send({
        method,
        url: new URL(path, new URL(target.url).origin).href,
        headers: { ...target.headers, ...headers, ...(contentType ? { 'content-type': contentType } : {}) },
        ...(body === undefined ? {} : { body }),
        deadlineMs: deps.sender.deadlineMs - (performance.now() - startedAt),
        maxBytes: LONGEST_ANSWER,
        // Any answer is one: what it says is for the exchange.
        classify: () => ({ kind: 'succeeded' }),
      })
      if (sent.response === null) {
        last = { answer: null, outcome: sent.outcome }
        talk.return()
        break
      }
      last = { answer: sent.response, outcome: outcomeOf(kind, sent.response, target.url, deps.now()) }
      step = talk.next(sent.response)
    }

    return {
      at,
      durationMs: Math.round(performance.now() - startedAt),
      secrets: memory.tokens(),
      results: items.map((item): ExchangeResult => {
        const { answer } = last
        if (item === undefined) {
          const body = events.length === 1 ? (answer?.body ?? '') : ''
          return { sent: '', response: answer && { ...answer, body }, outcome: last.outcome }
        }
        const response = answer && { ...answer, body: item.answer }
        return { sent: item.sent, response, outcome: classifyVerdict(item.verdict) }
      }),
    }
  }
}

export type HoldExchange = ReturnType<typeof createHoldExchange>

/** What an answer means for those of whom nothing was said. */
function outcomeOf(kind: Kind, answer: Answer, url: string, now: UnixMs): Outcome {
  const verdict = kind.classify(answer, now)
  const outcome =
    verdict === null ? classifyResponse(answer.status, answer.headers, url, now) : classifyVerdict(verdict)
  return outcome.kind === 'succeeded' ? classifyUnexpected(kind.title, answer.status) : outcome
}
