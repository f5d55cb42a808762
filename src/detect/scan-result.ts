import type { EventType, UnixSecs } from '../types.ts'

/** What a pass found. `complete` where it ended by the stop rule or at the end of the list. */
export interface ScanResult {
  complete: boolean
  requests: number
  rows: number
  /** Users of whom something else is recorded than before. */
  changes: number
  lateChanges: number
  /** Rows that could not be read, and how many of them nobody had seen yet. */
  unreadable: number
  newlyUnreadable: number
  /** Rows that are later than the server's own time by over a minute. */
  inFuture: number
  /** Users who were recorded in silence, for the list says that they called before the baseline. */
  calledBefore: number
  events: Partial<Record<EventType, number>>
  /** The watermark it has covered, if it began at the top and is complete. */
  top: UnixSecs | null
  newestFirst: boolean
  /** The first row of the list (its time and id) where older ones were seen below it, or had been before. */
  orderedTop: string | null
}

/** Of a pass that has not begun. */
export function emptyResult(): ScanResult {
  return {
    complete: false,
    requests: 0,
    rows: 0,
    changes: 0,
    lateChanges: 0,
    unreadable: 0,
    newlyUnreadable: 0,
    inFuture: 0,
    calledBefore: 0,
    events: {},
    top: null,
    newestFirst: true,
    orderedTop: null,
  }
}

/** Adds what a scan did to what others did. */
export function addResult(total: ScanResult, result: ScanResult): void {
  total.requests += result.requests
  total.rows += result.rows
  total.changes += result.changes
  total.lateChanges += result.lateChanges
  total.unreadable += result.unreadable
  total.newlyUnreadable += result.newlyUnreadable
  total.inFuture += result.inFuture
  total.calledBefore += result.calledBefore
  total.newestFirst &&= result.newestFirst
  for (const [type, count] of Object.entries(result.events) as [EventType, number][]) {
    total.events[type] = (total.events[type] ?? 0) + count
  }
}
