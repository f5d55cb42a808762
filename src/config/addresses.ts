import { isIP, isIPv6 } from 'node:net'
import { parseIp } from '../deliver/guard/cidr.ts'
import { hasRedisHosts, readRedisHosts } from '../redis/redis-hosts.ts'
import { refuse } from './variable.ts'

/**
 * The base URL of the upstream API, without trailing slashes.
 *
 * Credentials and queries are refused: the key goes in a header, and a query cannot be a prefix.
 */
export function readBaseUrl(text: string): string {
  if (!URL.canParse(text)) throw refuse('It is not a complete URL, with http:// or https:// before the host.')
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw refuse('Its scheme is neither https nor http.')
  if (url.username !== '' || url.password !== '') {
    throw refuse('It holds a user name or password; the key belongs in ELEVENLABS_API_KEY.')
  }
  if (text.includes('?') || text.includes('#')) throw refuse('It has a query or a fragment.')
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

/** The origin of web pages, as their browsers send it; `*` for every one. */
export function readOrigin(text: string): string {
  if (text === '*') return text
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) {
    throw refuse('It is not an origin, which is http:// or https:// and a host, with a port or without.')
  }
  const { origin, username, password } = new URL(text)
  if (text.includes('*')) throw refuse('It has a * in it, which stands for every origin and only by itself.')
  if (username !== '' || password !== '' || !/^https?:\/\/[^/?#]+\/?$/i.test(text)) {
    throw refuse('It has more than an origin, which ends with the host or its port.')
  }
  return origin
}

/**
 * Where Redis is, in a form that `connectRedis` takes. Kept as it was written.
 *
 * ioredis takes nearly any text for a URL (a missing scheme, a password cut off at its `#`) and then fails
 * to connect for ever, so everything doubtful is refused here.
 */
export function readRedisUrl(text: string): string {
  if (/^unix:/i.test(text)) {
    if (!/^unix:\/\/\/[^?#]+$/.test(text))
      throw refuse('A socket is written as unix:// and an absolute path, nothing after it.')
    return text
  }
  if (hasRedisHosts(text)) {
    readRedisHosts(text)
    return text
  }
  if (!/^rediss?:\/\//i.test(text)) {
    throw refuse(
      'It does not begin with redis://, rediss://, redis+cluster://, redis+sentinel:// or unix://.',
    )
  }
  if (!URL.canParse(text)) throw refuse(`It is not a complete URL. ${ENCODE}`)
  const url = new URL(text)
  if (url.hash !== '' || text.includes('#')) throw refuse(`It has a # in it. ${ENCODE}`)
  if (url.hostname === '') throw refuse('It has no host.')
  if (!/^\/?\d*$/.test(url.pathname))
    throw refuse('After the host comes the number of a database, or nothing.')
  if (!decodes(url.username) || !decodes(url.password))
    throw refuse(`It has a % that encodes nothing. ${ENCODE}`)
  return text
}

/** Headers as OpenTelemetry has them in a variable: `name=value,name=value`, with values percent-encoded. */
export function readHeaders(text: string): Record<string, string> {
  return Object.fromEntries(
    text.split(',').map((pair) => {
      const [, name = '', value = ''] = /^\s*([\w!#$%&'*+.^`|~-]+)\s*=\s*([\x21-\x7e]*)\s*$/.exec(pair) ?? []
      if (name === '' || !decodes(value))
        throw refuse('One of its headers is not name=value, or has a % that encodes nothing.')
      return [name.toLowerCase(), decodeURIComponent(value)]
    }),
  )
}

/** One network in CIDR notation; a bare address stands for itself alone. */
export function readNetwork(text: string): string {
  const [address = '', bits, ...rest] = text.split('/')
  // A zone (fe80::1%eth0) names an interface of this machine, which no network has.
  if (isIP(address) === 0 || address.includes('%') || rest.length > 0) {
    throw refuse('It is not an IPv4 or IPv6 network.')
  }
  const most = isIPv6(address) ? 128 : 32
  if (bits === undefined) return `${address}/${most}`
  if (!/^\d{1,3}$/.test(bits) || Number(bits) > most) {
    throw refuse(`After the slash of this network comes a number from 0 to ${most}.`)
  }
  // ::ffff:10.0.0.0/104 is 10.0.0.0/8; with fewer than 96 bits it is neither IPv4 nor IPv6.
  if (Number(bits) < 96 && isIPv6(address) && parseIp(address)?.family === 4) {
    throw refuse('This network mixes IPv4 and IPv6, and has to be written as two.')
  }
  return `${address}/${Number(bits)}`
}

const ENCODE = 'Characters such as # / ? @ % in a password must be percent-encoded.'

function decodes(part: string): boolean {
  try {
    decodeURIComponent(part)
    return true
  } catch {
    return false
  }
}
