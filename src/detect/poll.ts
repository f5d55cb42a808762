import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { ListedPage, ListUsers } from '../elevenlabs/list-users.ts'
import { UpstreamError } from '../elevenlabs/upstream-error.ts'
import type { EventType, UnixMs } from '../types.ts'
import { beginIdentity } from './begin-identity.ts'
import { FencedError } from './commit-rows.ts'
import { FloodError } from './flood-gate.ts'
import { headScan, type PollJob } from './head-scan.ts'
import { identityOf } from './identity.ts'
import { SKEW_MS } from './is-due.ts'
import { withLease } from './lease.ts'
import { longScan } from './long-scan.ts'
import { longScanDue } from './long-scan-due.ts'
import { createPollNote, type Trouble } from './note-poll.ts'
import { dueAt, isNudged } from './nudged.ts'
import { pollDone, pollHeld, soFar } from './poll-done.ts'
import type { PollOutcome } from './poll-entry.ts'
import type { PollHistory } from './poll-history.ts'
import type { KeyedSource, PolledSource } from './polled-source.ts'
import type { Quarantine } from './quarantine.ts'
import { emptyResult, type ScanResult } from './scan-result.ts'
import type { LastPoll, ScanKind, SourceState } from './source-state.ts'
import type { DetectionStore } from './store.ts'
import type { WatermarkFiles } from './watermark-files.ts'

/** What a poll did. `busy`: another poller holds the lease. `waiting`: it is not due, or waits for a person. */
export interface PollReport {
  outcome: 'done' | 'failed' | 'busy' | 'waiting'
  kind: ScanKind
  requests: number
  rows: number
  events: Partial<Record<EventType, number>>
  duration_ms: number
  error: string | null
  /** When the next poll is due (unix ms); null where nothing was written down. */
  next_at: UnixMs | null
}

export interface PollOptions {
  /** Scan the whole list, now. */
  full?: boolean
  /** Poll although it is not due. */
  now?: boolean
  /** Compare and report, write nothing. */
  dryRun?: boolean
  signal?: AbortSignal
}

const TAKEN_OVER = 'The poll was stopped: ringpost stops, or another process has taken over.'

const NO_KEY =
  'The stored API key of this source cannot be decrypted: it was sealed with another master key. Bring that master key back, or set api_key again.'

const NEVER = new AbortController().signal

const NOTHING_TO_COMPARE =
  'The URL, key or filters have changed: the next poll takes a new baseline in silence, and there is nothing to compare before it.'

export type Poll = (source: PolledSource, options?: PollOptions) => Promise<PollReport>

export interface PollDeps {
  listUsers: ListUsers
  store: DetectionStore
  quarantine: Quarantine
  watermarks: Pick<WatermarkFiles, 'read' | 'write'>
  history: Pick<PollHistory, 'record'>
  fullScanIntervalMs: number
  leaseMs: number
  now: () => UnixMs
  random: () => number
  logger: Logger
  /** Waits within a poll; in place of a timer. */
  pause?: (ms: number) => Promise<void>
  /** Called as soon as a scan has written events of a source. */
  onEvents?: (sourceId: string) => void

  /** Told of how long after a call its event came (ms), where a head poll found it. */
  detected?: (lagMs: number) => void
}

/**
 * Makes the poll of DETECTION.md: a head poll from the top of the list, then the long scan that is due (a
 * baseline or a full scan). Never throws for what the upstream does: it is noted in the source's state and
 * told in the report.
 */
