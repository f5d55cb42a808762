import { Redis, type RedisOptions } from 'ioredis'

// Replies as in RESP2, which is what BullMQ and the scripts here expect.
type LegacyOptions = RedisOptions & { replyMapping?: 'legacy' }

/**
 * One connection to Redis, named `ringpost:<pid>:<purpose>` so that CLIENT LIST tells who is who.
 *
 * Reconnects within a second of Redis coming back (ioredis' own schedule waits up to twenty) and queues
 * commands meanwhile.
 *
 * @param target a `redis://`, `rediss://` or `unix://` URL, or the path of a unix socket
 */
export function connectRedis(target: string, purpose: string, extra: LegacyOptions = {}): Redis {
  const options: LegacyOptions = {
    connectionName: `ringpost:${process.pid}:${purpose}`,
    retryStrategy: (times) => Math.min(times * 100, 1000),
    maxRetriesPerRequest: null,
    ...extra,
  }
  if (target.startsWith('unix://')) return new Redis({ ...options, path: target.slice('unix://'.length) })
  if (target.startsWith('/')) return new Redis({ ...options, path: target })
  return new Redis(target, options)
}
