import { z } from 'zod'
import { formatDuration } from '../config/duration.ts'
import type { UnixMs, UnixSecs } from '../types.ts'
import { paceOf } from './next-wait.ts'

export const SCAN_KINDS = ['head', 'lookback', 'full', 'baseline'] as const
export type ScanKind = (typeof SCAN_KINDS)[number]

/** Why a baseline is taken. */
export const BASELINE_REASONS = ['first', 'settings_changed', 'redis_lost', 'accepted'] as const
export type BaselineReason = (typeof BASELINE_REASONS)[number]

/** The last baseline that was taken to its end. */
export interface LastBaseline {
  reason: BaselineReason
  finished_at: string
  users: number
}

/** Something about what upstream sent that a person should know, and that stopped nothing. */
export interface PollWarning {
  code:
    | 'key_in_clear'
    | 'not_newest_first'
    | 'rows_unreadable'
    | 'rows_in_future'
    | 'changes_late'
    | 'called_before_baseline'
  message: string
}

/** Why a source waits for a person. A flood stops its polls; held back removals do not. */
export interface Attention {
  kind: 'flood' | 'mass_removal'
  /** The scan that found it. */
  scan: ScanKind
  /** Unix ms. */
  since: UnixMs
  users: number
  message: string
}

/** What the last poll was. */
export interface LastPoll {
  at: string
  kind: ScanKind
  requests: number
  rows: number
  events: number
  duration_ms: number
  error: string | null
  /** Absent in what older versions wrote. */
  warnings?: PollWarning[]
}

/** A request to the nudge that was not let through. */
export interface NudgeRefusal {
  at: UnixMs
  message: string
}

/** As `announce_since`: later than any first contact that can be read, so that a baseline announces nobody. */
export const NOBODY = Number.MAX_SAFE_INTEGER

/** Begins the counters of events by type, which commit-page.lua writes. */
const EVENTS = 'events:'

const int = z.coerce.number().int()
const text = z.string().min(1)

// The state hash as Redis returns it: absent fields are absent, numbers are decimal text.
const stateSchema = z.object({
  /** Digest of base URL, key and filters: counts under different ones are different numbers. */
  identity: text.optional(),
  /** Epoch of users that are met for the first time; see detect/store.ts. */
  epoch: int.default(0),
  mode: z.enum(['baseline', 'live']).default('baseline'),
  watermark: int.optional(),
  /** Server time at the first page of the baseline; who first called later is new (unix seconds). */
  baseline_started: int.optional(),
  /** The long scan in progress: baseline or full. Absent cursor: at the top. */
  scan_kind: z.enum(['full', 'baseline']).optional(),
  scan_cursor: text.optional(),
  /** Polls in a row that could not go on at that place, for upstream asked to wait there and not at the top. */
  scan_place_failures: int.default(0),
  /**
   * Only of a source that was deleted, until it is polled again: 0 while what is known of it is dropped, 1 once that
   * has gone (maintain/purge-source.ts).
   */
  purged: int.optional(),
  /** Why the present baseline is taken, or the last one was. */
  baseline_reason: z.enum(BASELINE_REASONS).default('first'),
  last_baseline: text.transform((json) => JSON.parse(json) as LastBaseline).optional(),
  /** The first row (its time and id) below which a scan of the top has seen older ones: the list is newest first. */
  order_seen: text.optional(),
  /** When the last poll began that read the top of the list to its end (unix ms). */
  seen_at: int.optional(),
  /** How often in a row a baseline found an empty list. */
  empty_baselines: int.default(0),
  /**
   * Users whose first contact is after this are announced by the baseline, for Redis was lost (unix seconds). Kept
   * beyond its end for as long as the overlap, for those who moved up past it.
   */
  announce_since: int.optional(),
  /**
   * Who first called before this was there when the last baseline was taken, whether it met them or not: pages that
   * shift can hide somebody from it (unix seconds). Gone as soon as somebody is forgotten, who may be anybody.
   */
  there_before: int.optional(),
  /** Full scans are numbered; `last_complete_scan` is the last one that reached the end. */
  scan_number: int.default(0),
  last_complete_scan: int.default(0),
  /** The complete one that waits to be an hour old (it ended then, unix ms), and the latest that is; believed-scan.ts. */
  waiting_scan: int.optional(),
  waiting_since: int.optional(),
  believed_scan: int.default(0),
  /** When the last full scan and the last lookback ended (unix ms). */
  last_full_scan: int.optional(),
  last_lookback: int.optional(),
  /** The threshold that the recorded sentiment of every user was judged by. */
  sentiment_judged_by: z.coerce.number().optional(),
  /** What waits for a person. */
  attention: text.transform((json) => JSON.parse(json) as Attention).optional(),
  attention_announced: int.optional(),
  /** A person has accepted: the next scan of this kind lets newcomers through; removals are told or recorded. */
  flood_accepted: z.enum(SCAN_KINDS).optional(),
  removals_accepted: z.enum(['events', 'baseline']).optional(),
  /** How many removals were accepted and are not carried out; absent in what older versions have accepted. */
  removals_accepted_users: int.optional(),
  /** Since when full scans could not carry them out, and when the next one tries (unix ms). */
  removals_untold_since: int.optional(),
  full_scan_at: int.optional(),
  /**
   * What was accepted is that the list is empty: until those who are known are removed, or a scan has read a row, it is
   * believed.
   */
  empty_accepted: int.optional(),
  /** Polls in a row that found nothing; the interval grows with them. */
  idle_polls: int.default(0),
  failures: int.default(0),
  failing_since: int.optional(),
  failure: text.optional(),
  /** Since when each poll has found the list empty although users are known. */
  empty_since: int.optional(),
  /** Since when the outage lasts that `source.failing` was sent for. */
  failing_announced: int.optional(),
  /** When the next scheduled poll is due (unix ms). */
  not_before: int.default(0),
  /** Verified nudges, when the last one came (unix ms), and how many of them a poll of the top has answered. */
  nudges: int.default(0),
  nudged_at: int.optional(),
  nudges_answered: int.default(0),
  /** Polls since the last nudge that were made only because the ones before had found nothing. */
  nudge_follow_ups: int.optional(),
  nudge_refused: text.transform((json) => JSON.parse(json) as NudgeRefusal).optional(),
  known_users: int.default(0),
  last_poll: text.transform((json) => JSON.parse(json) as LastPoll).optional(),
  total_polls: int.default(0),
  failed_polls: int.default(0),
  total_requests: int.default(0),
  /** Requests for conversations, which no poll made. */
  enrich_requests: int.default(0),
  total_events: int.default(0),
  late_changes: int.default(0),
  quarantined_rows: int.default(0),
  /** Stream id up to which the relay has fanned out. */
  relayed: text.optional(),
  /** How often events were taken out of its outbox. */
  erasures: int.default(0),
})

