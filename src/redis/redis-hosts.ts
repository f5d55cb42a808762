import { RingpostError } from '../errors.ts'

/** Several servers that are one Redis: a cluster, or what Sentinels look after. */
export interface RedisHosts {
  kind: 'cluster' | 'sentinel'
  tls: boolean
  /** Where to ask for the others, or the Sentinels. */
  hosts: { host: string; port: number }[]
  username: string | null
  password: string | null
  /** What the Sentinels call the set of servers; '' for a cluster. */
  master: string
  db: number
  /** Of the Sentinels themselves, which often ask for none. */
  sentinelUsername: string | null
  sentinelPassword: string | null
}

const SHAPE =
  /^(?<scheme>rediss?)\+(?<kind>cluster|sentinel):\/\/(?:(?<user>[^:@/?#]*)(?::(?<pass>[^@/?#]*))?@)?(?<hosts>[^@/?#]+)(?<path>\/[^?#]*)?(?:\?(?<query>[^#]*))?$/i
const HOST = /^(?:\[(?<ip6>[0-9a-f:.]+)\]|(?<name>[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?))(?::(?<port>\d{1,5}))?$/i
const QUERY = ['sentinel_username', 'sentinel_password']

/** Whether a URL has one of the forms that are read here. */
export function hasRedisHosts(text: string): boolean {
  return /^rediss?\+/i.test(text)
}

/**
 * Reads `redis+cluster://user:password@host:6379,host:6379` and
 * `redis+sentinel://user:password@host:26379,host:26379/mymaster/0`; with `rediss` over TLS.
 *
 * @throws RingpostError `config_invalid` with a sentence that does not repeat the text, for it may hold a secret
 */
export function readRedisHosts(text: string): RedisHosts {
  const part = SHAPE.exec(text)?.groups
  if (part === undefined) {
    throw wrong(
      'It is not of the form redis+cluster://host:port,host:port or redis+sentinel://host:port,host:port/name. Characters such as # / ? @ % in a password must be percent-encoded.',
    )
  }
  const kind = part.kind?.toLowerCase() === 'cluster' ? 'cluster' : 'sentinel'
  const hosts = (part.hosts ?? '').split(',').map((one) => readHost(one, kind === 'cluster' ? 6379 : 26379))
  const [master = '', db = '', ...more] = (part.path ?? '').slice(1).split('/')
  if (kind === 'cluster' && part.path !== undefined && part.path !== '/') {
    throw wrong('After the hosts of a cluster comes nothing: it has one database.')
  }
  if (kind === 'sentinel' && (master === '' || !/^\d*$/.test(db) || more.length > 0)) {
    throw wrong(
      'After the Sentinels comes the name by which they know the servers (as in /mymaster), then the number of a database, or nothing.',
    )
  }
  const query = new URLSearchParams(part.query ?? '')
  for (const name of query.keys()) {
    if (kind === 'cluster' || !QUERY.includes(name)) {
      throw wrong(`After the ? of Sentinels come ${QUERY.join(' and ')}; nothing else is read.`)
    }
  }
  return {
    kind,
    tls: part.scheme?.toLowerCase() === 'rediss',
    hosts,
    username: decoded(part.user) || null,
    password: decoded(part.pass) || null,
    master: decoded(master),
    db: Number(db),
    sentinelUsername: query.get('sentinel_username') || null,
    sentinelPassword: query.get('sentinel_password') || null,
  }
}

/** The same as URLs of its servers, each for itself. */
export function urlsOfNodes({ tls, hosts, username, password }: RedisHosts): string[] {
  const login = `${encodeURIComponent(username ?? '')}:${encodeURIComponent(password ?? '')}@`
  return hosts.map(({ host, port }) => {
    const name = host.includes(':') ? `[${host}]` : host
    return `redis${tls ? 's' : ''}://${password === null && username === null ? '' : login}${name}:${port}`
  })
}

function readHost(text: string, usual: number): { host: string; port: number } {
  const found = HOST.exec(text.trim())?.groups
  const port = Number(found?.port ?? usual)
  const host = found?.ip6 ?? found?.name
  if (host === undefined || port < 1 || port > 65_535) {
    throw wrong('One of its hosts is not a name or an address, with a port from 1 to 65535 or none.')
  }
  return { host, port }
}

function decoded(part: string | undefined): string {
  try {
    return decodeURIComponent(part ?? '')
  } catch {
    throw wrong(
      'It has a % that encodes nothing. Characters such as # / ? @ % in a password must be percent-encoded.',
    )
  }
}

function wrong(message: string): RingpostError {
  return new RingpostError('config_invalid', message)
}
