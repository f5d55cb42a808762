import type { UserRow } from '../types.ts'
import { mergeRows } from './merge-rows.ts'

/** Newcomers kept in memory until a scan is known to be no flood; beyond it they are only counted. */
const HOLD_AT_MOST = 1_000
const AT_LEAST = 500
const SHARE = 0.2

/**
 * A live scan has found more users who are new, or back after they were removed, than can be true; nothing of
 * them was written.
 */
export class FloodError extends Error {
  readonly newcomers: number
  readonly limit: number

  constructor(newcomers: number, limit: number, message?: string) {
    super(
      message ??
        `More than ${limit} users are new or back at once, which looks like another list and not like calls: no alerts were sent. Accept them as events, or as the new baseline.`,
    )
    this.newcomers = newcomers
    this.limit = limit
  }
}

/** More new users in one scan than this is a flood: over 500 and over a fifth of those known. */
export function floodLimit(knownUsers: number): number {
  return Math.max(AT_LEAST, Math.floor(knownUsers * SHARE))
}

/**
 * Holds a scan's newcomers back until the scan has ended below the limit, so that a flood writes nothing.
 * With too many to keep but not yet a flood, it only counts them, and the scan is to be run again through an
 * open gate.
 */
export interface FloodGate {
  /** Newcomers go through at once. */
  readonly open: boolean
  /** Newcomers have been held back: the scan must not be resumed behind them. */
  readonly holding: boolean
  /** Too many to keep: run the scan again. */
  readonly overflowed: boolean
  /** @throws FloodError above the limit */
  hold(newcomers: readonly UserRow[]): void
  /** What was held, to be committed. */
  release(): UserRow[]
  /**
   * Newcomers of a page were announced at once.
   *
   * @throws FloodError above the limit
   */
  announced(newcomers: number): void
}

export function openGate(): FloodGate {
  return { open: true, holding: false, overflowed: false, hold() {}, release: () => [], announced() {} }
}

/**
 * The gate of a baseline, which announces hardly anybody: who first called after it began, or after Redis was
 * lost. Where dates lie, that could be everybody. Nobody is held back, for a baseline takes long; above the limit
 * it stops, and what it has announced by then stays announced.
 */
export function countingGate(limit: number): FloodGate {
  let count = 0
  return {
    ...openGate(),
    announced(newcomers) {
      count += newcomers
      if (count <= limit) return
      throw new FloodError(
        count,
        limit,
        `A baseline found more than ${limit} users whose dates say that they are new, which looks like wrong dates and not like calls: ${count} were announced, and no more are. Accept the others as events, or record them in silence as the baseline.`,
      )
    },
  }
}

export function closedGate(limit: number): FloodGate {
  // By user: while callers move, the list repeats a user on a later page, and a stale page shows less of them.
  let held = new Map<string, UserRow>()
  let beyond = 0
  const count = () => held.size + beyond
  return {
    open: false,
    get holding() {
      return count() > 0
    },
    get overflowed() {
      return beyond > 0
    },
    hold(newcomers) {
      for (const row of newcomers) {
        const [wanted = row] = mergeRows([held.get(row.user_id) ?? row, row])
        if (held.has(row.user_id) || held.size < HOLD_AT_MOST) held.set(row.user_id, wanted)
        else beyond++
      }
      if (count() > limit) throw new FloodError(count(), limit)
    },
    release() {
      const released = beyond > 0 ? [] : [...held.values()]
      held = new Map()
      return released
    },
    announced() {},
  }
}
