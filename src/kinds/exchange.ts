import type { Answer, EventText, Target, Verdict } from './kind.ts'

/** One request of an exchange. A path alone: nothing that a service answers can send a token elsewhere. */
export interface ExchangeRequest {
  method: 'GET' | 'POST' | 'PATCH'
  path: string
  headers: Record<string, string>
  contentType?: string
  body?: string
}

/** What came of one event of an exchange. */
export interface ItemResult {
  verdict: Verdict
  /** Of the requests, what was about this event and names nobody else; and of the answers. */
  sent: string
  answer: string
}

/** What is remembered of a caller. */
export interface Known {
  /** The id of their record, where it is known. */
  record?: string | undefined
  /** The event that was written last, as JSON. */
  sent?: string
}

/**
 * What is remembered from one exchange with an endpoint to the next, in this process alone and for a while: nothing may
 * depend on it.
 */
export interface Memory {
  /** What the service has given to be let in; it is hidden wherever it would be shown. */
  token: () => string | null
  noteToken: (token: string | null) => void
  caller: (userId: string) => Known
  /** Notes what is given, and leaves the rest as it is known. */
  noteCaller: (userId: string, what: Known) => void
}

/** What an exchange has to do, and with what. */
export interface Talk {
  events: readonly EventText[]
  target: Target
  memory: Memory
  /** Says what came of an event, by its place in `events`. */
  settle: (place: number, result: ItemResult) => void
}

/**
 * How a kind does its work that takes several requests, or does many events at once with a result for each. It is
 * pure: it yields requests, is given the answers, and ends; whoever runs it sends them. What it has not settled when
 * it ends is judged by the last answer, as `classify` does; what it has not settled when a request gets no answer has
 * failed as that request did. All of it must bear to be done again.
 */
export interface Exchange {
  /** Events of one at most. */
  most: number
  run: (talk: Talk) => Generator<ExchangeRequest, void, Answer>
}
