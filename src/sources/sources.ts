import type { PolledSource } from '../detect/polled-source.ts'
import { RingpostError } from '../errors.ts'
import type { Records } from '../redis/records.ts'
import type { UnixMs } from '../types.ts'

/** What a source is made from; the key is in clear text. */
export interface SourceInput {
  id: string
  name: string
  base_url: string
  api_key: string
  agent_id: string | null
  branch_id: string | null
  poll_interval_ms: number
  overlap_ms: number
  /** Counts to announce; empty for 5, 10, 25, 50, 100, 250, … */
  milestones: number[]
  /** A rise after a longer silence is `user.returned`. */
  returned_after_ms: number
  /** Below it a recent sentiment is a drop; null where nobody wants to know. */
  sentiment_threshold: number | null
}

/** What a source is judged by where nothing else is said. */
export const SOURCE_DEFAULTS = {
  milestones: [] as number[],
  returned_after_ms: 30 * 86_400_000,
  sentiment_threshold: null,
}

/** A source as it is stored: `api_key` is sealed with the master key. */
export interface SourceRecord extends SourceInput {
  paused: boolean
  created_at: string
}

interface Vault {
  seal(plaintext: string, context: string): string
  open(sealed: string, context: string): string
}

/** Sources: which lists are polled, and how often. */
export function createSources(deps: { records: Records<SourceRecord>; vault: Vault; now: () => UnixMs }) {
  const { records, vault } = deps
  const context = (id: string) => `source:${id}:api_key`

  return {
    async get(id: string): Promise<SourceRecord> {
      const source = await records.get(id)
      if (source === null) {
        throw new RingpostError('not_found', `There is no source ${id}. GET /v1/sources lists them.`)
      }
      return source
    },

    find: (id: string): Promise<SourceRecord | null> => records.get(id),

    /** Oldest first. */
    async list(): Promise<SourceRecord[]> {
      const all = await records.all()
      return all.sort((a, b) => (a.created_at + a.id < b.created_at + b.id ? -1 : 1))
    },

    /** Creates the source, or brings what is stored in line with the input. */
    async put(input: SourceInput): Promise<SourceRecord> {
      const { id } = input
      const stored = await records.update(id, (before) => ({
        ...input,
        api_key: vault.seal(input.api_key, context(id)),
        paused: before?.paused ?? false,
        created_at: before?.created_at ?? new Date(deps.now()).toISOString(),
      }))
      if (stored === null) throw new Error('A source that was just stored is gone.')
      return stored
    },

    /**
     * Seals every key anew, for a vault that seals with another key than it once did.
     *
     * @param onEach after each source
     */
    async reseal(onEach: (id: string) => void | Promise<void>): Promise<void> {
      for (const { id } of await records.all()) {
        await records.update(id, (before) => {
          if (before === null) return undefined
          return { ...before, api_key: vault.seal(vault.open(before.api_key, context(id)), context(id)) }
        })
        await onEach(id)
      }
    },

    /** The source as the poller needs it, with its key in clear text. */
    toPoll(source: SourceRecord): PolledSource {
      return {
        id: source.id,
        name: source.name,
        baseUrl: source.base_url,
        apiKey: vault.open(source.api_key, context(source.id)),
        agentId: source.agent_id,
        branchId: source.branch_id,
        intervalMs: source.poll_interval_ms,
        overlapMs: source.overlap_ms,
        milestones: source.milestones,
        returnedAfterMs: source.returned_after_ms,
        sentimentThreshold: source.sentiment_threshold,
      }
    },
  }
}

export type Sources = ReturnType<typeof createSources>
