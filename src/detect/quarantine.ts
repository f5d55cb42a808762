import { hash } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { UnreadableRow } from '../elevenlabs/read-page.ts'
import type { Keys } from '../redis/keys.ts'
import { createScript } from '../redis/script.ts'
import type { UnixMs } from '../types.ts'

/** Different unreadable rows kept for each source; more of them are counted and not kept. */
const LIMIT = 1000

/** Keeps rows that could not be read, so that a person can see them. The same row is kept once. */
export function createQuarantine(deps: {
  redis: Pick<Redis, 'callBuffer' | 'hvals'>
  keys: Keys
  now: () => UnixMs
}) {
  const keep = createScript(deps.redis, new URL('./quarantine.lua', import.meta.url))
  return {
    /** How many of the rows are new. */
    async add(sourceId: string, rows: readonly UnreadableRow[]): Promise<number> {
      const entries = rows.flatMap((unreadable) => [
        hash('sha256', unreadable.row).slice(0, 32),
        JSON.stringify({ ...unreadable, first_seen: new Date(deps.now()).toISOString() }),
      ])
      return Number(await keep([deps.keys.source(sourceId).quarantine], [LIMIT, ...entries]))
    },

    async list(sourceId: string): Promise<(UnreadableRow & { first_seen: string })[]> {
      const rows = await deps.redis.hvals(deps.keys.source(sourceId).quarantine)
      return rows.map((json) => JSON.parse(json))
    },
  }
}

export type Quarantine = ReturnType<typeof createQuarantine>
