import type { Logger } from 'pino'
import type { UnixMs, UserRow } from '../types.ts'
import { FencedError } from './commit-rows.ts'
import type { Rules } from './diff.ts'
import { emptyNoMore } from './empty-list.ts'
import { closedGate, countingGate, type FloodGate, floodLimit, openGate } from './flood-gate.ts'
import { isDue } from './is-due.ts'
import type { PolledSource } from './polled-source.ts'
import { runScan, type ScanDeps, type ScanPlan } from './scan.ts'
import { addResult, emptyResult, type ScanResult } from './scan-result.ts'
import type { ScanKind, SourceState } from './source-state.ts'
import type { DetectionStore } from './store.ts'

/** How far a lookback reads below the watermark (seconds), and how often there is one (ms). */
export const LOOKBACK_SECS = 3600
const LOOKBACK_EVERY_MS = 15 * 60_000
/**
 * A watermark that is so far ahead of our clock, and of upstream's, comes from an upstream whose clock was wrong
 * (seconds). Either clock alone may be behind.
 */
const AHEAD_SECS = 86_400

/** A poll at work: the lease is held. */
export interface PollJob {
  source: PolledSource
  token: number
  scanDeps: ScanDeps
  store: DetectionStore
  /** What all scans of this poll have found together. */
  total: ScanResult
  /** What the scans that have not ended have found so far. */
  atWork: Set<ScanResult>
  /** Compare and report, write nothing. */
  dry: boolean
  signal: AbortSignal
  logger: Logger
}

/**
 * Reads from the top until the page that reaches below the overlap and changed nothing; every quarter of an
 * hour as a lookback, which reads an hour further down.
 *
 * @param longScan where it is made in the middle of a long scan, which is told of the rows
 */
export async function headScan(
  job: PollJob,
  longScan?: { onRows: (rows: readonly UserRow[]) => void },
): Promise<ScanKind> {
  const { source, token, store } = job
  const began = job.scanDeps.now()
  const state = await store.readState(source.id)
  const { watermark, baseline_started = 0 } = state
  const lookback = state.mode === 'live' && isDue(state.last_lookback, LOOKBACK_EVERY_MS, job.scanDeps.now())
  const kind: ScanKind = lookback ? 'lookback' : 'head'
  const overlap = Math.max(Math.ceil(source.overlapMs / 1000), lookback ? LOOKBACK_SECS : 0)
  const live = state.mode === 'live'
  // A baseline has missed those who moved up past it: the scans of the top after it record them by the same rule,
  // and not the first one alone, which upstream may answer from before they moved.
  const settling = live && state.announce_since !== undefined
  const settled = settling && hasSettled(state, began, source.overlapMs)
  // Where nobody polled for long after it, a row may have come meanwhile, however old it is.
  const listedSince = settled ? Number.NEGATIVE_INFINITY : baseline_started - LOOKBACK_SECS
  const announce =
    live && !settling
      ? ({ everyone: true } as const)
      : {
          everyone: false as const,
          firstContactAfter: state.announce_since ?? baseline_started,
          ...(settling ? { listedLate: { from: listedSince, to: baseline_started } } : {}),
        }
  let ahead = false
  const scanned = await guardedScan(job, state, {
    source,
    token,
    cursor: null,
    watermark,
    floor: watermark === undefined ? null : watermark - overlap,
    rules: () => rulesOf(source, state, { announce, fullScan: null }),
    orderSeen: state.order_seen,
    gate: gateOf(state),
    mayBeEmpty: state.known_users === 0 || state.empty_accepted !== undefined,
    dry: job.dry,
    ...(longScan === undefined ? {} : { onRows: longScan.onRows, inLongScan: true }),
    // Below it everything is old, so that a scan that died half-way would not be made good.
    isAhead: ({ serverTime }) => {
      ahead = watermark !== undefined && watermark > Math.max(serverTime, began / 1000) + AHEAD_SECS
      if (ahead) {
        job.logger.warn(
          { source: source.id, watermark },
          'The watermark is in the future: the clock of upstream was wrong. The whole list is read, and the watermark taken back.',
        )
      }
      return ahead
    },
    signal: job.signal,
  })
  if (!scanned.complete || job.dry) return kind
  const accepted = state.flood_accepted === 'head' || state.flood_accepted === 'lookback'
  fenced(
    await store.finishScan(source.id, token, watermark, scanned.top, {
      set: {
        seen_at: began,
        // Those that came before the first page was asked for.
        nudges_answered: state.nudges,
        ...(ahead && scanned.top !== null ? { watermark: scanned.top } : {}),
        ...(scanned.orderedTop !== null && scanned.newestFirst ? { order_seen: scanned.orderedTop } : {}),
        ...(lookback ? { last_lookback: job.scanDeps.now() } : {}),
      },
      delete: [
        ...(accepted ? (['flood_accepted'] as const) : []),
        ...emptyNoMore(state, scanned),
        ...(settled ? (['announce_since'] as const) : []),
        // What is recorded of sentiment grows old from now on: watching it again begins in silence, as the first time.
        ...(source.sentimentThreshold === null ? (['sentiment_judged_by'] as const) : []),
      ],
    }),
  )
  return kind
}

/** Whether a baseline ended so long ago that everybody who was listed then has been seen. */
function hasSettled({ last_baseline }: SourceState, now: UnixMs, overlapMs: number): boolean {
  return last_baseline === undefined || isDue(Date.parse(last_baseline.finished_at), overlapMs, now)
}

/** Runs a scan, and once more through an open gate where it found too many newcomers to keep and no flood. */
export async function guardedScan(job: PollJob, state: SourceState, plan: ScanPlan): Promise<ScanResult> {
  const scanned = await countedScan(job, plan)
  if (!plan.gate.overflowed || !scanned.complete) return scanned
  job.logger.debug({ source: state.identity }, 'many newcomers and no flood: reading them once more')
  return countedScan(job, { ...plan, gate: openGate() })
}

/** Runs a scan and adds what it did to the poll's total, also where it breaks off. */
async function countedScan(job: PollJob, plan: ScanPlan): Promise<ScanResult> {
  const result = emptyResult()
  job.atWork.add(result)
  try {
    return await runScan(job.scanDeps, plan, result)
  } finally {
    job.atWork.delete(result)
    addResult(job.total, result)
  }
}

/** Newcomers pass at once in a baseline, which tells hardly any, and freely where a person has said so. */
export function gateOf(state: SourceState): FloodGate {
  if (state.flood_accepted !== undefined) return openGate()
  const limit = floodLimit(state.known_users)
  return state.mode === 'baseline' ? countingGate(limit) : closedGate(limit)
}

export function rulesOf(
  source: PolledSource,
  state: SourceState,
  scan: Pick<Rules, 'announce' | 'fullScan'>,
): Rules {
  return {
    ...scan,
    epoch: state.epoch,
    // Of one agent or branch, first contact may be with another: to this list such a caller is new (decision 68).
    ...(state.there_before === undefined || source.agentId !== null || source.branchId !== null
      ? {}
      : { thereBefore: state.there_before }),
    returnedAfterSecs: source.returnedAfterMs / 1000,
    milestones: source.milestones,
    sentimentThreshold: source.sentimentThreshold,
    sentimentInSilence: state.sentiment_judged_by !== (source.sentimentThreshold ?? undefined),
  }
}

/** @throws FencedError where a script says that the lease is not ours any more */
export function fenced(reply: 'OK' | 'FENCED'): void {
  if (reply === 'FENCED') throw new FencedError()
}
