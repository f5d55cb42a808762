import { hash } from 'node:crypto'
import type { Redis } from 'ioredis'
import type { UnreadableRow } from '../elevenlabs/read-page.ts'
import type { Keys } from '../redis/keys.ts'
import { createScript } from '../redis/script.ts'
import type { UnixMs } from '../types.ts'

/**
 * Different unreadable rows kept for each source. What comes beyond is in the warnings of the poll that met it,
 * with its number, each time.
 */
const LIMIT = 1000
/** Rows of one call. */
const ROWS_AT_ONCE = 1_000

/** Keeps rows that could not be read, so that a person can see them. The same row is kept once. */
export function createQuarantine(deps: {
  redis: Pick<Redis, 'callBuffer' | 'hvals' | 'hgetall' | 'hdel'>
  keys: Keys
  now: () => UnixMs
}) {
  const keep = createScript(deps.redis, new URL('./quarantine.lua', import.meta.url))
  return {
    /** How many of the rows are new. */
    async add(sourceId: string, rows: readonly UnreadableRow[]): Promise<number> {
      const { quarantine } = deps.keys.source(sourceId)
      let added = 0
      for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
        const entries = rows
          .slice(from, from + ROWS_AT_ONCE)
          .flatMap((unreadable) => [
            hash('sha256', unreadable.row).slice(0, 32),
            JSON.stringify({ ...unreadable, first_seen: new Date(deps.now()).toISOString() }),
          ])
        added += Number(await keep([quarantine], [LIMIT, ...entries]))
      }
      return added
    },

    async list(sourceId: string): Promise<(UnreadableRow & { first_seen: string })[]> {
      const rows = await deps.redis.hvals(deps.keys.source(sourceId).quarantine)
      return rows.map((json) => JSON.parse(json))
    },

    /** Lets go of the rows of one user. They are counted on. */
    async erase(sourceId: string, userId: string): Promise<number> {
      const { quarantine } = deps.keys.source(sourceId)
      const rows = Object.entries(await deps.redis.hgetall(quarantine))
      const theirs = rows.filter(([, json]) => isOf(userId, (JSON.parse(json) as UnreadableRow).row))
      if (theirs.length === 0) return 0
      return deps.redis.hdel(quarantine, ...theirs.map(([digest]) => digest))
    },
  }
}

export type Quarantine = ReturnType<typeof createQuarantine>

/**
 * Whether a row, as JSON text that may have been cut off, is of a user or names them. Their id may be why it is
 * unreadable.
 */
function isOf(userId: string, row: string): boolean {
  const encoded = JSON.stringify(userId)
  return row
    .split('"user_id":')
    .slice(1)
    .some((value, i, values) => {
      if (value.startsWith(encoded) || /^-?\d+/.exec(value)?.[0] === userId) return true
      return i === values.length - 1 && value.length > 1 && encoded.startsWith(value)
    })
}
