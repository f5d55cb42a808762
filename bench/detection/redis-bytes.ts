import { newSnapshot } from '../../src/detect/snapshot.ts'
import { createDetectionStore } from '../../src/detect/store.ts'
import type { Redis } from '../../src/redis/client.ts'
import { createKeys } from '../../src/redis/keys.ts'
import { rounded } from '../measure.ts'
import { benchUserId } from './users.ts'

/** Redis memory that a known user takes, by the kind of id. */
export interface RedisBytes {
  ids: string
  users: number
  bytes_per_user: number
}

const AT_ONCE = 500
/** Numbered, but without two that resemble each other: the shape of a UUID is what counts. */
const uuid = (i: number) => {
  const hex = ((i * 2654435761) % 2 ** 32).toString(16).padStart(8, '0')
  return `${hex}-${hex.slice(4)}-4${hex.slice(1, 4)}-8${hex.slice(5)}-${String(i).padStart(12, '0')}`
}
const KINDS: [string, (i: number) => string][] = [
  ['10 digits', (i) => String(1_000_000_000 + i)],
  ['24 characters', benchUserId],
  ['UUID', uuid],
]

/** Fills an otherwise empty Redis through the store, for each kind of id, and takes the difference in memory. */
export async function measureRedisBytes(redis: Redis, users: number): Promise<RedisBytes[]> {
  const results: RedisBytes[] = []
  for (const [ids, idOf] of KINDS) {
    await redis.flushall()
    const store = createDetectionStore({ redis, keys: createKeys('ringpost'), leaseMs: 60_000 })
    const token = (await store.acquire('src_default')) ?? 0
    const before = await usedMemory(redis)
    for (let from = 0; from < users; from += AT_ONCE) {
      await store.commitPage('src_default', token, {
        users: Array.from({ length: Math.min(AT_ONCE, users - from) }, (_, i) => ({
          userId: idOf(from + i),
          before: null,
          after: newSnapshot({
            count: 1 + ((from + i) % 40),
            last_contact: 1_790_000_000 - from - i,
            first_contact: 1_780_000_000 - 2 * (from + i),
            // That of a first baseline; see EPOCH_STEP in store.ts.
            epoch: 2 ** 20,
          }),
        })),
        events: [],
        state: {},
      })
    }
    const bytes = (await usedMemory(redis)) - before
    results.push({ ids, users, bytes_per_user: rounded(bytes / users, 1) })
  }
  await redis.flushall()
  return results
}

async function usedMemory(redis: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
}
