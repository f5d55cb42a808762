import { fenced, gateOf, guardedScan, headScan, type PollJob, rulesOf } from './head-scan.ts'
import { detectRemovals, type RemovalResult } from './removal.ts'
import { type Attention, laterWatermark, type SourceState } from './source-state.ts'
import type { StateChange } from './store.ts'
import { createSeenUsers } from './user-digest.ts'

/**
 * Reads the whole list, as a baseline or as a full scan, giving way to head polls at their usual times. Its
 * place is saved with each page, so that it goes on where it was after a crash; removals are looked for only
 * where nothing interrupted it.
 */
export async function longScan(
  job: PollJob & { kind: 'baseline' | 'full'; isListed: (userId: string) => Promise<boolean> },
): Promise<void> {
  const { source, token, store, kind, dry } = job
  const { now } = job.scanDeps
  const state = await store.readState(source.id)
  const resumed = state.scan_kind === kind && !dry ? (state.scan_cursor ?? null) : null
  const number = resumed === null ? state.scan_number + 1 : state.scan_number
  const seen = kind === 'full' && resumed === null && !dry ? createSeenUsers() : null
  const remember = (rows: readonly { user_id: string }[]) => {
    for (const row of rows) seen?.add(row.user_id)
  }
  let startedAt = state.baseline_started
  let serverTime: number | null = null
  let first = true
  let nextHead = now() + source.intervalMs

  const scanned = await guardedScan(job, state, {
    source,
    token,
    cursor: resumed,
    floor: null,
    watermark: kind === 'full' ? state.watermark : undefined,
    rules: (page) => {
      serverTime = page.serverTime
      startedAt ??= page.serverTime
      return rulesOf(source, state, {
        announce:
          kind === 'full'
            ? { everyone: true }
            : { everyone: false, firstContactAfter: state.announce_since ?? startedAt },
        fullScan: kind === 'full' ? { number, lastComplete: state.last_complete_scan } : null,
      })
    },
    gate: gateOf(state),
    mayBeEmpty: state.known_users === 0,
    dry,
    progress: (page, top) => {
      const set: StateChange['set'] = { scan_kind: kind, scan_number: number }
      if (page.nextCursor !== null) set.scan_cursor = page.nextCursor
      // The first page of a baseline fixes what "new" means, together with what it recorded.
      if (state.baseline_started === undefined && startedAt !== undefined && first) {
        set.baseline_started = startedAt
        if (state.watermark === undefined) set.watermark = top ?? startedAt
      }
      first = false
      return { set }
    },
    onRows: remember,
    between: {
      due: () => now() >= nextHead,
      run: async () => {
        // A baseline's head polls begin once its first page has fixed the watermark.
        await headScan(job, remember)
        nextHead = now() + source.intervalMs
      },
    },
    signal: job.signal,
  })
  if (!scanned.complete || dry) return

  const removals =
    seen !== null && serverTime !== null
      ? await detectRemovals(
          { store, isListed: job.isListed, now },
          {
            source,
            token,
            seen: seen.has,
            since: serverTime,
            knownUsers: state.known_users,
            accepted: state.removals_accepted,
            signal: job.signal,
          },
        )
      : null
  if (job.signal.aborted) return
  const after = await store.readState(source.id)
  const change =
    kind === 'baseline' ? baselineDone(job, state, after) : fullDone(job, state, number, removals)
  const top = laterWatermark(after.watermark, resumed === null ? scanned.top : null)
  fenced(await store.finishScan(source.id, token, after.watermark, top, change))
}

function baselineDone(job: PollJob, before: SourceState, after: SourceState): StateChange {
  const { source, logger, scanDeps } = job
  // An empty list may be a passing mistake; it is believed when it is seen twice.
  if (after.known_users === 0 && before.empty_baselines === 0) {
    return { set: { empty_baselines: 1 }, delete: ['scan_kind', 'scan_cursor'] }
  }
  logger.info({ source: source.id, known_users: after.known_users }, 'Baseline recorded, no alerts sent')
  return {
    set: { mode: 'live', last_full_scan: scanDeps.now(), last_lookback: scanDeps.now() },
    delete: ['scan_kind', 'scan_cursor', 'announce_since', 'flood_accepted'],
  }
}

function fullDone(
  job: PollJob,
  state: SourceState,
  number: number,
  removals: RemovalResult | null,
): StateChange {
  const { source, total, logger } = job
  const now = job.scanDeps.now()
  const set: StateChange['set'] = {
    last_full_scan: now,
    last_lookback: now,
    scan_number: number,
    last_complete_scan: number,
  }
  if (removals !== null) {
    total.requests += removals.requests
    if (removals.removed > 0 && state.removals_accepted !== 'baseline')
      total.events['user.removed'] = removals.removed
    if (removals.heldBack > 0) {
      const attention: Attention = {
        kind: 'mass_removal',
        scan: 'full',
        since: state.attention?.since ?? now,
        users: removals.heldBack,
        message: `${removals.heldBack.toLocaleString('en-US')} users are gone from the list at once, which looks like a mistake: no removals were sent. Accept them as events, or as the new baseline.`,
      }
      set.attention = JSON.stringify(attention)
      logger.warn({ source: source.id, users: removals.heldBack }, attention.message)
    }
  }
  return {
    set,
    delete: [
      'scan_kind',
      'scan_cursor',
      'flood_accepted',
      ...(removals === null ? [] : ['removals_accepted' as const]),
    ],
  }
}
