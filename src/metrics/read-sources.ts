import type { Redis } from 'ioredis'
import { parseState } from '../detect/source-state.ts'
import type { Keys } from '../redis/keys.ts'
import type { SourceFacts } from './read-shared.ts'

/** Makes what reads the state of all sources, in one round trip. */
export function createReadSources(deps: {
  redis: Pick<Redis, 'pipeline'>
  keys: Keys
  sources: { list: () => Promise<{ id: string; paused: boolean }[]> }
}): () => Promise<SourceFacts[]> {
  return async () => {
    const sources = await deps.sources.list()
    const pipeline = deps.redis.pipeline()
    for (const { id } of sources) pipeline.hgetall(deps.keys.source(id).state)
    const replies = (await pipeline.exec()) ?? []
    return sources.map(({ id, paused }, i) => {
      const [error, hash] = replies[i] ?? []
      if (error) throw error
      return { id, paused, state: parseState((hash ?? {}) as Record<string, string>) }
    })
  }
}
