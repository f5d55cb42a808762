import type { Logger } from 'pino'
import type { GetConversation } from '../elevenlabs/get-conversation.ts'
import { type Conversation, isComplete } from '../elevenlabs/read-conversation.ts'
import { UpstreamError } from '../elevenlabs/upstream-error.ts'
import type { Outbox, OutboxEntry } from '../outbox/outbox.ts'
import type { UnixMs } from '../types.ts'
import { askedUntil } from './hold.ts'
import type { InTurn } from './turns.ts'

/** Events looked at at once. */
const PAGE = 100
/** When a conversation that is not there, or not complete, is asked for again (ms after the time before). */
const ASK_AGAIN_MS = [500, 1_000, 2_000]
/** How long one request may take (ms). */
const DEADLINE_MS = 5_000
/** When somebody else's turn is looked at again (ms): it may end as an event comes that it has not seen. */
const NOT_MY_TURN_MS = 500
/** How long nothing is looked at while everything waits (ms): events may have come meanwhile. */
const LONGEST_PAUSE_MS = 250

/** How an event's wait for its conversation ended. */
export type Enrichment = 'complete' | 'partial' | 'none'

/** One conversation that events wait for. */
interface Wanted {
  /** When it was first looked at (unix ms). */
  seen: UnixMs
  /** When it is to be asked for. */
  at: UnixMs
  tries: number
  /** The last that was got of it. */
  best: Conversation | null
  /** There is nothing more to get. */
  over: boolean
}

/**
 * Makes what gives the events of a source their conversations: those that the relay holds back are asked for, one
 * request at a time, and each event is settled with what there is when its conversation is complete or its time is
 * up. That no event waits longer is the relay's to see to, whatever becomes of this. What was asked for is in memory only: after a crash it is asked for again, and what was settled stays.
 */
export function createEnrichSource<Record extends { id: string; enrich?: boolean }>(deps: {
  outbox: Pick<Outbox, 'unrelayed' | 'settle'>
  sources: {
    find: (id: string) => Promise<Record | null>
    toPoll: (source: Record) => { baseUrl: string; apiKey: string | null }
  }
  getConversation: GetConversation
  inTurn: InTurn
  /** Asks for this again after a time (ms). */
  enrichSoon: (sourceId: string, delayMs: number) => Promise<void>
  /** Tells the relay that events are ready. */
  relayNow: (sourceId: string) => Promise<void>
  countRequest: (sourceId: string) => Promise<void>
  now: () => UnixMs
  pause: (ms: number, signal: AbortSignal) => Promise<void>
  logger: Logger
  /** Told of each event. */
  enriched?: (outcome: Enrichment) => void
}) {
  const { outbox, now } = deps

  return async function enrichSource(sourceId: string, signal: AbortSignal): Promise<void> {
    if (await deps.inTurn(sourceId, () => enrichAll(sourceId, signal))) return
    if (!signal.aborted) await deps.enrichSoon(sourceId, NOT_MY_TURN_MS)
  }

  async function enrichAll(sourceId: string, signal: AbortSignal): Promise<void> {
    const wanted = new Map<string, Wanted>()
    /** Upstream asked to be left alone until then, or for good. */
    let quietUntil: UnixMs = 0

    while (!signal.aborted) {
      const waiting = (await outbox.unrelayed(sourceId, PAGE)).filter(({ undecided }) => undecided)
      if (waiting.length === 0) return
      const source = await deps.sources.find(sourceId)
      const { baseUrl = '', apiKey = null } = source?.enrich ? deps.sources.toPoll(source) : {}
      const open = waiting.map((entry) => ({ entry, want: wantOf(entry) }))
      const ready = open.filter(
        ({ entry, want }) => apiKey === null || want.over || now() >= askedUntil(entry.streamId, want.seen),
      )
      for (const { entry, want } of ready) await settle(entry, want)
      if (ready.length > 0) {
        await deps.relayNow(sourceId)
        continue
      }
      const due = open.find(({ want }) => Math.max(want.at, quietUntil) <= now())
      if (due !== undefined && apiKey !== null) {
        const until = askedUntil(due.entry.streamId, due.want.seen)
        await ask(due.want, { baseUrl, apiKey, conversationId: conversationIdOf(due.entry) }, until)
        continue
      }
      const next = Math.min(
        ...open.map(({ entry, want }) =>
          Math.min(Math.max(want.at, quietUntil), askedUntil(entry.streamId, want.seen)),
        ),
      )
      await deps.pause(Math.min(LONGEST_PAUSE_MS, Math.max(1, next - now())), signal)
    }

    /** Events of one conversation, such as a first call that is a milestone too, share it. */
    function wantOf(entry: OutboxEntry): Wanted {
      const id = conversationIdOf(entry)
      const there = wanted.get(id)
      if (there) return there
      const want: Wanted = { seen: now(), at: now(), tries: 0, best: null, over: false }
      wanted.set(id, want)
      return want
    }

    async function ask(want: Wanted, query: Parameters<GetConversation>[0], until: UnixMs): Promise<void> {
      const deadlineMs = Math.max(1, Math.min(DEADLINE_MS, until - now()))
      const fields = { source: sourceId, conversation: query.conversationId }
      try {
        // Counted before it is answered: a failed request is a request.
        await deps.countRequest(sourceId)
        const found = await deps.getConversation(query, { deadlineMs, signal })
        want.best = found ?? want.best
        want.over = found !== null && isComplete(found)
      } catch (error) {
        if (!(error instanceof UpstreamError)) throw error
        deps.logger.debug({ ...fields, err: error }, 'a conversation could not be had')
        if (error.retryAfterMs !== null) quietUntil = now() + error.retryAfterMs
        // Nothing that could pass within the time there is.
        if (error.kind === 'key' || error.kind === 'gone' || error.kind === 'request') {
          want.over = true
          deps.logger.warn(fields, `An event goes out without its conversation: ${error.message}`)
        }
      }
      want.at = now() + (ASK_AGAIN_MS[Math.min(want.tries++, ASK_AGAIN_MS.length - 1)] ?? 0)
    }

    async function settle(entry: OutboxEntry, { best }: Wanted): Promise<void> {
      await outbox.settle(sourceId, entry.streamId, best)
      deps.enriched?.(best === null ? 'none' : isComplete(best) ? 'complete' : 'partial')
    }
  }
}

export type EnrichSource = ReturnType<typeof createEnrichSource>

function conversationIdOf({ event }: OutboxEntry): string {
  const { user } = event.data as { user?: { last_contact_conversation_id?: string | null } }
  return user?.last_contact_conversation_id ?? ''
}
