import type { Logger } from 'pino'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import { createScript, replyText } from '../redis/script.ts'
import type { UnixMs } from '../types.ts'
import { follow, type PollEntry, packEntry, touches, unpackEntry } from './poll-entry.ts'

/** Entries of a source that are kept: the newest. */
export const KEPT_POLLS = 1_000
/** How long after its end an entry is kept (ms). */
export const POLLS_KEPT_MS = 14 * 86_400_000
/** Entries that are read at once. */
const AT_ONCE = 100
/** How often an entry is put together anew because another process, or a dry run, has written one meanwhile. */
const TRIES = 5

/**
 * A place in the list of a source's polls: when the entry began, which never changes; of a dry run, which may lie within
 * another poll, also when it ended.
 */
export interface PollPlace {
  from: UnixMs
  dryTo: UnixMs | null
}

/**
 * What the polls of each source did, newest first and bounded, for who asks later. It is an aid: where it cannot be
 * written the log says so, and the poll goes on.
 */
export function createPollHistory(deps: {
  redis: Pick<Redis, 'callBuffer' | 'lrange'>
  keys: Keys
  now: () => UnixMs
  logger: Logger
}) {
  const { redis, now } = deps
  const recordPoll = createScript(redis, new URL('./record-poll.lua', import.meta.url))
  /** The newest entry of each source as this process has written it, which mostly spares a question. */
  const known = new Map<string, string>()

  async function write(sourceId: string, token: number | null, entry: PollEntry): Promise<void> {
    const { lease, state, polls } = deps.keys.source(sourceId)
    for (let tries = 0; tries < TRIES; tries++) {
      const before = known.get(sourceId) ?? ''
      const next = follow(before === '' ? null : unpackEntry(before), entry)
      const text = packEntry(next.entry)
      const reply = (await recordPoll(
        [lease, state, polls],
        [token ?? '', before, text, next.inPlace ? 1 : 0, KEPT_POLLS, now() - POLLS_KEPT_MS, POLLS_KEPT_MS],
      )) as unknown[]
      const [how, newest] = reply.map(replyText)
      if (how === 'CHANGED') known.set(sourceId, newest ?? '')
      if (how === 'OK') known.set(sourceId, text)
      if (how !== 'CHANGED') return
    }
  }

  /** Entries that are not too old, those that ended last first, some at a time. */
  async function* read(sourceId: string): AsyncGenerator<PollEntry> {
    let before: readonly string[] = []
    let later: PollEntry | null = null
    for (let from = 0; ; from += AT_ONCE) {
      const texts = await redis.lrange(deps.keys.source(sourceId).polls, from, from + AT_ONCE - 1)
      for (const text of texts) {
        // One that comes while they are read moves the others on.
        if (before.includes(text)) continue
        const entry = unpackEntry(text)
        if (entry === null || entry.to < now() - POLLS_KEPT_MS) continue
        const wasUnderWay: boolean = entry.outcome === 'under_way' && later !== null
        // A dry run had come in between, and the later entry of the same poll counts.
        if (wasUnderWay && later?.from === entry.from) continue
        if (!entry.dry_run) later = entry
        // Another poll began after it, so its process was gone.
        yield wasUnderWay ? { ...entry, outcome: 'stopped' } : entry
      }
      before = texts
      if (texts.length < AT_ONCE) return
    }
  }

  async function* readBehind(sourceId: string, place: PollPlace): AsyncGenerator<PollEntry> {
    const entries: PollEntry[] = []
    for await (const entry of read(sourceId)) entries.push(entry)
    yield* behind(place, entries)
  }

  return {
    /**
     * Never throws.
     *
     * @param token of the lease; null for a dry run, which has none
     */
    async record(sourceId: string, token: number | null, entry: PollEntry): Promise<void> {
      await write(sourceId, token, entry).catch((error: unknown) => {
        deps.logger.warn(
          { err: error, source: sourceId },
          'What this poll did could not be put into the history of polls.',
        )
      })
    },

    /** A page of the polls of a source that touch the period, those that ended last first. */
    async list(
      sourceId: string,
      page: { since: UnixMs | null; until: UnixMs | null; after: PollPlace | null; limit: number },
    ): Promise<{ data: PollEntry[]; next: PollPlace | null }> {
      const { since, until, after, limit } = page
      const data: PollEntry[] = []
      for await (const entry of after === null ? read(sourceId) : readBehind(sourceId, after)) {
        if (!touches(entry, since, until)) continue
        const last = data.at(-1)
        if (data.length === limit && last !== undefined) {
          return { data, next: placeOf(last) }
        }
        data.push(entry)
      }
      return { data, next: null }
    },
  }
}

export type PollHistory = ReturnType<typeof createPollHistory>

function placeOf({ from, to, dry_run }: PollEntry): PollPlace {
  return { from, dryTo: dry_run ? to : null }
}

/** What is listed behind a place. */
function behind(place: PollPlace, entries: readonly PollEntry[]): PollEntry[] {
  const at = entries.findLastIndex((entry) => {
    const { from, dryTo } = placeOf(entry)
    return from === place.from && dryTo === place.dryTo
  })
  if (at !== -1) return entries.slice(at + 1)
  // The entry itself has gone, as the oldest do: what is older than it was, if anything.
  const older = entries.findIndex(({ from, dry_run }) => !dry_run && from < place.from)
  return older === -1 ? [] : entries.slice(older)
}
