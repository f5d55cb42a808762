import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import type { Redis } from '../../src/redis/client.ts'
import { connectRedis } from '../../src/redis/connect.ts'
import { deleteMatching, scanKeys } from '../../src/redis/delete-keys.ts'

export interface TestRedis {
  redis: Redis
  /** As REDIS_URL. */
  url: string
  /** Begins every key of this test, e.g. `t1f0c…`. */
  prefix: string
  /** Another connection to the same server, closed by `close` too. */
  connect(purpose: string): Redis
  /** Deletes the test's keys and disconnects. */
  close(): Promise<void>
}

/** A connection to the Redis of this run, with a key prefix of the test's own. */
export async function testRedis(): Promise<TestRedis> {
  const target = inject('redisTarget')
  const prefix = `t${randomBytes(8).toString('hex')}`
  const connections: Redis[] = []
  const connect = (purpose: string) => {
    const connection = connectRedis(target, purpose)
    connections.push(connection)
    return connection
  }
  const redis = connect('test')
  await redis.ping()
  const close = async () => {
    await deleteMatching(redis, `${prefix}*`)
    for (const connection of connections) connection.disconnect()
  }
  const url = target.startsWith('/') ? `unix://${target}` : target
  return { redis, url, prefix, connect, close }
}

/** Every key that matches a pattern, on every server that holds any. */
export async function allKeys(redis: Redis, pattern: string): Promise<string[]> {
  const found: string[] = []
  for await (const keys of scanKeys(redis, pattern)) found.push(...keys)
  return found
}
