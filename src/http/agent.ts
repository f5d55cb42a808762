import { Agent, buildConnector } from 'undici'

/** How long a connection may take that nobody waits for any more (ms). */
const CONNECT_TIMEOUT_MS = 30_000
/** How long an idle connection is kept (ms); below the 5 s after which Node's and many other servers close. */
const IDLE_MS = 4_000

/**
 * Makes the one agent that all requests of a kind share: connections stay open between requests.
 *
 * HTTP/2 is off, since undici sends POSTs one after the other over it. One request at a time goes over a
 * connection, since a slow answer must not hold up another.
 *
 * @param options.connect makes the connections, in place of undici's own connector
 * @param options.connections the most connections to one origin; no limit without it
 */
export function createAgent(options: { connect?: buildConnector.connector; connections?: number }): Agent {
  return new Agent({
    connect: options.connect ?? buildConnector({ allowH2: false, timeout: CONNECT_TIMEOUT_MS }),
    connections: options.connections ?? null,
    allowH2: false,
    pipelining: 1,
    keepAliveTimeout: IDLE_MS,
    keepAliveMaxTimeout: 60_000,
  })
}
