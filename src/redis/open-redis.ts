import type { Logger } from 'pino'
import { checkRedis } from './check-server.ts'
import { type Redis, reasonOf } from './client.ts'
import { connectRedis } from './connect.ts'
import { isLeavingReplica } from './leaving-replicas.ts'
import { startPrivateRedis } from './private-server.ts'
import { hasRedisHosts, readRedisHosts } from './redis-hosts.ts'

/** A connection that is ready, and what ends it. */
export interface OpenRedis {
  redis: Redis
  close(): Promise<void>
}

/**
 * Connects to the Redis that the configuration names, or to a private one that is started for it. Waits
 * for a server that is not there yet and says so once, for it may come up after us.
 *
 * @throws RingpostError where the server cannot be used as it is set up, or none can be started
 */
export async function openRedis(deps: {
  url: string | null
  dataDir: string
  purpose: string
  /** Ends the waiting. */
  signal: AbortSignal
  logger: Logger
}): Promise<OpenRedis> {
  const { url, logger } = deps
  const server = url === null ? await startPrivateRedis({ dataDir: deps.dataDir, logger }) : null
  const redis = connectRedis(server?.socketPath ?? url ?? '', deps.purpose)
  const unwatch = watch(redis, url === null ? 'The private Redis' : `Redis at ${withoutSecrets(url)}`, logger)
  const close = async () => {
    // A cluster's client tells of its own end as of one that comes from there.
    unwatch()
    // `quit` would wait for a server that is gone.
    redis.disconnect()
    await server?.stop()
  }
  try {
    await ready(redis, deps.signal)
    if (url !== null) {
      const { version, warnings } = await checkRedis(redis)
      logger.debug({ version }, 'Redis is usable')
      for (const warning of warnings) logger.warn(warning)
    }
    return { redis, close }
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * Says once that the server is gone, and once that it is back.
 *
 * @returns what ends that
 */
function watch(redis: Redis, name: string, logger: Logger): () => void {
  let down = false
  let over = false
  // It stays, for an error that nobody listens to would end the process.
  redis.on('error', (error) => {
    if (down || over) return
    down = true
    const why = reasonOf(error)
    logger.error(
      /No such master with that name/i.test(why)
        ? `The Sentinels know no servers by the name that is in REDIS_URL (${name}). Correct it, or have them look after these; ringpost starts when they do.`
        : `${name} cannot be reached (${why}). Nothing is lost; ringpost goes on when it is back.`,
    )
  })
  redis.on('close', () => {
    if (down || over || redis.status === 'end' || isLeavingReplica(redis)) return
    down = true
    logger.error(`${name} has closed the connection. Nothing is lost; ringpost goes on when it is back.`)
  })
  redis.on('ready', () => {
    if (down) logger.warn(`${name} is back.`)
    down = false
  })
  return () => {
    over = true
  }
}

/** Unlike `events.once`, this does not give up at the first `error`: the client tries again by itself. */
function ready(redis: Redis, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason)
    if (redis.status === 'ready') resolve()
    else if (signal.aborted) giveUp()
    redis.once('ready', () => {
      signal.removeEventListener('abort', giveUp)
      resolve()
    })
    signal.addEventListener('abort', giveUp, { once: true })
  })
}

function withoutSecrets(url: string): string {
  if (hasRedisHosts(url)) {
    const { kind, hosts, master } = readRedisHosts(url)
    const list = hosts.map(({ host, port }) => `${host}:${port}`).join(',')
    return kind === 'cluster' ? `the cluster ${list}` : `${master} of the Sentinels ${list}`
  }
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname}`
}
