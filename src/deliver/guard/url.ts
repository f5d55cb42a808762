import { isIP } from 'node:net'
import { RingpostError } from '../../errors.ts'
import { type AllowList, classifyAddress, parseAllowList, refusalSentence } from './address.ts'
import { isLocalhost, LOOPBACK } from './localhost.ts'

/** What endpoints may point at beyond https on the public internet. */
export interface GuardPolicy {
  /** CIDRs, from `RINGPOST_ALLOW_NETWORKS`. */
  allowNetworks: readonly string[]
  /** Plain http outside of them, from `RINGPOST_ALLOW_HTTP`. */
  allowHttp: boolean
}

/**
 * Checks what can be known of a URL without connecting: at its creation, and again before each request, for
 * the policy may have changed. What a name resolves to is the connector's business.
 *
 * A name over plain http passes where any network is allowed, since only its address tells whether it is
 * inside; the connector refuses it where it is not.
 *
 * @throws RingpostError `url_refused`, with the rule and what to set
 */
export function checkUrl(text: string, policy: GuardPolicy): URL {
  const url = URL.parse(text)
  if (url === null) throw refuse('This is not a complete URL: it begins with https:// and a host.')
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw refuse(`The scheme is ${url.protocol.slice(0, -1)}, and webhooks are sent over https.`)
  }
  if (url.username !== '' || url.password !== '') {
    throw refuse('The URL holds a user name or a password: put them in a secret header of the endpoint.')
  }
  if (url.port === '0') throw refuse('Port 0 is no port: leave it out, or name the right one.')
  const host = hostOf(url)
  if (host.replaceAll('.', '') === '') throw refuse('The URL has no host.')

  const plain = url.protocol === 'http:' && !policy.allowHttp
  if (isIP(host) !== 0 || isLocalhost(host)) {
    checkLiteral(host, plain, parseAllowList(policy.allowNetworks))
  } else if (plain && policy.allowNetworks.length === 0) {
    throw refuse(`${host} would be reached without encryption: use https, or set RINGPOST_ALLOW_HTTP=true.`)
  }
  return url
}

/**
 * What is probably not meant with a URL that `checkUrl` has let pass: a name over plain http, of which only its
 * addresses tell whether it can be delivered to.
 */
export function urlWarnings(url: URL, policy: GuardPolicy): string[] {
  const host = hostOf(url)
  if (url.protocol !== 'http:' || policy.allowHttp || isIP(host) !== 0 || isLocalhost(host)) return []
  return [
    `${host} is reached over plain http only where all its addresses are in RINGPOST_ALLOW_NETWORKS; anywhere else every delivery fails. Use https, or set RINGPOST_ALLOW_HTTP=true.`,
  ]
}

/** The host without the brackets of IPv6. */
function hostOf(url: URL): string {
  return url.hostname.replace(/^\[(.*)\]$/, '$1')
}

/** Checks a host whose address is known: a literal, or localhost, which needs one of its two to be open. */
function checkLiteral(host: string, plain: boolean, allow: AllowList): void {
  const verdicts = (isLocalhost(host) ? LOOPBACK : [host]).map((ip) => classifyAddress(ip, allow))
  const open = verdicts.find((verdict) => verdict.allowed)
  const refused = verdicts.find((verdict) => !verdict.allowed)
  if (open === undefined && refused !== undefined) {
    throw refuse(refusalSentence(host, refused))
  }
  if (plain && !verdicts.some((verdict) => verdict.allowed && verdict.listed)) {
    throw refuse(`${host} would be reached without encryption: use https, or set RINGPOST_ALLOW_HTTP=true.`)
  }
}

function refuse(message: string): RingpostError {
  return new RingpostError('url_refused', message)
}
