import dns from 'node:dns'
import { isIP, type LookupFunction, Socket } from 'node:net'
import { buildConnector } from 'undici'
import { HttpFailure } from '../../http/http-failure.ts'
import { classifyAddress, parseAllowList, refusalSentence, sourceRefusal } from './address.ts'
import { isLocalhost, LOOPBACK } from './localhost.ts'
import type { GuardPolicy } from './url.ts'

/** `dns.lookup`, asked for all addresses. */
export type Lookup = (
  hostname: string,
  options: dns.LookupAllOptions,
  callback: (error: NodeJS.ErrnoException | null, addresses: dns.LookupAddress[]) => void,
) => void

/** How long a connection may take that nobody waits for any more (ms). */
const CONNECT_TIMEOUT_MS = 30_000

/** Says why an address may not be connected to, or null where it may. */
type Check = (address: string, host: string) => HttpFailure | null

/** What a connector may be told beside its rule. */
interface ConnectOptions {
  lookup?: Lookup
  /** For DNS, TCP and TLS together, to free the socket; the request has its own deadline. */
  timeoutMs?: number
  /** Gives up the connections that are being made; those that are made are the agent's. */
  signal?: AbortSignal
}

/**
 * Makes the connector through which every webhook goes (DELIVERY.md, rule 7). Plain http goes only to addresses on the
 * allow list, unless the policy allows it everywhere.
 */
export function createGuardedConnect(
  policy: GuardPolicy,
  options: ConnectOptions = {},
): buildConnector.connector {
  const allow = parseAllowList(policy.allowNetworks)
  return createCheckedConnect((encrypted) => {
    return (address, host) => {
      const verdict = classifyAddress(address, allow)
      const place = placeOf(address, host)
      if (!verdict.allowed) return blocked(refusalSentence(place, verdict))
      if (encrypted || policy.allowHttp || verdict.listed) return null
      return blocked(
        `${place} is outside RINGPOST_ALLOW_NETWORKS, and plain http is sent only inside: use https, or set RINGPOST_ALLOW_HTTP=true.`,
      )
    }
  }, options)
}

/**
 * Makes the connector through which sources are asked: it goes to no address where no source can be, such as that of a
 * cloud's metadata.
 *
 * @param trustedUrl whose host may be anywhere: it is the environment that says it
 */
export function createSourceConnect(
  trustedUrl: string,
  options: ConnectOptions = {},
): buildConnector.connector {
  const guarded = createCheckedConnect(
    () => (address, host) => {
      const rule = sourceRefusal(address)
      return rule === null ? null : blocked(`${placeOf(address, host)} can be no source: ${rule}.`)
    },
    options,
  )
  const open = buildConnector({ allowH2: false, timeout: CONNECT_TIMEOUT_MS })
  const { origin } = new URL(trustedUrl)
  return (target, callback) => {
    const isTrusted = URL.parse(`${target.protocol}//${target.host}`)?.origin === origin
    return (isTrusted ? open : guarded)(target, callback)
  }
}

/**
 * Makes a connector that checks
 * - the host itself where it is an address, for Node asks no lookup then;
 * - every address that the name resolves to: one forbidden address refuses the host, or an attacker would mix
 *   it with a public one and wait. The socket gets the checked addresses and does not look up again, so that
 *   the name cannot change its mind in between (DNS rebinding);
 * - the socket's remote address, in case all this was wrong.
 *
 * `dns.lookup` runs in libuv's pool of four threads, so four hanging names hold up every other name and file:
 * raise `UV_THREADPOOL_SIZE`. A hung lookup cannot be stopped; `timeoutMs` only stops waiting for it.
 */
function createCheckedConnect(
  checkFor: (encrypted: boolean) => Check,
  options: ConnectOptions = {},
): buildConnector.connector {
  const { lookup = dns.lookup, timeoutMs = CONNECT_TIMEOUT_MS, signal } = options

  function connectorFor(encrypted: boolean): { connect: buildConnector.connector; check: Check } {
    const check = checkFor(encrypted)
    const connect = buildConnector({
      allowH2: false,
      timeout: timeoutMs,
      lookup: guardLookup(lookup, check),
    })
    return { connect, check }
  }
  const plain = connectorFor(false)
  const secure = connectorFor(true)

  // Node's own `signal` option of a socket keeps a listener, and with it the socket, after the socket is closed.
  const connecting = new Set<Socket>()
  signal?.addEventListener('abort', () => {
    for (const socket of connecting) socket.destroy(stopped())
  })

  return (target, callback) => {
    if (signal?.aborted) return callback(stopped(), null)
    const { connect, check } = target.protocol === 'https:' ? secure : plain
    const host = target.hostname
    const refusal = isIP(host) === 0 ? null : check(host, host)
    if (refusal !== null) return callback(refusal, null)
    // undici returns the socket, although its types do not say so; without it, `timeoutMs` ends the wait.
    const made: unknown = connect(target, (...result) => {
      if (made instanceof Socket) connecting.delete(made)
      const [error, socket] = result
      if (error !== null) return callback(error, null)
      const late = checkSocket(socket, check, host)
      if (late === null) return callback(null, socket)
      socket.destroy()
      callback(late, null)
    })
    if (!(made instanceof Socket)) return
    connecting.add(made)
    // Before TLS says its first word; the check above is for what has no such event.
    made.prependOnceListener('connect', () => {
      const late = checkSocket(made, check, host)
      if (late !== null) made.destroy(late)
    })
  }
}

/** A lookup that answers only where every address passes. */
function guardLookup(lookup: Lookup, check: Check): LookupFunction {
  return (hostname, options, callback) => {
    const answer = (error: NodeJS.ErrnoException | null, addresses: dns.LookupAddress[]) => {
      const refusal = error ?? firstRefusal(addresses, hostname, check)
      const [first] = addresses ?? []
      if (refusal !== null || first === undefined) {
        callback(refusal ?? notFound(hostname), options.all ? [] : '', 0)
      } else if (options.all) callback(null, addresses)
      else callback(null, first.address, first.family)
    }
    if (isLocalhost(hostname)) answer(null, openLoopback(hostname, check))
    else lookup(hostname, { ...options, all: true }, answer)
  }
}

/** Both addresses of localhost are this machine, so the one that is open is used and refuses nothing. */
function openLoopback(hostname: string, check: Check): dns.LookupAddress[] {
  const all = LOOPBACK.map((address) => ({ address, family: isIP(address) }))
  const open = all.filter(({ address }) => check(address, hostname) === null)
  return open.length > 0 ? open : all
}

function firstRefusal(addresses: dns.LookupAddress[], hostname: string, check: Check): HttpFailure | null {
  for (const { address } of addresses) {
    const refusal = check(address, hostname)
    if (refusal !== null) return refusal
  }
  return null
}

/** A socket without a remote address is already closed, which undici notices, or is none of ours. */
function checkSocket(socket: Socket, check: Check, host: string): HttpFailure | null {
  if (socket.remoteAddress !== undefined) return check(socket.remoteAddress, host)
  return socket.destroyed ? null : blocked(`The address that ${host} was reached at is unknown.`)
}

function placeOf(address: string, host: string): string {
  return address === host ? host : `${host} (${address})`
}

function notFound(hostname: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${hostname} has no address`), { code: 'ENOTFOUND' })
}

function stopped(): HttpFailure {
  return new HttpFailure('aborted', 'connect', 'The connection was given up: ringpost closes.')
}

function blocked(message: string): HttpFailure {
  return new HttpFailure('blocked_address', 'connect', message)
}
