import type { Redis } from 'ioredis'
import type { Keys } from '../redis/keys.ts'
import { createScript } from '../redis/script.ts'
import type { Event, UnixMs } from '../types.ts'

/** One entry of the outbox: an event and its place in the stream. */
export interface OutboxEntry {
  streamId: string
  event: Event
}

/**
 * The reading end of a source's outbox. Detection writes it in the same script as the snapshots
 * (detect/commit-page.lua); the relay reads from where it got to; the event log reads it from both ends.
 * Entries stay until the event retention ends, and never go by number.
 */
export function createOutbox(deps: {
  redis: Pick<Redis, 'callBuffer' | 'pipeline' | 'xrange' | 'xrevrange' | 'hget'>
  keys: Keys
}) {
  const { redis, keys } = deps
  const advance = createScript(redis, new URL('./advance.lua', import.meta.url))
  const trim = createScript(redis, new URL('./trim.lua', import.meta.url))

  return {
    /** What the relay has not fanned out yet, oldest first. */
    async unrelayed(sourceId: string, limit: number): Promise<OutboxEntry[]> {
      const source = keys.source(sourceId)
      const relayed = (await redis.hget(source.state, 'relayed')) ?? '0-0'
      return entriesOf(await redis.xrange(source.outbox, `(${relayed}`, '+', 'COUNT', limit))
    },

    /** Notes that everything up to this entry has become deliveries. Never goes back. */
    async markRelayed(sourceId: string, streamId: string): Promise<void> {
      await advance([keys.source(sourceId).state], [streamId])
    },

    /** One event by its place, as the JSON text that every attempt signs and sends. */
    async jsonAt(sourceId: string, streamId: string): Promise<string | null> {
      const [entry] = await redis.xrange(keys.source(sourceId).outbox, streamId, streamId)
      return entry === undefined ? null : jsonOf(entry)
    },

    /** Several of them, in one exchange with Redis and in the order asked for; null for one that is gone. */
    async jsonAtEach(places: readonly { sourceId: string; streamId: string }[]): Promise<(string | null)[]> {
      const pipeline = redis.pipeline()
      for (const { sourceId, streamId } of places)
        pipeline.xrange(keys.source(sourceId).outbox, streamId, streamId)
      const replies = (await pipeline.exec()) ?? []
      return replies.map(([error, entries]) => {
        if (error) throw error
        const [entry] = entries as StreamEntry[]
        return entry === undefined ? null : jsonOf(entry)
      })
    },

    /** Whether the relay has work to do. */
    async hasUnrelayed(sourceId: string): Promise<boolean> {
      const source = keys.source(sourceId)
      const relayed = (await redis.hget(source.state, 'relayed')) ?? '0-0'
      return (await redis.xrange(source.outbox, `(${relayed}`, '+', 'COUNT', 1)).length > 0
    },

    /** Removes what has been relayed and is older than the time given, a bounded number at a time. */
    async trim(sourceId: string, olderThan: UnixMs, limit: number): Promise<number> {
      const source = keys.source(sourceId)
      return Number(await trim([source.outbox, source.eventIndex, source.state], [olderThan, limit]))
    },

    /** One event by its id. */
    async byId(sourceId: string, eventId: string): Promise<OutboxEntry | null> {
      const source = keys.source(sourceId)
      const streamId = await redis.hget(source.eventIndex, eventId)
      if (streamId === null) return null
      return entriesOf(await redis.xrange(source.outbox, streamId, streamId))[0] ?? null
    },

    /** Newest first, strictly older than a place (`+` for the newest) and not older than another. */
    async newestFirst(
      sourceId: string,
      range: { before: string; from: string; limit: number },
    ): Promise<OutboxEntry[]> {
      const end = range.before === '+' ? '+' : `(${range.before}`
      return entriesOf(
        await redis.xrevrange(keys.source(sourceId).outbox, end, range.from, 'COUNT', range.limit),
      )
    },
  }
}

export type Outbox = ReturnType<typeof createOutbox>

type StreamEntry = [id: string, fields: string[]]

function jsonOf([streamId, fields]: StreamEntry): string {
  const json = fields[fields.indexOf('event') + 1]
  if (json === undefined) throw new Error(`Entry ${streamId} of an outbox holds no event.`)
  return json
}

function entriesOf(reply: StreamEntry[]): OutboxEntry[] {
  return reply.map((entry) => ({ streamId: entry[0], event: JSON.parse(jsonOf(entry)) as Event }))
}