export function createPoll(deps: PollDeps): Poll {
  const { store, now } = deps
  const note = createPollNote(deps)

  return async function poll(source, options = {}) {
    const began = now()
    // It writes nothing, and must not hold up those who do: a dry full scan can take an hour.
    if (options.dryRun) return pollLeased(source, options, { token: 0, lost: NEVER, began })
    const report = await withLease(store, source.id, deps.leaseMs, async (token, lost) => {
      try {
        return await pollLeased(source, options, { token, lost, began })
      } catch (error) {
        if (error instanceof FencedError) return { ...idle('failed'), error: TAKEN_OVER }
        throw error
      }
    })
    return report ?? idle('busy')
  }

  async function pollLeased(
    source: PolledSource,
    options: PollOptions,
    lease: { token: number; lost: AbortSignal; began: UnixMs },
  ): Promise<PollReport> {
    const { token, lost, began } = lease
    if (!hasKey(source)) {
      return options.dryRun ? { ...idle('failed'), error: NO_KEY } : noteNoKey(source, token, began)
    }
    const changed = options.dryRun ? await identityChanged(source) : false
    if (changed) return { ...idle('failed'), error: NOTHING_TO_COMPARE }
    const state = options.dryRun ? await store.readState(source.id) : await beginIdentity(deps, source, token)
    const due = isAhead(state.last_poll, began) ? 0 : dueAt(state)
    if (!options.now && !options.dryRun && due > began) return { ...idle('waiting'), next_at: due }
    if (state.attention?.kind === 'flood' && !options.dryRun) {
      const { attention } = state
      const held = pollHeld({ attention, began, ended: now(), intervalMs: source.intervalMs })
      await deps.history.record(source.id, token, held)
      return options.now ? { ...idle('failed'), error: state.attention.message } : idle('waiting')
    }
    const signal = AbortSignal.any([lost, ...(options.signal ? [options.signal] : [])])
    return pollWithLease({ source, token, state, options, began, signal })
  }

  function idle(outcome: 'busy' | 'waiting' | 'failed'): PollReport {
    return {
      outcome,
      kind: 'head',
      requests: 0,
      rows: 0,
      events: {},
      duration_ms: 0,
      error: null,
      next_at: null,
    }
  }

  /** Whether the next poll would drop what is known and begin anew. */
  async function identityChanged(source: KeyedSource): Promise<boolean> {
    const { identity } = await store.readState(source.id)
    return identity !== undefined && identity !== identityOf(source)
  }

  /** Nothing can be asked without a key, and everything that is known stays. */
  async function noteNoKey(source: PolledSource, token: number, began: UnixMs): Promise<PollReport> {
    const trouble = new UpstreamError('key', NO_KEY)
    const next_at = await note({
      source,
      token,
      began,
      kind: 'head',
      total: emptyResult(),
      trouble,
      nudged: false,
      stopped: false,
    })
    return { ...idle('failed'), error: trouble.message, next_at }
  }

  async function pollWithLease(at: {
    source: KeyedSource
    token: number
    state: SourceState
    options: PollOptions
    began: UnixMs
    signal: AbortSignal
  }): Promise<PollReport> {
    const { source, token, state, options, signal } = at
    const dry = options.dryRun === true
    const total = emptyResult()
    const job: PollJob = {
      source,
      token,
      store,
      total,
      atWork: new Set(),
      dry,
      signal,
      logger: deps.logger,
      scanDeps: scanDeps(source, signal),
    }
    let kind: ScanKind = state.baseline_started === undefined ? 'baseline' : 'head'
    let trouble: Trouble | null = null
    try {
      // A dry full scan would count twice what it and the head poll both find.
      if (kind === 'head' && !(dry && options.full)) kind = await headScan(job)
      const long = longScanDue({ source, state, options, everyMs: deps.fullScanIntervalMs, now: now() })
      if (long !== null) {
        kind = long
        await longScan({
          ...job,
          kind: long,
          isListed: (userId) => isListed(source, userId, signal),
          goesOn: () => tell(soFar(job), 'under_way'),
        })
      }
    } catch (error) {
      if (error instanceof FencedError || signal.aborted) {
        await tell(soFar(job), 'stopped')
        return reportOf('failed', TAKEN_OVER, null)
      }
      if (!(error instanceof UpstreamError || error instanceof FloodError)) {
        if (!dry) await noteUnexpected(error)
        throw error
      }
      trouble = error
    }
    const outcome = trouble === null ? 'done' : 'failed'
    if (dry) {
      await tell(total)
      return reportOf(outcome, trouble?.message ?? null, null)
    }
    try {
      const nextAt = await note({
        ...at,
        kind,
        total,
        trouble,
        nudged: isNudged(state),
        stopped: signal.aborted,
      })
      return reportOf(outcome, trouble?.message ?? null, nextAt)
    } catch (error) {
      if (error instanceof FencedError) return reportOf('failed', TAKEN_OVER, null)
      throw error
    }

    /** What is nobody's fault but ours is told like a failure of upstream, where Redis still takes it down. */
    async function noteUnexpected(error: unknown): Promise<void> {
      const why = error instanceof Error ? error.message : String(error)
      const unexpected = new UpstreamError(
        'passing',
        `ringpost could not carry the poll through: ${why.replace(/\.$/, '')}. Its log has more.`,
      )
      await note({ ...at, kind, total, trouble: unexpected, nudged: false, stopped: false }).catch(
        () => undefined,
      )
    }

    /** Puts what it has done into the history, where nothing else does. */
    function tell(done: ScanResult, outcome?: PollOutcome): Promise<void> {
      const entry = pollDone({
        ...at,
        kind,
        total: done,
        trouble,
        stopped: false,
        ended: now(),
        next: null,
        dry,
      })
      return deps.history.record(source.id, dry ? null : token, { ...entry, ...(outcome ? { outcome } : {}) })
    }

    function reportOf(how: PollReport['outcome'], error: string | null, next_at: UnixMs | null): PollReport {
      const { requests, rows, events } = total
      return { outcome: how, kind, requests, rows, events, duration_ms: now() - at.began, error, next_at }
    }
  }

  function scanDeps(source: KeyedSource, signal: AbortSignal) {
    return {
      listPage: (cursor: string | null, onCursor?: (cursor: string) => void): Promise<ListedPage> =>
        deps.listUsers({ ...source, cursor }, signal, onCursor),
      store,
      quarantine: (rows: ListedPage['unreadable']) => deps.quarantine.add(source.id, rows),
      now,
      pause: deps.pause ?? ((ms: number) => wait(ms, undefined, { signal }).catch(() => undefined)),
      onEvents: () => deps.onEvents?.(source.id),

      detected: deps.detected,
    }
  }

  /** Whether upstream lists this very user, asked by name. */
  async function isListed(source: KeyedSource, userId: string, signal: AbortSignal): Promise<boolean> {
    const page = await deps.listUsers({ ...source, cursor: null, search: userId }, signal)
    return page.rows.some((row) => row.user_id === userId) || page.unreadable.length > 0
  }
}

/** Whether the last poll was by a clock that was wrong, and what it has planned with it. */
function isAhead(last: LastPoll | undefined, now: UnixMs): boolean {
  return last !== undefined && Date.parse(last.at) > now + SKEW_MS
}

function hasKey(source: PolledSource): source is KeyedSource {
  return source.apiKey !== null
}
