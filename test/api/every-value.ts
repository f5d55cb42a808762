import type { Redis } from '../../src/redis/client.ts'
import { scanKeys } from '../../src/redis/delete-keys.ts'

/** Everything below a prefix, as pairs of key and text: each key, field, member and value that can be read. */
export async function everyValue(redis: Redis, prefix: string): Promise<[key: string, value: string][]> {
  const found: [string, string][] = []
  for await (const keys of scanKeys(redis, `${prefix}*`)) {
    for (const key of keys) found.push([key, key], [key, JSON.stringify(await read(redis, key))])
  }
  return found.flatMap(([key, value]): [string, string][] => [
    [key, value],
    // What JSON.stringify has escaped, as it is.
    [key, value.replace(/\\(["\\])/g, '$1').replaceAll('\\n', '\n')],
  ])
}

async function read(redis: Redis, key: string): Promise<unknown> {
  const type = await redis.type(key)
  switch (type) {
    case 'string':
      return (await redis.getBuffer(key))?.toString('utf8')
    case 'hash':
      return Object.entries(await redis.hgetall(key))
    case 'list':
      return redis.lrange(key, 0, -1)
    case 'zset':
      return redis.zrange(key, '0', '-1')
    case 'set':
      return redis.smembers(key)
    case 'stream':
      return redis.xrange(key, '-', '+')
    case 'none':
      return null
    default:
      throw new Error(`${key} is a ${type}, which is not read here.`)
  }
}
