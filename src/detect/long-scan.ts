import type { ListedPage } from '../elevenlabs/list-users.ts'
import { isOfWholeKey, UpstreamError } from '../elevenlabs/upstream-error.ts'
import { believedScan } from './believed-scan.ts'
import { FencedError } from './commit-rows.ts'
import { emptyNoMore } from './empty-list.ts'
import { fenced, gateOf, guardedScan, headScan, type PollJob, rulesOf } from './head-scan.ts'
import { baselineDone, fullDone } from './long-scan-done.ts'
import { isNudged, NUDGE_GAP_MS } from './nudged.ts'
import type { Skip } from './read-packed.ts'
import { bucketsAtOnce } from './read-packed.ts'
import { detectRemovals, type RemovalResult } from './removal.ts'
import type { ScanPlan } from './scan.ts'
import { laterWatermark } from './source-state.ts'
import type { StateChange } from './store.ts'
import { createRoll, type Roll } from './user-digest.ts'

/** So many polls in a row try to go on where upstream asks to wait each time, before the scan leaves its place. */
const PLACE_TRIES = 3

export type LongScanJob = PollJob & {
  kind: 'baseline' | 'full'
  isListed: (userId: string) => Promise<boolean>
  /** Told now and then that it goes on. */
  goesOn: () => Promise<void>
}

/**
 * Reads the whole list, as a baseline or as a full scan, giving way to head polls at their usual times. Its
 * place is saved as it goes, so that it goes on where it was after a crash; removals are looked for only
 * where nothing interrupted it.
 */
export async function longScan(job: LongScanJob): Promise<void> {
  const { source, token, store, kind, dry } = job
  const { now } = job.scanDeps
  const began = now()
  const state = await store.readState(source.id)
  const resumed = state.scan_kind === kind && !dry ? (state.scan_cursor ?? null) : null
  const number = resumed === null ? state.scan_number + 1 : state.scan_number
  const fullScanRules = {
    number,
    lastComplete: state.last_complete_scan,
    believed: believedScan(state, began),
  }
  const roll = kind === 'full' ? createRoll(state.known_users) : null
  const remember = (rows: readonly { user_id: string }[]) => {
    for (const row of rows) roll?.see(row.user_id)
  }
  let startedAt = state.baseline_started
  let serverTime: number | null = null
  let firstPage: ListedPage | null = null
  let listed: string | null = null
  let nextHead = now() + source.intervalMs
  let nudged = false
  let nextLook = now() + NUDGE_GAP_MS

  const between = {
    // A dry scan holds no lease, so that head polls go on beside it.
    due: () => !dry && (nudged || now() >= nextHead),
    run: async () => {
      // A baseline's head polls begin once its first page has fixed the watermark.
      await headScan(job, { onRows: remember })
      await job.goesOn()
      nextHead = now() + source.intervalMs
      nudged = false
    },
  }

  /** Notes that the scan could not go on at its place. */
  async function countFailure(error: unknown): Promise<unknown> {
    const change = { users: [], events: [], state: { increment: { scan_place_failures: 1 } } }
    if ((await store.commitPage(source.id, token, change)) === 'FENCED') throw new FencedError()
    return error
  }

  /** Looks for a nudge, now and then. */
  async function look(): Promise<void> {
    if (dry || now() < nextLook) return
    nextLook = now() + NUDGE_GAP_MS
    nudged = isNudged(await store.readState(source.id))
  }

  const looking = {
    ...job,
    scanDeps: {
      ...job.scanDeps,
      listPage: async (cursor: string | null, onCursor?: (cursor: string) => void) => {
        const page = await job.scanDeps.listPage(cursor, onCursor)
        await look()
        return page
      },
    },
    isListed: async (userId: string) => {
      const listed = await job.isListed(userId)
      await look()
      return listed
    },
  }
  if (roll !== null) await callRoll(job, state.known_users, roll, { ...between, look })

  const plan: ScanPlan = {
    source,
    token,
    cursor: resumed,
    floor: null,
    watermark: kind === 'full' ? state.watermark : undefined,
    rules: (page) => {
      firstPage = page
      listed = page.rows[0]?.user_id ?? null
      serverTime = page.serverTime
      startedAt ??= page.serverTime
      return rulesOf(source, state, {
        announce:
          kind === 'full'
            ? { everyone: true }
            : { everyone: false, firstContactAfter: state.announce_since ?? startedAt },
        fullScan: kind === 'full' ? fullScanRules : null,
      })
    },
    gate: gateOf(state),
    mayBeEmpty: state.known_users === 0 || state.empty_accepted !== undefined,
    dry,
    progress: (page, top) => {
      const set: StateChange['set'] = { scan_kind: kind, scan_number: number }
      if (page.nextCursor !== null) set.scan_cursor = page.nextCursor
      // The first page of a baseline fixes what "new" means, together with what it recorded.
      if (state.baseline_started === undefined && startedAt !== undefined && page === firstPage) {
        set.baseline_started = startedAt
        if (state.watermark === undefined) set.watermark = top ?? startedAt
      }
      if (state.scan_place_failures > 0) set.scan_place_failures = 0
      return {
        set,
        delete: emptyNoMore(state, { rows: page.rows.length, unreadable: page.unreadable.length }),
      }
    },
    between,
    // Where sentiment is watched, the roll knows too little of a row, and each has to be compared.
    ...(roll !== null && source.sentimentThreshold === null
      ? { isAsRecorded: roll.meet }
      : { onRows: remember }),
    signal: job.signal,
  }
  const scanned = await guardedScan(looking, state, plan).catch(async (error: unknown) => {
    if (resumed === null || firstPage !== null) throw error
    if (!asksToWaitHere(error)) throw placeLost(error)
    const failures = state.scan_place_failures + 1
    throw failures < PLACE_TRIES ? await countFailure(error) : placeLost(error)
  })
  if (!scanned.complete || dry) return

  // Read anew: a person may have decided about held back removals while the scan went on.
  const { known_users, removals_accepted, removals_accepted_users } = await store.readState(source.id)
  const over = emptyNoMore(state, scanned)
  const accepted = over.length > 0 ? undefined : removals_accepted
  let trouble: UpstreamError | null = null
  const removals =
    roll !== null && resumed === null && serverTime !== null
      ? await countedRemovals(looking, {
          seen: roll.hasSeen,
          // Nobody who was known when the scan began is missing: there is nobody to look for.
          complete: roll.unseen === 0,
          listed,
          onceIsEnough: state.empty_accepted !== undefined && scanned.rows === 0,
          between,
          since: serverTime,
          knownUsers: known_users,
          accepted,
          acceptedUsers: removals_accepted_users,
        }).catch((error: unknown) => {
          // The list was read all the same: the scan is complete, and only who is gone is for the next one to find.
          if (!(error instanceof UpstreamError) || job.signal.aborted) throw error
          trouble = error
          return null
        })
      : null
  if (job.signal.aborted) return
  const after = await store.readState(source.id)
  const change =
    kind === 'baseline'
      ? baselineDone(job, { before: state, after, began })
      : fullDone(job, { before: state, after, began, number, removals, accepted, over })
  const top = laterWatermark(after.watermark, resumed === null ? scanned.top : null)
  fenced(await store.finishScan(source.id, token, after.watermark, top, change))
  if (trouble !== null) throw trouble
}

