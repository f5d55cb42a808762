import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import { createScript, replyText } from '../redis/script.ts'
import type { Event, EventType, UnixMs } from '../types.ts'
import { hasConversationPlace, withConversation } from './conversation-place.ts'

/** One entry of the outbox: an event and its place in the stream. */
export interface OutboxEntry {
  streamId: string
  eventId: string
  eventType: EventType
  /** Read from the text when it is asked for: who only passes it on does not. */
  readonly event: Event
  /** The event as the text that is signed and sent. */
  text: string
  /** It waits for its conversation: until that is decided, its text may still change, and is not to be sent. */
  undecided: boolean
}

/** The beginning of an event's text as everything that tells events writes it. */
const HEAD = /^\{"id":"([\w-]+)","type":"([\w.]+)"/

function entryOf(streamId: string, text: string, undecided: boolean): OutboxEntry {
  let parsed: Event | null = null
  const read = () => {
    parsed ??= JSON.parse(text) as Event
    return parsed
  }
  const [, id, type] = HEAD.exec(text) ?? []
  return {
    streamId,
    text,
    undecided,
    eventId: id ?? read().id,
    eventType: (type as EventType | undefined) ?? read().type,
    // Its own, and not of a prototype: a copy of the entry has the event.
    get event() {
      return read()
    },
  }
}

/**
 * The reading end of a source's outbox. Detection writes it in the same script as the snapshots
 * (detect/commit-page.lua); the relay reads from where it got to; the event log reads it from both ends.
 * Entries stay until the event retention ends, and never go by number.
 *
 * An event with a place for its conversation is completed when it is read, by what was decided of it once.
 */
export function createOutbox(deps: {
  redis: Pick<Redis, 'callBuffer' | 'pipeline' | 'isCluster' | 'xrange' | 'xrevrange' | 'hget' | 'hmget'>
  keys: Keys
}) {
  const { redis, keys } = deps
  const advance = createScript(redis, new URL('./advance.lua', import.meta.url))
  const rewind = createScript(redis, new URL('./rewind.lua', import.meta.url))
  const readEvents = createScript(redis, new URL('./read-events.lua', import.meta.url))
  const trim = createScript(redis, new URL('./trim.lua', import.meta.url))
  const settleConversation = createScript(redis, new URL('./settle-conversation.lua', import.meta.url))

  async function entriesOf(sourceId: string, read: StreamEntry[]): Promise<OutboxEntry[]> {
    const texts = read.map(jsonOf)
    const open = read.flatMap(([streamId], i) => (hasConversationPlace(texts[i] ?? '') ? [streamId] : []))
    // Those of sources that do not enrich cost nothing.
    const found = open.length === 0 ? [] : await redis.hmget(keys.source(sourceId).conversations, ...open)
    const decided = new Map(open.map((streamId, i) => [streamId, found[i] ?? null]))
    return read.map(([streamId], i) => {
      const conversation = decided.get(streamId)
      const text = withConversation(texts[i] ?? '', conversation ?? 'null')
      return entryOf(streamId, text, conversation === null)
    })
  }

  /** @returns what is decided, as JSON; null where the event is gone */
  async function decide(sourceId: string, streamId: string, json: string): Promise<string | null> {
    const { outbox, conversations } = keys.source(sourceId)
    const reply = await settleConversation([outbox, conversations], [streamId, json])
    return reply === null ? null : replyText(reply)
  }

  /** Events as they were written, in one exchange with Redis for each source; null for one that is gone. */
  async function textsAt(
    places: readonly { sourceId: string; streamId: string }[],
  ): Promise<(string | null)[]> {
    const texts: (string | null)[] = []
    const bySource = Map.groupBy(places.keys(), (i) => places[i]?.sourceId ?? '')
    await Promise.all(
      [...bySource].map(async ([sourceId, asked]) => {
        const streamIds = asked.map((i) => places[i]?.streamId ?? '')
        const found = (await readEvents([keys.source(sourceId).outbox], streamIds)) as (Buffer | null)[]
        for (const [n, i] of asked.entries()) texts[i] = found[n]?.toString() ?? null
      }),
    )
    return texts
  }

  async function readUnrelayed(
    sourceId: string,
    limit: number,
  ): Promise<{ from: string; erasures: number; entries: OutboxEntry[] }> {
    const source = keys.source(sourceId)
    const [relayed, erasures] = await redis.hmget(source.state, 'relayed', 'erasures')
    const from = relayed ?? '0-0'
    const read = await redis.xrange(source.outbox, `(${from}`, '+', 'COUNT', limit)
    return { from, erasures: Number(erasures), entries: await entriesOf(sourceId, read) }
  }

  return {
    /**
     * Decides what an event says of its conversation, unless that has been decided before. From then on its text
     * is the same for everybody.
     */
    async settle(sourceId: string, streamId: string, conversation: object | null): Promise<void> {
      await decide(sourceId, streamId, JSON.stringify(conversation))
    },

    /** What the relay has not fanned out yet, oldest first, where it is read from, and how often events were erased. */
    readUnrelayed,

    /** Which of these have been erased since they were read. */
    async goneSince<Entry extends { streamId: string }>(
      sourceId: string,
      erasures: number,
      entries: readonly Entry[],
    ): Promise<Entry[]> {
      const now = await redis.hget(keys.source(sourceId).state, 'erasures')
      if (Number(now) === erasures) return []
      const texts = await textsAt(entries.map(({ streamId }) => ({ sourceId, streamId })))
      return entries.filter((_, i) => (texts[i] ?? null) === null)
    },

    /** What the relay has not fanned out yet, oldest first. */
    async unrelayed(sourceId: string, limit: number): Promise<OutboxEntry[]> {
      return (await readUnrelayed(sourceId, limit)).entries
    },

    /**
     * Notes that everything between two places has become deliveries. Never goes back, and leaves the relay where it
     * is if it has been taken back behind the first of them: by `rewind`, or by a Redis that had not got so far.
     */
    async markRelayed(sourceId: string, streamId: string, from = '0-0'): Promise<void> {
      await advance([keys.source(sourceId).state], [streamId, from])
    },

    /** Has everything since a moment fanned out once more. False where it has not been yet. */
    async rewind(sourceId: string, since: UnixMs): Promise<boolean> {
      return (await rewind([keys.source(sourceId).state], [since])) === 1
    },

    /** One event by its place, as JSON text. */
    async jsonAt(sourceId: string, streamId: string): Promise<string | null> {
      const read = await redis.xrange(keys.source(sourceId).outbox, streamId, streamId)
      return (await entriesOf(sourceId, read))[0]?.text ?? null
    },

    /**
     * The texts that every attempt signs and sends, in one exchange with Redis and in the order asked for; null for
     * one that is gone. Who sends an event has decided what it says: one that still waits for its conversation,
     * since somebody has asked for it to be sent before its time, goes without.
     */
    async textsToSend(places: readonly { sourceId: string; streamId: string }[]): Promise<(string | null)[]> {
      const texts = await textsAt(places)
      return Promise.all(
        places.map(async ({ sourceId, streamId }, i) => {
          const text = texts[i] ?? null
          if (text === null || !hasConversationPlace(text)) return text
          const decided = await decide(sourceId, streamId, 'null')
          return decided === null ? null : withConversation(text, decided)
        }),
      )
    },

    /**
     * The texts of events as they were sent, in the order asked for; null for one that is gone. Decides nothing: one
     * that still waits for its conversation is without.
     */
    async textsSent(places: readonly { sourceId: string; streamId: string }[]): Promise<(string | null)[]> {
      const texts = await textsAt(places)
      return Promise.all(
        places.map(async ({ sourceId, streamId }, i) => {
          const text = texts[i] ?? null
          if (text === null || !hasConversationPlace(text)) return text
          const decided = await redis.hget(keys.source(sourceId).conversations, streamId)
          return withConversation(text, decided ?? 'null')
        }),
      )
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
      return Number(
        await trim(
          [source.outbox, source.eventIndex, source.state, source.conversations],
          [olderThan, limit],
        ),
      )
    },

    /** One event by its id. */
    async byId(sourceId: string, eventId: string): Promise<OutboxEntry | null> {
      const source = keys.source(sourceId)
      const streamId = await redis.hget(source.eventIndex, eventId)
      if (streamId === null) return null
      return (await entriesOf(sourceId, await redis.xrange(source.outbox, streamId, streamId)))[0] ?? null
    },

    /** Newest first, strictly older than a place (`+` for the newest) and not older than another. */
    async newestFirst(
      sourceId: string,
      range: { before: string; from: string; limit: number },
    ): Promise<OutboxEntry[]> {
      const end = range.before === '+' ? '+' : `(${range.before}`
      return entriesOf(
        sourceId,
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