/** A source's state in Redis, read. The single writer is whoever holds the lease, but of what people and nudges say. */
export type SourceState = z.output<typeof stateSchema> & {
  /** How many events of each type, from the fields `events:<type>`. */
  events_by_type: Record<string, number>
}

/** Reads the hash of a source's state; an empty one is a source that was never polled. */
export function parseState(hash: Record<string, string>): SourceState {
  const events_by_type = Object.fromEntries(
    Object.entries(hash)
      .filter(([name]) => name.startsWith(EVENTS))
      .map(([name, count]) => [name.slice(EVENTS.length), Number(count)]),
  )
  return { ...stateSchema.parse(hash), events_by_type }
}

/** What the API and people are told. */
export type SourceCondition = 'baseline' | 'live' | 'paused' | 'failing' | 'needs_attention'

export function conditionOf(state: SourceState, paused: boolean): SourceCondition {
  if (paused) return 'paused'
  const { attention, failing_since, mode } = state
  // Held back removals stop no poll, so that a failure is the more urgent of the two.
  if (attention?.kind === 'flood') return 'needs_attention'
  if (failing_since !== undefined) return 'failing'
  return attention === undefined ? mode : 'needs_attention'
}

const BASELINE_SENTENCES: Record<BaselineReason, string> = {
  first: 'the baseline is being taken',
  settings_changed: 'a new baseline is being taken, for the URL, key or filters have changed',
  redis_lost:
    'a new baseline is being taken, for Redis has lost what it knew: who first called since the last poll is announced',
  accepted: 'a new baseline is being taken, as it was decided',
}

/** The state in a sentence. */
export function describeState(
  state: SourceState,
  source: { paused: boolean; intervalMs: number },
  now: UnixMs,
): string {
  const known = `${state.known_users.toLocaleString('en-US')} users`
  if (source.paused) return `${known} known; polling is paused`
  const { attention } = state
  if (attention?.kind === 'flood') return attention.message
  if (state.failing_since !== undefined) {
    const wait = Math.max(0, Math.round((state.not_before - now) / 1000))
    const failure = `${state.failure ?? 'The last poll failed.'} Next try in ${wait}s.`
    return attention === undefined ? failure : `${failure} ${attention.message}`
  }
  if (attention !== undefined) return attention.message
  if (state.mode === 'baseline')
    return `${known} recorded so far, no alerts sent; ${BASELINE_SENTENCES[state.baseline_reason]}`
  return `${known} known; ${describePace(state, source.intervalMs)}`
}

/** The interval, and what has become of it where calls come in bursts or nobody calls. */
function describePace({ idle_polls, last_poll }: SourceState, intervalMs: number): string {
  const found = idle_polls === 0 && (last_poll?.events ?? 0) > 0
  const pace = paceOf({ intervalMs, found, idlePolls: idle_polls })
  const polling = `polling every ${formatDuration(intervalMs)}`
  if (pace === intervalMs) return polling
  const why = found ? 'for the last poll found something' : `for ${idle_polls} polls in a row found nothing`
  const step = [3_600_000, 60_000, 1_000].find((unit) => pace >= 10 * unit) ?? 100
  return `${polling}, at present about every ${formatDuration(Math.round(pace / step) * step)}, ${why}`
}

/** Later of two watermarks, either of which may be missing. */
export function laterWatermark(a: UnixSecs | undefined, b: UnixSecs | null): UnixSecs | null {
  if (a === undefined || b === null) return a ?? b
  return Math.max(a, b)
}