/** A wait that upstream asks for where the scan was to go on, and not of the whole key: it may pass, or stay for ever. */
function asksToWaitHere(error: unknown): boolean {
  return error instanceof UpstreamError && error.retryAfterMs !== null && !isOfWholeKey(error)
}

/**
 * The top of the list was read a moment ago, and the place where a scan was to go on cannot be: whatever upstream
 * says of it, its cursor is of no more use, and to ask with it again could fail for ever.
 */
function placeLost(error: unknown): unknown {
  // A key that has to rest, or is refused, is not the cursor's fault.
  if (!(error instanceof UpstreamError) || isOfWholeKey(error) || error.kind === 'key') return error
  return new UpstreamError(
    'cursor',
    `The scan cannot go on where it was and starts again from the top: ${error.message}`,
    { cause: error },
  )
}

/** Looks for removals and adds what came of it to the poll's total, also where it breaks off. */
async function countedRemovals(
  job: LongScanJob,
  removals: Omit<Parameters<typeof detectRemovals>[1], 'source' | 'token' | 'signal'>,
): Promise<RemovalResult> {
  const { source, token, signal, store, isListed, total, scanDeps } = job
  const result: RemovalResult = {
    removed: 0,
    told: 0,
    heldBack: 0,
    unanswered: 0,
    brokenOff: null,
    requests: 0,
  }
  try {
    await detectRemovals(
      { store, isListed, now: scanDeps.now, pause: scanDeps.pause },
      { ...removals, source, token, signal },
      result,
    )
    if (result.unanswered > 0) {
      job.logger.warn(
        { source: source.id, users: result.unanswered },
        'Upstream does not answer whether some users who are gone from the list are there: they stay known.',
      )
    }
    if (result.brokenOff !== null) {
      job.logger.warn(
        { source: source.id, err: result.brokenOff },
        'Upstream answers no question for a single user: the next full scan looks for who is gone.',
      )
    }
  } finally {
    total.requests += result.requests
    total.changes += result.removed
    if (result.told > 0) total.events['user.removed'] = (total.events['user.removed'] ?? 0) + result.told
  }
  return result
}

/**
 * Enters everyone who is recorded. A full scan reads all snapshots for the removals anyway; having them beforehand
 * spares a question to Redis for each page of a list in which hardly anything has changed.
 */
async function callRoll(
  { store, source, signal }: Pick<PollJob, 'store' | 'source' | 'signal'>,
  knownUsers: number,
  roll: Roll,
  between: { look: () => Promise<void>; due: () => boolean; run: () => Promise<void> },
): Promise<void> {
  const enter: Skip = (userId, snapshot) => {
    roll.enter(userId, snapshot())
    return true
  }
  for await (const _ of store.scanBuckets(source.id, bucketsAtOnce(knownUsers), enter)) {
    if (signal.aborted) return
    await between.look()
    if (between.due()) await between.run()
  }
}
