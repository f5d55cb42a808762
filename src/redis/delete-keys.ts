import { mastersOf, type Redis } from './client.ts'

/** Deletes every key below a prefix, a page at a time. For data that is not to be kept: a demo, a test. */
export async function deleteKeys(redis: Redis, prefix: string): Promise<void> {
  await deleteMatching(redis, `${prefix.replace(/[[\]*?\\]/g, '\\$&')}:*`)
}

/** Deletes every key that matches a pattern of SCAN. */
export async function deleteMatching(redis: Redis, pattern: string): Promise<void> {
  for await (const keys of scanKeys(redis, pattern)) await Promise.all(keys.map((key) => redis.unlink(key)))
}

/** Every key that matches a pattern of SCAN, a page at a time, of every server that holds any. */
export async function* scanKeys(redis: Redis, pattern: string): AsyncGenerator<string[]> {
  for (const node of mastersOf(redis)) {
    let cursor = '0'
    do {
      const [next, keys] = await node.scan(cursor, 'MATCH', pattern, 'COUNT', 1_000)
      if (keys.length > 0) yield keys
      cursor = next
    } while (cursor !== '0')
  }
}
