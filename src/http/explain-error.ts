import { HttpFailure, type HttpFailureCode, type HttpPhase } from './http-failure.ts'

const DNS = /^(ENOTFOUND|ENODATA|ESERVFAIL|EAI_.*)$/
const TIMEOUT = /^(ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/
const RESET = /^(ECONNRESET|ECONNABORTED|EPIPE|ENOTCONN|UND_ERR_SOCKET)$/
const OURS = /^(UND_ERR_(ABORTED|DESTROYED|CLOSED)|ABORT_ERR)$/
const INVALID =
  /^(UND_ERR_(INVALID_ARG|NOT_SUPPORTED|REQ_CONTENT_LENGTH_MISMATCH)|ERR_INVALID_.*|ERR_HTTP_INVALID_.*)$/
const NO_RESOURCES = /^(EMFILE|ENFILE|ENOBUFS|ENOMEM)$/
const NO_ROUTE = /^(ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL|EAFNOSUPPORT)$/
const BAD_RESPONSE = /^(HPE_.*|UND_ERR_(HEADERS_OVERFLOW|RES_CONTENT_LENGTH_MISMATCH))$/
const TLS = /^(ERR_TLS_.*|ERR_SSL_.*|EPROTO|CERT_.*|.*_CERT(_.*)?|UNABLE_TO_.*|INVALID_CA|HOSTNAME_MISMATCH)$/

const TLS_REASONS: Record<string, string> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate comes from an authority that this machine does not know',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its certificate comes from an authority that this machine does not know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'it sends its certificate without the intermediate ones',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS on this port',
}

/**
 * Turns whatever undici or Node raised into an `HttpFailure` with a sentence for people.
 *
 * @param host host and port, as they may be shown
 */
export function explainError(error: unknown, phase: HttpPhase, host: string): HttpFailure {
  // A connector's own refusal is already a sentence; the copy has this request's phase and stack.
  if (error instanceof HttpFailure) {
    return new HttpFailure(error.code, phase, error.message, { cause: error.cause ?? error })
  }
  const why = codeOf(error)
  const fail = (code: HttpFailureCode, message: string) =>
    new HttpFailure(code, phase, message, { cause: error })

  if (DNS.test(why)) return fail('dns_failed', dnsSentence(why, host))
  if (TIMEOUT.test(why)) return fail('timeout', `No answer came from ${host} in time (${why}).`)
  if (OURS.test(why)) return fail('aborted', `The request to ${host} was stopped by ringpost.`)
  if (NO_RESOURCES.test(why)) {
    return fail(
      'no_resources',
      `This machine has no room for another connection (${why}): raise its limit of open files or ports.`,
    )
  }
  if (INVALID.test(why)) {
    return fail('invalid_request', `The request to ${host} could not be built: ${messageOf(error)}.`)
  }
  if (BAD_RESPONSE.test(why) || isBadResponse(error)) {
    return fail('bad_response', `${host} answered with something that is not HTTP/1.1 (${messageOf(error)}).`)
  }
  if (RESET.test(why)) return fail('connection_reset', resetSentence(phase, host))
  if (TLS.test(why)) {
    return fail('tls_failed', `The TLS connection to ${host} failed: ${TLS_REASONS[why] ?? why}.`)
  }
  if (why === 'ECONNREFUSED') return fail('connect_failed', `${host} refused the connection.`)
  const what = why === '' ? messageOf(error) : why
  if (phase === 'connect') return fail('connect_failed', `${host} cannot be reached (${what}).`)
  return fail('connection_reset', `The connection to ${host} failed (${what}).`)
}

/**
 * The error's code. Of a host that was tried at several addresses it is the first that says something: a machine
 * without IPv6 fails at every IPv6 address in its own way.
 */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) {
    const codes = error.errors.map(codeOf)
    return codes.find((code) => !NO_ROUTE.test(code)) ?? codes[0] ?? ''
  }
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined
  return typeof code === 'string' ? code : ''
}

/**
 * undici 7.30 leaves the code of its parser's errors undefined, and gives an answer that makes no sense (a 100 or
 * an upgrade that nobody asked for) the code of a connection that ended; only the name and the words differ.
 */
function isBadResponse(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  return error.name === 'HTTPParserError' || /^bad (response|upgrade)$/.test(error.message)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, '') : 'unknown error'
}

function dnsSentence(why: string, host: string): string {
  const name = host.replace(/:\d+$/, '')
  if (why === 'ENOTFOUND' || why === 'ENODATA') return `The name ${name} does not exist in DNS.`
  return `The name ${name} could not be resolved (${why}): the DNS server gave no answer.`
}

function resetSentence(phase: HttpPhase, host: string): string {
  if (phase === 'connect') return `${host} closed the connection before it was set up.`
  if (phase === 'head') return `${host} closed the connection without an answer.`
  return `${host} closed the connection in the middle of its answer.`
}
