import type { Logger } from 'pino'
import type { EndpointRecord, Endpoints, EndpointTarget } from '../endpoints/endpoints.ts'
import type { Exchange } from '../kinds/exchange.ts'
import { eventText, type Kind, type KindRequest } from '../kinds/kind.ts'
import { kindOf } from '../kinds/kinds.ts'
import { KEPT_BODY } from '../log/deliveries.ts'
import { remember } from '../secrets/remember.ts'
import type { Attempt, UnixMs } from '../types.ts'
import { createExchangeMemories, type ExchangeMemories } from './exchange-memories.ts'
import { classifyBroken, classifyUnrendered, type Outcome } from './failures.ts'
import { createHoldExchange } from './hold-exchange.ts'
import { createMask, type Mask, maskEchoes } from './mask-echoes.ts'
import { maskUrl, maskUrlIn } from './mask-url.ts'
import type { Sender } from './send.ts'
import { signatureHeader } from './sign.ts'

/** Where there is nothing to hide. */
const NOTHING: Mask = (text) => text

/** Reading a URL costs more than looking it up. */
const shownUrl = remember(1_000, maskUrl)

/** An attempt as the log keeps it, without its number, and what it means. */
export interface MadeAttempt {
  attempt: Omit<Attempt, 'number'>
  outcome: Outcome
  /** What was sent is the event as it was given, and nothing else. */
  sentEvent?: boolean
  /** What it was for each event by itself, where that can differ; the whole is that of them which says most of the endpoint. */
  each?: { attempt: Omit<Attempt, 'number'>; outcome: Outcome }[]
}

/**
 * Makes one attempt: makes of the event, or of several as a digest, what the endpoint's kind sends, signs it now where it is a webhook, sends
 * it, and tells it as it may be kept. The endpoint's own headers are sent and not kept, for they hold secrets.
 */
export function createMakeAttempt(deps: {
  endpoints: Pick<Endpoints, 'target'>
  sender: Pick<Sender, 'send' | 'deadlineMs'>
  /** What exchanges have learnt; without them, its own. */
  memories?: Pick<ExchangeMemories, 'of'>
  now: () => UnixMs
  logger: Pick<Logger, 'error'>
}) {
  const { memories = createExchangeMemories() } = deps
  const holdExchange = createHoldExchange({ ...deps, memories })

  /** Several requests in place of one, and a result for each event. */
  async function exchanged(
    kind: Kind,
    exchange: Exchange,
    endpoint: EndpointRecord,
    events: readonly { id: string; text: string }[],
  ): Promise<MadeAttempt> {
    const target = deps.endpoints.target(endpoint)
    const held = await holdExchange(kind, exchange, events, { ...target, version: endpoint.updated_at })
    const mask = createMask([...Object.values(target.headers), ...target.hidden, ...held.secrets])
    const each = held.results.map(({ sent, response, outcome }) => {
      const error = outcome.kind === 'failed' ? outcome.error : null
      const attempt = {
        at: new Date(held.at).toISOString(),
        duration_ms: held.durationMs,
        url: shownUrl(target.shownUrl),
        request: { headers: {}, body: mask(sent).slice(0, KEPT_BODY) },
        response: maskEchoes(response && { ...response, body: response.body.slice(0, KEPT_BODY) }, mask),
        error: error && { ...error, message: mask(error.message) },
      }
      return { attempt, outcome }
    })
    return wholeOf(each)
  }

  return async function makeAttempt(
    endpoint: EndpointRecord,
    events: readonly { id: string; text: string }[],
  ): Promise<MadeAttempt> {
    const kind: Kind = kindOf(endpoint.kind)
    if (kind.exchange !== undefined) return exchanged(kind, kind.exchange, endpoint, events)
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
      headers: isEmpty(target.headers) ? headers : { ...target.headers, ...headers },
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
      sentEvent: body === events[0]?.text,
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

/** One for each target, which is the same for many deliveries. */
const masks = new WeakMap<EndpointTarget, Mask>()

/** What hides everything that is secret of an endpoint. Most have nothing. */
function maskOf(target: EndpointTarget): Mask {
  if (isEmpty(target.headers) && target.hidden.length === 0) return NOTHING
  const known = masks.get(target)
  if (known !== undefined) return known
  const mask = createMask([...Object.values(target.headers), ...target.hidden])
  masks.set(target, mask)
  return mask
}

function isEmpty(headers: Record<string, string>): boolean {
  for (const _ in headers) return false
  return true
}

/** What many results say of the endpoint: what concerns all of them, else that it works, else why it does not. */
function wholeOf(each: NonNullable<MadeAttempt['each']>): MadeAttempt {
  const failed = each.filter(({ outcome }) => outcome.kind === 'failed')
  const about = (test: (outcome: Extract<Outcome, { kind: 'failed' }>) => boolean) =>
    failed.find(({ outcome }) => outcome.kind === 'failed' && test(outcome))
  const whole =
    about(({ disable }) => disable === true) ??
    about(({ fault }) => fault === 'ours') ??
    about(({ connectionFailure }) => connectionFailure) ??
    about(({ error }) => error.code === 'rate_limited') ??
    each.find(({ outcome }) => outcome.kind === 'succeeded') ??
    failed[0]
  if (whole === undefined) throw new Error('There is no event to send.')
  return { ...whole, each }
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
