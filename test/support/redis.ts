import { randomBytes } from 'node:crypto'
import type { Redis } from 'ioredis'
import { inject } from 'vitest'
import { connectRedis } from '../../src/redis/connect.ts'

export interface TestRedis {
  redis: Redis
  socketPath: string
  /** Begins every key of this test, e.g. `t1f0c…`. */
  prefix: string
  /** Another connection to the same server, closed by `close` too. */
  connect(purpose: string): Redis
  /** Deletes the test's keys and disconnects. */
  close(): Promise<void>
}

/** A connection to the Redis of this run, with a key prefix of the test's own. */
export async function testRedis(): Promise<TestRedis> {
  const socketPath = inject('redisSocket')
  const prefix = `t${randomBytes(8).toString('hex')}`
  const connections: Redis[] = []
  const connect = (purpose: string) => {
    const connection = connectRedis(socketPath, purpose)
    connections.push(connection)
    return connection
  }
  const redis = connect('test')
  await redis.ping()
  const close = async () => {
    let cursor = '0'
    do {
      const [next, keys] = await redis.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 1000)
      if (keys.length > 0) await redis.unlink(...keys)
      cursor = next
    } while (cursor !== '0')
    for (const connection of connections) connection.disconnect()
  }
  return { redis, socketPath, prefix, connect, close }
}
