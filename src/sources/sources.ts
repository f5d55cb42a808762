import { formatDuration } from '../config/duration.ts'
import type { PolledSource } from '../detect/polled-source.ts'
import { RingpostError } from '../errors.ts'
import { randomId } from '../ids.ts'
import type { Records } from '../redis/records.ts'
import type { UnixMs } from '../types.ts'

/** Which list: a change of any of these starts a new baseline. */
export interface Connection {
  base_url: string
  /** In clear text here, sealed in the record. */
  api_key: string
  agent_id: string | null
  branch_id: string | null
}

/** How the list is polled and what is told of it. */
export interface SourceSettings {
  name: string
  /** Null: the process's default, RINGPOST_POLL_INTERVAL. */
  poll_interval_ms: number | null
  /** Null: the process's default where the interval is too, else twice the interval, at least two minutes. */
  overlap_ms: number | null
  /** Counts to announce; null for 5, 10, 25, 50, 100, 250, … */
  milestones: number[] | null
  /** A rise after a longer silence is `user.returned`. */
  returned_after_ms: number
  /** Below it a recent sentiment is a drop; null where nobody wants to know. */
  sentiment_threshold: number | null
  /** Verifies nudges; in clear text here, sealed in the record. Null: none are taken. Absent in older records. */
  nudge_secret?: string | null
  /** Events wait for their conversation. Absent in older records. */
  enrich?: boolean
  paused: boolean
}

export type SourceInput = Connection & SourceSettings

/** What a source is judged by where nothing else is said. */
export const SOURCE_DEFAULTS = {
  poll_interval_ms: null,
  overlap_ms: null,
  milestones: null,
  returned_after_ms: 30 * 86_400_000,
  sentiment_threshold: null,
  nudge_secret: null,
  enrich: false,
  paused: false,
} as const satisfies Omit<SourceSettings, 'name'>

/** A source that the configuration makes: its connection is the configuration's, the rest is people's. */
export interface ManagedSource extends Connection {
  id: string
  /** Only for its creation. */
  name: string
}

/** A source as it is stored: its secrets are sealed with the master key, and gone once the source is deleted. */
export interface SourceRecord extends SourceInput {
  id: string
  managed_by: 'environment' | 'api'
  created_at: string
  /** Set when deleted: hidden, and kept until its events have left the log. */
  deleted_at: string | null
}

/** Those that were deleted and are not forgotten yet among them. All of them are read at once, about a kilobyte each. */
export const MOST_SOURCES = 10_000

const CONNECTION_FIELDS = ['base_url', 'api_key', 'agent_id', 'branch_id'] as const
const LEAST_OVERLAP_MS = 120_000

interface Vault {
  seal(plaintext: string, context: string): string
  open(sealed: string, context: string): string
}

