import { hash } from 'node:crypto'
import type { UnreadableRow } from '../elevenlabs/read-page.ts'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import { createScript } from '../redis/script.ts'
import type { UnixMs } from '../types.ts'

/** Rows whose text is kept for each source: the newest. */
export const KEPT_ROWS = 1_000
/** Rows that are remembered by their digest, so that one which is met again is not counted again. */
export const REMEMBERED_ROWS = 10_000
/** Rows of one call. */
const ROWS_AT_ONCE = 1_000
/** Texts that are read at once to look into them. */
const TEXTS_AT_ONCE = 100

/** An unreadable row as it is kept. */
export type QuarantinedRow = UnreadableRow & { first_seen: string }

/** A place in the list of a source's unreadable rows: when the row was first met, and its digest. */
export interface QuarantinePlace {
  at: UnixMs
  id: string
}

/**
 * Keeps rows that could not be read, so that a person can see them. The same row is kept once. Of more rows than
 * are kept the oldest go, and of more than are remembered the oldest are counted again when they are met again.
 */
export function createQuarantine(deps: {
  redis: Pick<Redis, 'callBuffer' | 'hmget' | 'hdel' | 'zrem' | 'zrevrange'>
  keys: Keys
  now: () => UnixMs
}) {
  const { redis } = deps
  const script = (name: string) => createScript(redis, new URL(`./${name}.lua`, import.meta.url))
  const keep = script('quarantine')
  const forget = script('forget-quarantined')
  const keysOf = (sourceId: string) => {
    const { quarantine, quarantined } = deps.keys.source(sourceId)
    return [quarantine, quarantined] as const
  }

  /** Places of the rows whose text is kept, newest first. */
  async function places(sourceId: string): Promise<QuarantinePlace[]> {
    const flat = await redis.zrevrange(keysOf(sourceId)[1], 0, KEPT_ROWS - 1, 'WITHSCORES')
    return Array.from({ length: flat.length / 2 }, (_, i) => ({
      id: flat[2 * i] ?? '',
      at: Number(flat[2 * i + 1]),
    }))
  }

  return {
    /** How many of the rows are new. */
    async add(sourceId: string, rows: readonly UnreadableRow[]): Promise<number> {
      let added = 0
      for (let from = 0; from < rows.length; from += ROWS_AT_ONCE) {
        const now = deps.now()
        const first_seen = new Date(now).toISOString()
        const entries = rows
          .slice(from, from + ROWS_AT_ONCE)
          .flatMap((unreadable) => [
            hash('sha256', unreadable.row).slice(0, 32),
            JSON.stringify({ ...unreadable, first_seen }),
          ])
        added += Number(await keep([...keysOf(sourceId)], [KEPT_ROWS, REMEMBERED_ROWS, now, ...entries]))
      }
      return added
    },

    /** A page of the rows that are kept, newest first. Rows that come meanwhile are before its place. */
    async list(
      sourceId: string,
      page: { after: QuarantinePlace | null; limit: number },
    ): Promise<{ data: QuarantinedRow[]; next: QuarantinePlace | null }> {
      const { after, limit } = page
      const all = await places(sourceId)
      const rest = after === null ? all : all.filter((place) => isOlder(place, after))
      const wanted = rest.slice(0, limit)
      if (wanted.length === 0) return { data: [], next: null }
      const texts = await redis.hmget(keysOf(sourceId)[0], ...wanted.map(({ id }) => id))
      return {
        // What has gone in between is left out.
        data: texts.flatMap((json) => (json === null ? [] : [JSON.parse(json) as QuarantinedRow])),
        next: rest.length > limit ? (wanted.at(-1) ?? null) : null,
      }
    },

    /** Lets go of the rows of one user. They are counted on. */
    async erase(sourceId: string, userId: string): Promise<number> {
      const [texts, rows] = keysOf(sourceId)
      const all = await places(sourceId)
      const theirs: string[] = []
      for (let from = 0; from < all.length; from += TEXTS_AT_ONCE) {
        const digests = all.slice(from, from + TEXTS_AT_ONCE).map(({ id }) => id)
        for (const [i, json] of (await redis.hmget(texts, ...digests)).entries()) {
          const digest = digests[i]
          if (json === null || digest === undefined) continue
          if (isOf(userId, (JSON.parse(json) as UnreadableRow).row)) theirs.push(digest)
        }
      }
      if (theirs.length === 0) return 0
      const erased = await redis.hdel(texts, ...theirs)
      await redis.zrem(rows, ...theirs)
      return erased
    },

    /** Lets go of rows that were first met before a time. One that is still listed is new when it is met again. */
    async expire(sourceId: string, before: UnixMs): Promise<void> {
      while (Number(await forget([...keysOf(sourceId)], [before, ROWS_AT_ONCE])) === ROWS_AT_ONCE);
    },
  }
}

export type Quarantine = ReturnType<typeof createQuarantine>

function isOlder(place: QuarantinePlace, than: QuarantinePlace): boolean {
  return place.at === than.at ? place.id < than.id : place.at < than.at
}

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
