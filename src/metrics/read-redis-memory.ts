import { mastersOf, type Redis } from '../redis/client.ts'

/** How full Redis is. */
export interface RedisMemory {
  usedBytes: number
  /** `maxmemory`; null where there is no bound. */
  maxBytes: number | null
}

/** Reads how full Redis is; of a cluster, the node that is fullest, since that is the first to refuse writes. */
export async function readRedisMemory(redis: Redis): Promise<RedisMemory> {
  const nodes = await Promise.all(mastersOf(redis).map(async (node) => read(await node.info('memory'))))
  const share = ({ usedBytes, maxBytes }: RedisMemory) => (maxBytes === null ? 0 : usedBytes / maxBytes)
  const [fullest] = nodes.sort((a, b) => share(b) - share(a) || b.usedBytes - a.usedBytes)
  return fullest ?? { usedBytes: 0, maxBytes: null }
}

function read(info: string): RedisMemory {
  const figure = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(info)?.[1] ?? 0)
  return { usedBytes: figure('used_memory'), maxBytes: figure('maxmemory') || null }
}
