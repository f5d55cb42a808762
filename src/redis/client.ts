import type { Cluster, Redis as Single } from 'ioredis'

/** A connection to one server (which may be found by Sentinels), or one to each node of a cluster. */
export type Redis = Single | Cluster

/** One server: the only one, or one of a cluster's. */
export type RedisNode = Single

/**
 * The servers that hold the data, for what concerns each of them and not one key: INFO, CONFIG, SCAN, WAITAOF.
 * A cluster's node that is away is not among them.
 */
export function mastersOf(redis: Redis): RedisNode[] {
  return redis.isCluster ? (redis as Cluster).nodes('master') : [redis as Single]
}

/** What an error of a connection says; a cluster's says only in `lastNodeError` what was wrong. */
export function reasonOf(error: Error & { lastNodeError?: unknown }): string {
  return error.lastNodeError instanceof Error ? error.lastNodeError.message : error.message
}
