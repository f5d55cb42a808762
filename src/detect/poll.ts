import { hash } from 'node:crypto'
import type { Logger } from 'pino'
import type { ListedPage, ListUsers } from '../elevenlabs/list-users.ts'
import { UpstreamError } from '../elevenlabs/upstream-error.ts'
import type { EventType, UnixMs, UnixSecs } from '../types.ts'
import { backoff } from './backoff.ts'
import { withLease } from './lease.ts'
import type { Quarantine } from './quarantine.ts'
import { emptyResult, FencedError, runScan, type ScanPlan, type ScanResult } from './scan.ts'
import { type LastPoll, laterWatermark, type ScanKind, type SourceState } from './source-state.ts'
import type { DetectionStore, StateChange } from './store.ts'

/** What the poller needs to know of a source; the key is in clear text. */
export interface PolledSource {
  id: string
  name: string
  baseUrl: string
  apiKey: string
  agentId: string | null
  branchId: string | null
  intervalMs: number
  overlapMs: number
}

/** What a poll did. `outcome: busy` where another poller holds the source's lease. */
export interface PollReport {
  outcome: 'done' | 'failed' | 'busy' | 'waiting'
  kind: ScanKind
  requests: number
  rows: number
  events: Partial<Record<EventType, number>>
  duration_ms: number
  error: string | null
}

export interface PollOptions {
  /** Scan the whole list, now. */
  full?: boolean
  /** Poll although the source waits after a failure. */
  now?: boolean
  signal?: AbortSignal
}

export type Poll = (source: PolledSource, options?: PollOptions) => Promise<PollReport>

/**
 * Makes the poll of DETECTION.md: a head poll from the top of the list, then whatever is left of the time
 * until the next one for the long scan that is due (a baseline or a full scan, resumable page by page).
 * Never throws for what the upstream does: it is noted in the source's state and in the report.
 */
