import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import { createScript } from '../redis/script.ts'
import type { Event } from '../types.ts'
import type { OutboxEntry } from './outbox.ts'

/** Entries read at once. */
const PAGE = 250

type ErasableEvent = Pick<OutboxEntry, 'streamId' | 'event'>

/** What erasing a person needs of the outbox: a walk over all of it, and taking entries out. */
export function createEventEraser(deps: {
  redis: Pick<Redis, 'callBuffer' | 'xrange' | 'xrevrange'>
  keys: Keys
}) {
  const { redis, keys } = deps
  const erase = createScript(redis, new URL('./erase-events.lua', import.meta.url))

  return {
    /** All events that a source had when the walk began, oldest first, a page at a time. */
    async *walk(sourceId: string): AsyncGenerator<ErasableEvent[]> {
      const { outbox } = keys.source(sourceId)
      // Not to the end: a source that keeps announcing would never be done.
      const [newest] = await redis.xrevrange(outbox, '+', '-', 'COUNT', 1)
      if (newest === undefined) return
      for (let from = '-'; ; ) {
        const entries = await redis.xrange(outbox, from, newest[0], 'COUNT', PAGE)
        if (entries.length === 0) return
        yield entries.map(([streamId, fields]) => ({
          streamId,
          event: JSON.parse(fields[fields.indexOf('event') + 1] ?? 'null') as Event,
        }))
        from = `(${entries.at(-1)?.[0]}`
      }
    },

    /** @returns how many of them were there */
    async erase(sourceId: string, entries: readonly ErasableEvent[]): Promise<number> {
      const { outbox, eventIndex, conversations, state } = keys.source(sourceId)
      const args = entries.flatMap(({ streamId, event }) => [streamId, event.id])
      return Number(await erase([outbox, eventIndex, conversations, state], args))
    },
  }
}

export type EventEraser = ReturnType<typeof createEventEraser>
