import type { Redis } from 'ioredis'

/** Deletes every key below a prefix, a page at a time. For data that is not to be kept: a demo, a test. */
export async function deleteKeys(redis: Pick<Redis, 'scan' | 'unlink'>, prefix: string): Promise<void> {
  const pattern = `${prefix.replace(/[[\]*?\\]/g, '\\$&')}:*`
  let cursor = '0'
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1_000)
    if (keys.length > 0) await redis.unlink(...keys)
    cursor = next
  } while (cursor !== '0')
}
