import { RingpostError } from '../errors.ts'
import type { Redis } from './client.ts'
import { createScript } from './script.ts'

/** Records of one kind, those that were deleted and are not forgotten yet among them. */
export const MOST_RECORDS = 5_000

/**
 * A hash of JSON records by id, with changes that are never lost to another change at the same time.
 * For what people configure: sources, endpoints, tokens. All of it is read at once, so its number is bounded.
 */
export function createRecords<T extends { id: string }>(
  redis: Pick<Redis, 'callBuffer' | 'hget' | 'hkeys' | 'hlen' | 'hvals'>,
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

    /** The ids alone, which are a fraction of it. */
    ids: (): Promise<string[]> => redis.hkeys(key),

    /**
     * For before a new one.
     *
     * @param what the kind in the plural
     * @throws RingpostError `conflict` where there are as many as there may be
     */
    async refuseMore(what: string, most = MOST_RECORDS): Promise<void> {
      if ((await redis.hlen(key)) < most) return
      throw new RingpostError(
        'conflict',
        `There are ${most} ${what}, and there can be no more: delete some. What is deleted counts until what it has left in the log is gone.`,
      )
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
