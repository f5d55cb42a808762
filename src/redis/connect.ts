import { Cluster, type RedisOptions, Redis as Single } from 'ioredis'
import type { Redis, RedisNode } from './client.ts'
import { leavingReplicas } from './leaving-replicas.ts'
import { hasRedisHosts, type RedisHosts, readRedisHosts } from './redis-hosts.ts'
import { LastingSentinelConnector } from './sentinel-connector.ts'

// Replies as in RESP2, which is what BullMQ and the scripts here expect.
type LegacyOptions = RedisOptions & { replyMapping?: 'legacy' }

/**
 * For how long a server may owe an answer before its connection is taken for dead (ms): whatever lies between may have
 * forgotten it, and then nobody ever tells. Longer than anything waits at Redis, which is ten seconds (BullMQ, for jobs).
 */
const SILENCE_MS = 15_000
/** How long to wait before the `times`th attempt to connect (ms). */
const reconnectAfter = (times: number) => Math.min(times * 100, 1000)

/**
 * One connection to Redis, named `ringpost:<pid>:<purpose>` so that CLIENT LIST tells who is who.
 *
 * Reconnects within a second of Redis coming back (ioredis' own schedule waits up to twenty) and queues
 * commands meanwhile. Commands of a cluster's node that is away wait for it, or for who takes its place. A connection
 * that is silent is left, and so is a server that has become a replica: the name may lead to another one by now.
 *
 * @param target a `redis://`, `rediss://` or `unix://` URL, one of several servers (redis-hosts.ts), or the path
 *   of a unix socket
 */
export function connectRedis(target: string, purpose: string, extra: LegacyOptions = {}): Redis {
  const options: LegacyOptions = {
    connectionName: connectionName(purpose),
    retryStrategy: reconnectAfter,
    maxRetriesPerRequest: null,
    socketTimeout: SILENCE_MS,
    ...extra,
  }
  if (hasRedisHosts(target)) {
    const hosts = readRedisHosts(target)
    return hosts.kind === 'cluster' ? connectCluster(hosts, options) : connectSentinels(hosts, options)
  }
  if (target.startsWith('unix://')) return new Single({ ...options, path: target.slice('unix://'.length) })
  if (target.startsWith('/')) return new Single({ ...options, path: target })
  return leavingReplicas(new Single(target, options))
}

/** The same to the unix socket of one server. */
export function connectSocket(path: string, purpose: string, extra: LegacyOptions = {}): RedisNode {
  return connectRedis(path, purpose, extra) as RedisNode
}

/** Another connection to the same Redis, for what would hold up everything else on it. */
export function duplicateRedis(redis: Redis, purpose: string): Redis {
  const options = { connectionName: connectionName(purpose) }
  return redis.isCluster
    ? (redis as Cluster).duplicate([], { redisOptions: options })
    : (redis as Single).duplicate(options)
}

function connectionName(purpose: string): string {
  return `ringpost:${process.pid}:${purpose}`
}

function connectCluster(hosts: RedisHosts, options: LegacyOptions): Cluster {
  const { retryStrategy, lazyConnect = false, enableReadyCheck, ...redisOptions } = options
  const cluster = new Cluster(hosts.hosts, {
    lazyConnect,
    clusterRetryStrategy: (times) => retryStrategy?.(times),
    enableReadyCheck: enableReadyCheck ?? true,
    // A failover takes longer than sixteen times a tenth of a second.
    maxRedirections: Number.MAX_SAFE_INTEGER,
    retryDelayOnFailover: 200,
    retryDelayOnClusterDown: 200,
    retryDelayOnMoved: 20,
    slotsRefreshInterval: 5_000,
    // Certificates name hosts: a name is not to become an address before TLS has seen it.
    ...(hosts.tls ? { dnsLookup: (host, callback) => callback(null, host) } : {}),
    redisOptions: { ...redisOptions, ...access(hosts) },
  })
  // While a cluster replaces a node, it says of itself that it is down. Where ioredis finds that as it connects, it
  // begins anew, and the promise of `connect()` is never settled; BullMQ's workers connect their own connection again
  // where an answer is late, wait for that promise, and would take no job any more. Without the check commands are sent
  // again until the cluster takes them. The first connection keeps it: a start waits for a cluster that works.
  const duplicate = cluster.duplicate.bind(cluster)
  cluster.duplicate = (nodes, more) => duplicate(nodes, { ...more, enableReadyCheck: false })
  return cluster
}

function connectSentinels(hosts: RedisHosts, options: LegacyOptions): Single {
  const { tls, ...login } = access(hosts)
  const redis = new Single({
    ...options,
    ...login,
    db: hosts.db,
    sentinels: hosts.hosts,
    name: hosts.master,
    ...(tls ? { tls, sentinelTLS: tls, enableTLSForSentinelMode: true } : {}),
    ...(hosts.sentinelUsername === null ? {} : { sentinelUsername: hosts.sentinelUsername }),
    ...(hosts.sentinelPassword === null ? {} : { sentinelPassword: hosts.sentinelPassword }),
    Connector: LastingSentinelConnector,
    sentinelRetryStrategy: (times) => options.retryStrategy?.(times),
    // One that stands still is passed over.
    sentinelCommandTimeout: 5_000,
    failoverDetector: true,
  })
  // The old one comes back as a replica, and refuses what is sent over connections that it still has.
  return leavingReplicas(redis)
}

function access(hosts: RedisHosts): Pick<RedisOptions, 'username' | 'password' | 'tls'> {
  return {
    ...(hosts.username === null ? {} : { username: hosts.username }),
    ...(hosts.password === null ? {} : { password: hosts.password }),
    ...(hosts.tls ? { tls: {} } : {}),
  }
}
