import type { Redis } from 'ioredis'
import { createScript } from './script.ts'

/**
 * A hash of JSON records by id, with changes that are never lost to another change at the same time.
 * For what people configure: sources and endpoints. All of it is read at once, so it must stay small.
 */
export function createRecords<T extends { id: string }>(
  redis: Pick<Redis, 'callBuffer' | 'hget' | 'hvals'>,
  key: string,
) {
  const putIfUnchanged = createScript(redis, new URL('./put-if-unchanged.lua', import.meta.url))
  return {
    async get(id: string): Promise<T | null> {
      const json = await redis.hget(key, id)
      return json === null ? null : (JSON.parse(json) as T)
    },

    async all(): Promise<T[]> {
      return (await redis.hvals(key)).map((json) => JSON.parse(json) as T)
    },

    /**
     * Changes one record. `change` gets what is stored (null: nothing) and returns what to store (null:
     * delete it; undefined: leave it); it runs again where another change came between.
     */
    async update(id: string, change: (record: T | null) => T | null | undefined): Promise<T | null> {
      for (;;) {
        const json = await redis.hget(key, id)
        const before = json === null ? null : (JSON.parse(json) as T)
        const after = change(before)
        if (after === undefined) return before
        const text = after === null ? '' : JSON.stringify(after)
        if ((await putIfUnchanged([key], [id, json ?? '', text])) === 1) return after
      }
    },
  }
}

export type Records<T extends { id: string }> = ReturnType<typeof createRecords<T>>
