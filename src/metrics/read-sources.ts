import { parseState } from '../detect/source-state.ts'
import { askMany } from '../redis/ask-many.ts'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import type { SourceFacts } from './read-shared.ts'

/** Makes what reads the state of all sources, in one round trip. */
export function createReadSources(deps: {
  redis: Pick<Redis, 'pipeline' | 'isCluster'>
  keys: Keys
  sources: { list: () => Promise<{ id: string; paused: boolean }[]> }
}): () => Promise<SourceFacts[]> {
  return async () => {
    const sources = await deps.sources.list()
    const replies = await askMany(
      deps.redis,
      sources.map(({ id }) => ['hgetall', deps.keys.source(id).state]),
    )
    return sources.map(({ id, paused }, i) => {
      return { id, paused, state: parseState((replies[i] ?? {}) as Record<string, string>) }
    })
  }
}
