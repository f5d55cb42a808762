import type { UnixMs } from '../types.ts'
import { FloodError } from './flood-gate.ts'
import type { PollJob } from './head-scan.ts'
import type { Trouble } from './note-poll.ts'
import { entryOf, type PollEntry } from './poll-entry.ts'
import { warningsOf } from './poll-warnings.ts'
import { addResult, emptyResult, type ScanResult } from './scan-result.ts'
import type { Attention, ScanKind } from './source-state.ts'

/** What a poll did, for its history. */
export function pollDone(poll: {
  source: { baseUrl: string }
  began: UnixMs
  ended: UnixMs
  kind: ScanKind
  total: ScanResult
  trouble: Trouble | null
  stopped: boolean
  next: UnixMs | null
  dry?: boolean
}): PollEntry {
  const { total, trouble, stopped } = poll
  const found = Object.keys(total.events).length > 0
  const ofWhole = stopped ? 'stopped' : found ? 'found' : 'quiet'
  const ofTrouble = trouble instanceof FloodError ? 'held' : 'failed'
  return entryOf({
    outcome: trouble === null ? ofWhole : ofTrouble,
    kind: poll.kind,
    from: poll.began,
    to: poll.ended,
    requests: total.requests,
    rows: total.rows,
    changes: total.changes,
    events: { ...total.events },
    error: trouble === null ? null : { code: codeOf(trouble), message: trouble.message },
    warnings: warningsOf(total, poll.source).map(({ code }) => code),
    dry_run: poll.dry === true,
    next: poll.next,
  })
}

function codeOf(trouble: Trouble): string {
  return trouble instanceof FloodError ? 'flood' : trouble.kind
}

/** A poll that asks upstream for nothing, for a person has to decide first. */
export function pollHeld(poll: {
  attention: Attention
  began: UnixMs
  ended: UnixMs
  intervalMs: number
}): PollEntry {
  const { attention, began, ended } = poll
  return entryOf({
    outcome: 'held',
    kind: 'head',
    from: began,
    to: ended,
    error: { code: attention.kind, message: attention.message },
    next: ended + poll.intervalMs,
  })
}

/** What a poll has done by now, with the scans that have not ended. */
export function soFar({ total, atWork }: Pick<PollJob, 'total' | 'atWork'>): ScanResult {
  const sum = emptyResult()
  for (const result of [total, ...atWork]) addResult(sum, result)
  return sum
}
