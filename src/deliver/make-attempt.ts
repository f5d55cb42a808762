import type { EndpointRecord, Endpoints } from '../endpoints/endpoints.ts'
import { remember } from '../secrets/remember.ts'
import type { Attempt, UnixMs } from '../types.ts'
import type { Outcome } from './failures.ts'
import { maskEchoes } from './mask-echoes.ts'
import { maskUrl, maskUrlIn } from './mask-url.ts'
import type { Sender } from './send.ts'
import { signatureHeader } from './sign.ts'

/** How much of a request's body is kept (characters). */
const KEPT_BODY = 4096

/** Reading a URL costs more than looking it up. */
const shownUrl = remember(1_000, maskUrl)

/** An attempt as the log keeps it, without its number, and what it means. */
export interface MadeAttempt {
  attempt: Omit<Attempt, 'number'>
  outcome: Outcome
}

/**
 * Makes one attempt: signs the event's text now, sends it, and tells it as it may be kept. The endpoint's own
 * headers are sent and not kept, for they hold secrets.
 */
export function createMakeAttempt(deps: {
  endpoints: Pick<Endpoints, 'target'>
  sender: Pick<Sender, 'send'>
  now: () => UnixMs
}) {
  return async function makeAttempt(
    endpoint: EndpointRecord,
    eventId: string,
    body: string,
  ): Promise<MadeAttempt> {
    const target = deps.endpoints.target(endpoint)
    const timestamp = Math.floor(deps.now() / 1000)
    const signed = {
      'content-type': 'application/json',
      'webhook-id': eventId,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signatureHeader(target.secrets, eventId, timestamp, body),
    }
    const sent = await deps.sender.send({ url: target.url, headers: { ...target.headers, ...signed }, body })
    const error = sent.outcome.kind === 'failed' ? sent.outcome.error : null
    return {
      attempt: {
        at: new Date(sent.at).toISOString(),
        duration_ms: sent.durationMs,
        url: shownUrl(target.url),
        request: { headers: signed, body: body.slice(0, KEPT_BODY) },
        response: maskEchoes(sent.response, Object.values(target.headers)),
        error: error && { ...error, message: maskUrlIn(error.message, target.url) },
      },
      outcome: sent.outcome,
    }
  }
}

export type MakeAttempt = ReturnType<typeof createMakeAttempt>
