import type { Logger } from 'pino'
import type { EndpointRecord, Endpoints, EndpointTarget } from '../endpoints/endpoints.ts'
import { eventText, type Kind, type KindRequest } from '../kinds/kind.ts'
import { kindOf } from '../kinds/kinds.ts'
import { remember } from '../secrets/remember.ts'
import type { Attempt, UnixMs } from '../types.ts'
import { classifyBroken, classifyUnrendered, type Outcome } from './failures.ts'
import { createMask, type Mask, maskEchoes } from './mask-echoes.ts'
import { maskUrl, maskUrlIn } from './mask-url.ts'
import type { Sender } from './send.ts'
import { signatureHeader } from './sign.ts'

/** How much of a request's body is kept (characters). */
const KEPT_BODY = 4096

/** Where there is nothing to hide. */
const NOTHING: Mask = (text) => text

/** Reading a URL costs more than looking it up. */
const shownUrl = remember(1_000, maskUrl)

/** An attempt as the log keeps it, without its number, and what it means. */
export interface MadeAttempt {
  attempt: Omit<Attempt, 'number'>
  outcome: Outcome
}

/**
 * Makes one attempt: makes of the event, or of several as a digest, what the endpoint's kind sends, signs it now where it is a webhook, sends
 * it, and tells it as it may be kept. The endpoint's own headers are sent and not kept, for they hold secrets.
 */
export function createMakeAttempt(deps: {
  endpoints: Pick<Endpoints, 'target'>
  sender: Pick<Sender, 'send'>
  now: () => UnixMs
  logger: Pick<Logger, 'error'>
}) {
  return async function makeAttempt(
    endpoint: EndpointRecord,
    events: readonly { id: string; text: string }[],
  ): Promise<MadeAttempt> {
    const kind = kindOf(endpoint.kind)
    const target = deps.endpoints.target(endpoint)
    let request: KindRequest
    try {
      request = requestOf(kind, events, target)
    } catch (error) {
      deps.logger.error(
        { err: error, endpoint: endpoint.id, event: events[0]?.id },
        'No request could be made.',
      )
      return unsent(target.shownUrl, deps.now(), classifyUnrendered())
    }
    const { contentType, body } = request
    const headers = {
      'content-type': contentType,
      ...(kind.webhook ? signatureOf(target.secrets, events[0]?.id ?? '', body) : {}),
    }
    const sent = await deps.sender.send({
      url: target.url,
      headers: { ...target.headers, ...headers },
      body,
      classify: kind.classify,
    })
    const error = sent.outcome.kind === 'failed' ? sent.outcome.error : null
    const mask = maskOf(target)
    return {
      attempt: {
        at: new Date(sent.at).toISOString(),
        duration_ms: sent.durationMs,
        url: shownUrl(target.shownUrl),
        request: { headers, body: events.length > 1 ? digestNote(events.length) : body.slice(0, KEPT_BODY) },
        response: maskEchoes(sent.response, mask),
        error: error && { ...error, message: mask(maskUrlIn(error.message, target.url)) },
      },
      outcome: sent.outcome,
    }
  }

  function signatureOf(secrets: readonly string[], eventId: string, body: string) {
    const timestamp = Math.floor(deps.now() / 1000)
    return {
      'webhook-id': eventId,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': signatureHeader(secrets, eventId, timestamp, body),
    }
  }
}

export type MakeAttempt = ReturnType<typeof createMakeAttempt>

function requestOf(
  kind: Kind,
  events: readonly { id: string; text: string }[],
  target: EndpointTarget,
): KindRequest {
  const [first, ...others] = events.map(({ id, text }) => eventText(id, text))
  if (first === undefined) throw new Error('There is no event to send.')
  if (others.length === 0) return kind.toRequest(first, target)
  if (kind.toDigest === undefined) throw new Error(`${kind.name} has no digest.`)
  return kind.toDigest([first, ...others], target)
}

/** A digest names others than the user of a delivery, and would outlast their erasure. */
function digestNote(count: number): string {
  return `(one message for this and ${count - 1} others)`
}

/** What hides everything that is secret of an endpoint. Most have nothing. */
function maskOf(target: EndpointTarget): Mask {
  const values = Object.values(target.headers)
  return values.length === 0 && target.hidden.length === 0
    ? NOTHING
    : createMask([...values, ...target.hidden])
}

/** An attempt that broke off within ringpost, as the log keeps it. */
export function brokenAttempt(endpoint: EndpointRecord, at: UnixMs): MadeAttempt {
  return unsent(endpoint.url, at, classifyBroken())
}

function unsent(url: string, at: UnixMs, outcome: Outcome): MadeAttempt {
  return {
    attempt: {
      at: new Date(at).toISOString(),
      duration_ms: 0,
      url: shownUrl(url),
      request: { headers: {}, body: '' },
      response: null,
      error: outcome.kind === 'failed' ? outcome.error : null,
    },
    outcome,
  }
}
