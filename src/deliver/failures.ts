import type { HttpFailure, HttpFailureCode } from '../http/http-failure.ts'
import { parseRetryAfter } from '../http/retry-after.ts'
import type { Verdict } from '../kinds/kind.ts'
import type { DeliveryError, UnixMs } from '../types.ts'

/** Why an attempt failed, by name. The codes of HTTP failures are their own. */
export type FailureCode =
  | HttpFailureCode
  | 'http_status'
  | 'redirect'
  | 'gone'
  | 'url_refused'
  | 'rejected'
  | 'rate_limited'
  | 'not_rendered'
  | 'internal_error'

/**
 * Whom a failure is charged to (DELIVERY.md, rule 4): `receiver` counts against the endpoint's health, `ours`
 * counts as nothing and not even as an attempt, `permanent` will be the same however often it is tried. `internal` is
 * a defect of ringpost: it is not charged either, and is an attempt, for without the schedule it would be repeated
 * for ever.
 */
export type Fault = 'receiver' | 'ours' | 'permanent' | 'internal'

/** What came of an attempt, and what is to be done about it. */
export type Outcome =
  | {
      kind: 'succeeded'
      /** How long the receiver wants no more (ms). */
      pauseMs?: number
    }
  | {
      kind: 'failed'
      error: DeliveryError
      retry: 'schedule' | 'never'
      /** How long the receiver asked to wait (ms); only 429 and 503 are asked. */
      retryAfterMs: number | null
      fault: Fault
      /** The endpoint is to be disabled at once. */
      disable?: true
      /** No answer came, or none in time: what a breaker counts. */
      connectionFailure: boolean
    }

type Failed = Extract<Outcome, { kind: 'failed' }>

const FAULTS: Partial<Record<HttpFailureCode, Fault>> = {
  aborted: 'ours',
  no_resources: 'ours',
  blocked_address: 'permanent',
  invalid_request: 'permanent',
}
const CONNECTION_FAILURES: ReadonlySet<HttpFailureCode> = new Set([
  'timeout',
  'dns_failed',
  'connect_failed',
  'connection_reset',
  'tls_failed',
] as const)

const LONGEST_LOCATION = 300

/**
 * What a response means for a delivery. 2xx is success whatever its body is; redirects are never followed; 410
 * disables the endpoint; 429 and 503 may ask for patience.
 *
 * @param headers with names in lower case
 * @param url that was asked, for a relative `Location`
 */
export function classifyResponse(
  status: number,
  headers: Record<string, string>,
  url: string,
  nowMs: UnixMs,
): Outcome {
  if (status >= 200 && status < 300) return { kind: 'succeeded' }
  if (status >= 300 && status < 400)
    return answered('redirect', redirectSentence(status, headers.location, url))
  if (status === 410) {
    const message =
      'The endpoint answered 410 Gone, which says that it wants no more webhooks, so it was disabled. Enable it again once it does.'
    return { ...answered('gone', message), retry: 'never', fault: 'permanent', disable: true }
  }
  const patient = status === 429 || status === 503
  const retryAfterMs = patient ? parseRetryAfter(headers['retry-after'], nowMs) : null
  return { ...answered('http_status', statusSentence(status)), retryAfterMs }
}

/** What a kind makes of an answer that it knows. */
export function classifyVerdict(verdict: Verdict): Outcome {
  if (verdict.kind === 'succeeded') return verdict
  const { code, message, retry, retryAfterMs = null, disable } = verdict
  return {
    ...answered(code, message),
    retry,
    retryAfterMs,
    fault: retry === 'never' ? 'permanent' : 'receiver',
    ...(disable ? { disable } : {}),
  }
}

/** An event from which no request could be made. */
export function classifyUnrendered(): Outcome {
  const message = 'No request could be made of this event. Please report this, with the event.'
  return { ...answered('not_rendered', message), retry: 'never', fault: 'permanent' }
}

/** An answer that says nothing of what was asked: what stands before a service, or another version of it. */
export function classifyUnexpected(title: string, status?: number): Outcome {
  const said =
    status === undefined ? 'did not answer' : `answered ${status}, and not as its documentation says`
  return answered('http_status', `${title} ${said}.`)
}

/** An attempt that broke off within ringpost. */
export function classifyBroken(): Outcome {
  const message =
    'The attempt broke off within ringpost, and it is not known whether the request was sent. The log says why; please report this.'
  return { ...answered('internal_error', message), fault: 'internal' }
}

/** What a request without a response means for a delivery. */
export function classifyFailure(failure: HttpFailure): Outcome {
  const fault = FAULTS[failure.code] ?? 'receiver'
  return {
    kind: 'failed',
    error: deliveryError(failure.code, failure.message),
    retry: fault === 'permanent' ? 'never' : 'schedule',
    retryAfterMs: null,
    fault,
    connectionFailure: CONNECTION_FAILURES.has(failure.code),
  }
}

/** A URL that the guard refuses before anything is sent. */
export function classifyRefusedUrl(message: string): Outcome {
  return { ...answered('url_refused', message), retry: 'never', fault: 'permanent' }
}

function answered(code: FailureCode, message: string): Failed {
  return {
    kind: 'failed',
    error: deliveryError(code, message),
    retry: 'schedule',
    retryAfterMs: null,
    fault: 'receiver',
    connectionFailure: false,
  }
}

function deliveryError(code: FailureCode, message: string): DeliveryError {
  return { code, message }
}

function statusSentence(status: number): string {
  const said = `The endpoint answered ${status}`
  if (status === 401 || status === 403) {
    return `${said}: it does not let ringpost in. Check its authentication and the endpoint's headers.`
  }
  if (status === 404) return `${said}: nothing listens at this URL. Check its path.`
  if (status === 405) return `${said}: it does not take POST at this URL.`
  if (status === 413) return `${said}: the event is larger than it takes.`
  if (status === 429) return `${said}: it asked for fewer requests. Set a rate limit on the endpoint.`
  return `${said}.`
}

/** Of the target only origin and path are said: a query may hold a token. */
function redirectSentence(status: number, location: string | undefined, url: string): string {
  const said = `The endpoint answered ${status}, and webhooks do not follow redirects`
  const target = location === undefined ? null : URL.parse(location, url)
  if (target === null || !/^https?:$/.test(target.protocol)) {
    return `${said}: update the URL to the one that answers itself.`
  }
  return `${said}: update the URL to ${(target.origin + target.pathname).slice(0, LONGEST_LOCATION)}`
}