/** Sources: which lists are polled, and how often. */
export function createSources(deps: {
  records: Records<SourceRecord>
  vault: Vault
  /** What a source that does not say otherwise is polled by. */
  defaults: { pollIntervalMs: number; overlapMs: number }
  now: () => UnixMs
  /** What is managed is the demo's, and no variable sets it. */
  demo?: boolean
}) {
  const { records, vault } = deps
  const ofEnvironment = deps.demo ? ofDemo : ofVariables
  const context = (id: string) => `source:${id}:api_key`
  const seal = (id: string, key: string) => vault.seal(key, context(id))
  const nudgeContext = (id: string) => `source:${id}:nudge_secret`
  const sealNudge = (id: string, secret: string | null) =>
    secret === null ? null : vault.seal(secret, nudgeContext(id))

  async function find(id: string): Promise<SourceRecord | null> {
    const source = await records.get(id)
    return source === null || source.deleted_at !== null ? null : source
  }

  async function get(id: string): Promise<SourceRecord> {
    const source = await find(id)
    if (source === null) throw unknownSource(id)
    return source
  }

  function paceOf(source: Pick<SourceSettings, 'poll_interval_ms' | 'overlap_ms'>) {
    const { poll_interval_ms: own, overlap_ms } = source
    const intervalMs = own ?? deps.defaults.pollIntervalMs
    const usual = own === null ? deps.defaults.overlapMs : Math.max(2 * own, LEAST_OVERLAP_MS)
    return { intervalMs, overlapMs: overlap_ms ?? usual }
  }

  /** The stored key in clear text; null where the master key cannot open it. */
  function openKey(source: SourceRecord): string | null {
    try {
      return vault.open(source.api_key, context(source.id))
    } catch {
      return null
    }
  }

  /** What nudges are verified with, in clear text; null where there is none or the master key cannot open it. */
  function nudgeSecret(source: SourceRecord): string | null {
    if (!source.nudge_secret) return null
    try {
      return vault.open(source.nudge_secret, nudgeContext(source.id))
    } catch {
      return null
    }
  }

  return {
    /** @throws RingpostError `not_found` */
    get,

    nudgeSecret,

    /** What is managed is the demo's. */
    isDemo: deps.demo === true,

    /** Null where there is none, or it is deleted. */
    find,

    /** How often it is polled, and how far below the watermark it is read, whoever said so (ms). */
    paceOf,

    /** Oldest first. */
    async list(): Promise<SourceRecord[]> {
      const all = (await records.all()).filter((source) => source.deleted_at === null)
      return all.sort((a, b) => (a.created_at + a.id < b.created_at + b.id ? -1 : 1))
    },

    /** Also the deleted ones, whose events are still in the log. */
    everKnown: (): Promise<SourceRecord[]> => records.all(),

    /** Of all of those. */
    ids: (): Promise<string[]> => records.ids(),

    /** @param id one of its own choice; a source that has it already is left as it is */
    async create(input: SourceInput, id = randomId('src')): Promise<SourceRecord> {
      refuseShortOverlap(paceOf(input))
      await records.refuseMore('sources', MOST_SOURCES)
      const source: SourceRecord = {
        ...input,
        id,
        api_key: seal(id, input.api_key),
        nudge_secret: sealNudge(id, input.nudge_secret ?? null),
        managed_by: 'api',
        created_at: new Date(deps.now()).toISOString(),
        deleted_at: null,
      }
      return (await records.update(id, (before) => (before === null ? source : undefined))) ?? source
    },

    /**
     * Changes what is given and leaves the rest.
     *
     * @returns the source, and whether its list is another one now
     * @throws RingpostError `not_found`, `conflict` for what the environment decides
     */
    async patch(
      id: string,
      input: Partial<SourceInput>,
    ): Promise<{ source: SourceRecord; before: SourceRecord; reconnected: boolean }> {
      const seen: { before?: SourceRecord } = {}
      let reconnected = false
      const source = await records.update(id, (stored) => {
        if (stored === null || stored.deleted_at !== null) return undefined
        seen.before = stored
        const changed = changedConnection(stored, input, openKey(stored))
        if (changed.length > 0 && stored.managed_by === 'environment') throw ofEnvironment(id, changed)
        reconnected = changed.length > 0
        const patched = {
          ...stored,
          ...input,
          api_key: changed.includes('api_key') ? seal(id, input.api_key ?? '') : stored.api_key,
          nudge_secret:
            input.nudge_secret === undefined
              ? (stored.nudge_secret ?? null)
              : sealNudge(id, input.nudge_secret),
        }
        refuseShortOverlap(paceOf(patched))
        return patched
      })
      if (source === null || seen.before === undefined) throw unknownSource(id)
      return { source, before: seen.before, reconnected }
    },

    /** Creates the configuration's source, or brings its connection in line, and leaves what people set. */
    async keep(managed: ManagedSource): Promise<SourceRecord> {
      const { id, name, ...connection } = managed
      const stored = await records.update(id, (before) => {
        const kept = before === null || before.deleted_at !== null ? null : before
        if (
          kept?.managed_by === 'environment' &&
          changedConnection(kept, connection, openKey(kept)).length === 0
        )
          return undefined
        return {
          ...SOURCE_DEFAULTS,
          name,
          created_at: new Date(deps.now()).toISOString(),
          ...kept,
          ...connection,
          id,
          api_key: seal(id, connection.api_key),
          managed_by: 'environment',
          deleted_at: null,
        }
      })
      if (stored === null) throw new Error('A source that was just stored is gone.')
      return stored
    },

    /**
     * Leaves to people what the environment has made and names no more. It is polled on with the key that it
     * has, and can be changed and deleted from now on.
     *
     * @param named ids of what the environment names
     * @returns ids of what was left
     */
    async release(named: readonly string[]): Promise<string[]> {
      const left = (await records.all()).filter(
        ({ id, managed_by, deleted_at }) =>
          managed_by === 'environment' && deleted_at === null && !named.includes(id),
      )
      for (const { id } of left) {
        await records.update(id, (source) =>
          source?.managed_by === 'environment' ? { ...source, managed_by: 'api' } : undefined,
        )
      }
      return left.map(({ id }) => id)
    },

    /**
     * Hides a source and wipes its secrets. Its events stay, until the retention ends.
     *
     * @throws RingpostError `not_found`, `conflict` for a source of the environment
     */
    async delete(id: string): Promise<void> {
      await get(id)
      await records.update(id, (source) => {
        if (source === null || source.deleted_at !== null) return undefined
        if (source.managed_by === 'environment') throw ofEnvironment(id, ['api_key'])
        const deleted_at = new Date(deps.now()).toISOString()
        return { ...source, api_key: '', nudge_secret: null, paused: true, deleted_at }
      })
    },

    /** Forgets a deleted source altogether. */
    async forget(id: string): Promise<void> {
      await records.update(id, (source) => (source?.deleted_at ? null : undefined))
    },

    /**
     * Seals every key and every nudge's secret anew, for a vault that seals with another master key than it once did.
     *
     * @param onEach after each source
     */
    async reseal(onEach: (id: string) => void | Promise<void>): Promise<void> {
      for (const { id } of await records.all()) {
        await records.update(id, (before) => {
          if (before === null || before.api_key === '') return undefined
          const nudge = before.nudge_secret ? vault.open(before.nudge_secret, nudgeContext(id)) : null
          return {
            ...before,
            api_key: seal(id, vault.open(before.api_key, context(id))),
            nudge_secret: sealNudge(id, nudge),
          }
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
        apiKey: openKey(source),
        agentId: source.agent_id,
        branchId: source.branch_id,
        ...paceOf(source),
        milestones: source.milestones,
        returnedAfterMs: source.returned_after_ms,
        sentimentThreshold: source.sentiment_threshold,
        enrich: source.enrich ?? false,
      }
    },
  }
}

export type Sources = ReturnType<typeof createSources>

function changedConnection(
  stored: SourceRecord,
  input: Partial<Connection>,
  storedKey: string | null,
): (keyof Connection)[] {
  const now: Record<keyof Connection, string | null> = { ...stored, api_key: storedKey }
  return CONNECTION_FIELDS.filter((field) => input[field] !== undefined && input[field] !== now[field])
}

/** What sets the connection of the environment's source. */
export const VARIABLES: Record<keyof Connection, string> = {
  base_url: 'ELEVENLABS_BASE_URL',
  api_key: 'ELEVENLABS_API_KEY',
  agent_id: 'ELEVENLABS_AGENT_ID',
  branch_id: 'ELEVENLABS_BRANCH_ID',
}

function ofVariables(id: string, fields: readonly (keyof Connection)[]): RingpostError {
  const names = fields.map((field) => VARIABLES[field]).join(', ')
  return new RingpostError(
    'conflict',
    `Source ${id} is made by the environment: change or unset ${names} there and start ringpost again. It can be paused here.`,
    { fields: fields.map((path) => ({ path, message: `is set by ${VARIABLES[path]}` })) },
  )
}

/** Why nothing of the demo's source can be set; completes "<source> …". */
export const OF_DEMO =
  "is the demo's: add one of your own beside it, or start ringpost with ELEVENLABS_API_KEY, which ends the demo"

function ofDemo(id: string, fields: readonly (keyof Connection)[]): RingpostError {
  return new RingpostError('conflict', `Source ${id} ${OF_DEMO}. It can be paused here.`, {
    fields: fields.map((path) => ({ path, message: 'is set by the demo' })),
  })
}

/** What is wrong with an overlap; null where nothing is. */
export function overlapProblem(pace: { intervalMs: number; overlapMs: number }): string | null {
  const { overlapMs, intervalMs } = pace
  if (overlapMs >= intervalMs) return null
  return `must be at least as long as poll_interval: that is ${formatDuration(intervalMs)}, and this ${formatDuration(overlapMs)}`
}

function refuseShortOverlap(pace: { intervalMs: number; overlapMs: number }): void {
  const message = overlapProblem(pace)
  if (message === null) return
  throw new RingpostError('bad_request', `overlap ${message}.`, { fields: [{ path: 'overlap', message }] })
}

function unknownSource(id: string): RingpostError {
  return new RingpostError('not_found', `There is no source ${id}. GET /v1/sources lists them.`)
}