export function createPoll(deps: {
  listUsers: ListUsers
  store: DetectionStore
  quarantine: Quarantine
  fullScanIntervalMs: number
  leaseMs: number
  now: () => UnixMs
  random: () => number
  logger: Logger
}): Poll {
  const { store, now } = deps

  return async function poll(source, options = {}) {
    const began = now()
    const report = await withLease(store, source.id, deps.leaseMs, async (token, lost) => {
      const state = await beginIdentity(source, token)
      if (!options.now && state.not_before > began) return idle('waiting')
      const giveUp = AbortSignal.any([lost, ...(options.signal ? [options.signal] : [])])
      return pollWithLease({ source, token, state, options, began, giveUp })
    })
    return report ?? idle('busy')
  }

  function idle(outcome: 'busy' | 'waiting'): PollReport {
    return { outcome, kind: 'head', requests: 0, rows: 0, events: {}, duration_ms: 0, error: null }
  }

  /** A new source, or one whose URL, key or filters have changed, begins with a new baseline. */
  async function beginIdentity(source: PolledSource, token: number): Promise<SourceState> {
    const state = await store.readState(source.id)
    const identity = identityOf(source)
    if (state.identity === identity) return state
    if (state.identity !== undefined) {
      deps.logger.warn(
        { source: source.id },
        'The URL, key or filters of this source have changed: a new baseline is taken, and no alerts are sent for it.',
      )
    }
    fenced(await store.startOver(source.id, token, identity, state.identity !== undefined))
    return store.readState(source.id)
  }

  async function pollWithLease(job: {
    source: PolledSource
    token: number
    state: SourceState
    options: PollOptions
    began: UnixMs
    giveUp: AbortSignal
  }): Promise<PollReport> {
    const { source, began, giveUp } = job
    const result = emptyResult()
    let kind: ScanKind = job.state.baseline_started === undefined ? 'baseline' : 'head'
    let error: UpstreamError | null = null
    try {
      if (kind === 'head') await headPoll(job, result)
      const state = kind === 'head' ? await store.readState(source.id) : job.state
      const long = longScanDue(state, job.options)
      if (long) {
        kind = long
        await longScan({ ...job, state, kind: long }, result)
      }
    } catch (cause) {
      if (cause instanceof FencedError || (giveUp.aborted && !(cause instanceof UpstreamError))) {
        return {
          ...summary('failed'),
          error: 'The poll was stopped: another process has taken over, or ringpost stops.',
        }
      }
      if (!(cause instanceof UpstreamError)) throw cause
      if (giveUp.aborted)
        return { ...summary('failed'), error: 'The poll was stopped because ringpost stops.' }
      error = cause
    }
    await note({ ...job, kind, result, error })
    return { ...summary(error ? 'failed' : 'done'), error: error?.message ?? null }

    function summary(outcome: PollReport['outcome']): PollReport {
      const { requests, rows, events } = result
      return { outcome, kind, requests, rows, events, duration_ms: now() - began, error: null }
    }
  }

  /** Which long scan this poll goes on with, if any. */
  function longScanDue(state: SourceState, options: PollOptions): 'baseline' | 'full' | null {
    if (state.mode === 'baseline') return 'baseline'
    const due = now() - (state.last_full_scan ?? 0) >= deps.fullScanIntervalMs
    return options.full || state.scan_kind === 'full' || due ? 'full' : null
  }

  async function headPoll(
    job: { source: PolledSource; token: number; state: SourceState; giveUp: AbortSignal },
    result: ScanResult,
  ): Promise<void> {
    const { source, token, state } = job
    const { watermark, baseline_started = 0 } = state
    const scanned = await runScan(
      scanDeps(source, job.giveUp),
      {
        source,
        token,
        cursor: null,
        watermark,
        epoch: state.epoch,
        floor: watermark === undefined ? null : watermark - Math.ceil(source.overlapMs / 1000),
        announce: () =>
          state.mode === 'live'
            ? { everyone: true }
            : { everyone: false, firstContactAfter: baseline_started },
        mayBeEmpty: state.known_users === 0,
        giveWay: () => job.giveUp.aborted,
      },
      result,
    )
    if (!scanned.complete) return
    if (!scanned.newestFirst) {
      deps.logger.warn(
        { source: source.id },
        'The upstream list was not newest first; the whole of it was read.',
      )
    }
    fenced(await store.finishScan(source.id, token, watermark, scanned.top, {}))
  }

  /** A baseline or a full scan, from where it has got to until it is complete or the next head poll is due. */
  async function longScan(
    job: {
      source: PolledSource
      token: number
      state: SourceState
      options: PollOptions
      began: UnixMs
      giveUp: AbortSignal
      kind: 'baseline' | 'full'
    },
    result: ScanResult,
  ): Promise<void> {
    const { source, token, state, kind } = job
    const resumed = state.scan_kind === kind ? (state.scan_cursor ?? null) : null
    let { watermark, baseline_started } = state
    const plan: ScanPlan = {
      source,
      token,
      cursor: resumed,
      floor: null,
      epoch: state.epoch,
      watermark: kind === 'full' ? watermark : undefined,
      announce: (page) => {
        baseline_started ??= page.serverTime
        return kind === 'full' ? { everyone: true } : { everyone: false, firstContactAfter: baseline_started }
      },
      mayBeEmpty: state.known_users === 0,
      progress: (page, top) => {
        const set: StateChange['set'] = { scan_kind: kind }
        if (page.nextCursor !== null) set.scan_cursor = page.nextCursor
        // The first page of a baseline fixes what "new" means, together with what it recorded.
        if (state.baseline_started === undefined && baseline_started !== undefined) {
          set.baseline_started = baseline_started
          watermark ??= top ?? baseline_started
          set.watermark = watermark
        }
        return { set }
      },
      giveWay: () => job.giveUp.aborted || (!job.options.full && now() - job.began >= source.intervalMs),
    }
    const scanned = await runScan(scanDeps(source, job.giveUp), plan, result)
    if (!scanned.complete) return
    const top = laterWatermark(watermark, resumed === null ? scanned.top : null)
    const done: StateChange = { set: { last_full_scan: now() }, delete: ['scan_kind', 'scan_cursor'] }
    if (kind === 'baseline') {
      const known = (await store.readState(source.id)).known_users
      // An empty list may be a passing mistake; it is believed when it is seen twice.
      if (known === 0 && state.empty_baselines === 0) done.set = { empty_baselines: 1 }
      else done.set = { ...done.set, mode: 'live' }
      deps.logger.info({ source: source.id, known_users: known }, 'Baseline recorded, no alerts sent')
    }
    fenced(await store.finishScan(source.id, token, watermark, top, done))
  }

  function scanDeps(source: PolledSource, signal: AbortSignal) {
    return {
      listPage: (cursor: string | null): Promise<ListedPage> => deps.listUsers({ ...source, cursor }, signal),
      store,
      quarantine: (rows: ListedPage['unreadable']) => deps.quarantine.add(source.id, rows),
      now,
    }
  }

  /** Writes down how the poll went, for the API and for the next one. */
  async function note(job: {
    source: PolledSource
    token: number
    state: SourceState
    began: UnixMs
    kind: ScanKind
    result: ScanResult
    error: UpstreamError | null
  }): Promise<void> {
    const { source, token, state, kind, result, error } = job
    const watermark: UnixSecs | undefined = (await store.readState(source.id)).watermark
    const lastPoll: LastPoll = {
      at: new Date(job.began).toISOString(),
      kind,
      requests: result.requests,
      rows: result.rows,
      events: Object.values(result.events).reduce((sum, n) => sum + n, 0),
      duration_ms: now() - job.began,
      error: error?.message ?? null,
    }
    const change: StateChange = {
      set: { last_poll: JSON.stringify(lastPoll) },
      increment: {
        total_polls: 1,
        total_requests: result.requests,
        late_changes: result.lateChanges,
        quarantined_rows: result.unreadable,
      },
    }
    if (error === null) {
      change.set = { ...change.set, failures: 0, not_before: 0 }
      change.delete = ['failing_since', 'failure']
    } else {
      const failures = state.failures + 1
      const wait = backoff({
        kind: error.kind,
        failures,
        intervalMs: source.intervalMs,
        retryAfterMs: error.retryAfterMs,
        random: deps.random,
      })
      change.set = { ...change.set, failures, failure: error.message, not_before: now() + wait }
      change.set.failing_since = state.failing_since ?? now()
      // A cursor that failed is never tried again: the scan it belonged to starts from the top.
      if (error.kind === 'cursor' || error.kind === 'bad_page') change.delete = ['scan_cursor']
    }
    await store.finishScan(source.id, token, watermark, null, change)
  }
}

function fenced(reply: 'OK' | 'FENCED'): void {
  if (reply === 'FENCED') throw new FencedError()
}

/** What a baseline is a baseline of. The key is digested: its workspace decides the list. */
function identityOf(source: PolledSource): string {
  const parts = [source.baseUrl, source.apiKey, source.agentId, source.branchId]
  return hash('sha256', JSON.stringify(parts)).slice(0, 32)
}
