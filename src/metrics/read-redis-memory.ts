import type { Redis } from 'ioredis'

/** How full Redis is. */
export interface RedisMemory {
  usedBytes: number
  /** `maxmemory`; null where there is no bound. */
  maxBytes: number | null
}

/** Reads how full Redis is. */
export async function readRedisMemory(redis: Pick<Redis, 'info'>): Promise<RedisMemory> {
  const info = await redis.info('memory')
  const figure = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0)
  return { usedBytes: figure('used_memory'), maxBytes: figure('maxmemory') || null }
}
