import { setTimeout as wait } from 'node:timers/promises'
import type { Logger } from 'pino'
import { RingpostError } from '../errors.ts'
import type { UnixMs } from '../types.ts'
import { isNudged } from './nudged.ts'
import type { Poll, PollOptions, PollReport } from './poll.ts'
import type { PolledSource } from './polled-source.ts'
import type { SourceState } from './source-state.ts'

/** How long somebody who asks for a poll waits for one that is under way (ms). */
const PATIENCE_MS = 15_000

/**
 * A poll by the source's id, with its log line and with the relay told of what was found. `scheduled` is
 * for the queue and lets a paused or deleted source be; `asked` is for a person and says why it cannot.
 */
export function createPollSource<Record extends { id: string; paused: boolean }>(deps: {
  sources: {
    find: (id: string) => Promise<Record | null>
    get: (id: string) => Promise<Record>
    toPoll: (source: Record) => PolledSource
  }
  poll: Poll
  relayNow: (sourceId: string) => Promise<void>
  /** Ends the schedule of a source that must not be polled any more. */
  stopPolls: (sourceId: string) => Promise<void>
  /** Plans the next poll. */
  pollAt: (sourceId: string, at: UnixMs) => Promise<void>
  /** Asks again soon, for a poller that just died holds the lease for some seconds, and one at work may end. */
  pollSoon: (sourceId: string) => Promise<void>
  state: {
    readState: (sourceId: string) => Promise<SourceState>
    /** Whether whoever holds the lease still renews it. */
    isHeldAlive: (sourceId: string) => Promise<boolean>
  }
  logger: Logger
  /** Told of each poll. */
  polled?: (report: PollReport) => void
}) {
  async function run(source: Record, options: PollOptions): Promise<PollReport> {
    const report = await deps.poll(deps.sources.toPoll(source), options)
    if (!options.dryRun) deps.polled?.(report)
    const found = Object.values(report.events).reduce((sum, n) => sum + n, 0)
    if (found > 0 && !options.dryRun) await deps.relayNow(source.id)
    if (report.next_at !== null) await deps.pollAt(source.id, report.next_at)
    const { outcome, error, next_at, ...figures } = report
    const fields = { source: source.id, ...figures }
    if (outcome === 'done') deps.logger.info(fields, 'poll')
    else if (outcome === 'failed') deps.logger.warn(fields, `Source ${source.id}: ${error}`)
    else deps.logger.debug(fields, outcome === 'busy' ? 'poll: another poller is at it' : 'poll: waits')
    return report
  }

  /** A poll at work answers the nudges before it; those at its end may have come too late for it. */
  async function mustAskAgain(sourceId: string): Promise<boolean> {
    return !(await deps.state.isHeldAlive(sourceId)) || isNudged(await deps.state.readState(sourceId))
  }

  return {
    async scheduled(sourceId: string, signal: AbortSignal): Promise<PollReport | null> {
      const source = await deps.sources.find(sourceId)
      if (source === null || source.paused) {
        // Another process may have set it up again while this one took it down.
        await deps.stopPolls(sourceId)
        return null
      }
      const report = await run(source, { signal })
      if (report.outcome === 'busy' && (await mustAskAgain(sourceId))) await deps.pollSoon(sourceId)
      return report
    },

    /** @throws RingpostError `not_found`, or `source_busy` where another poll does not end in time */
    async asked(
      sourceId: string,
      options: { full: boolean; dryRun?: boolean },
      signal: AbortSignal,
    ): Promise<PollReport> {
      const source = await deps.sources.get(sourceId)
      for (let waited = 0; waited < PATIENCE_MS && !signal.aborted; waited += 100) {
        const report = await run(source, { ...options, now: true, signal })
        if (report.outcome !== 'busy') return report
        await wait(100, undefined, { signal }).catch(() => undefined)
      }
      throw new RingpostError('source_busy', whyBusy(sourceId, await deps.state.readState(sourceId)))
    },
  }
}

function whyBusy(sourceId: string, state: SourceState): string {
  const known = `${state.known_users.toLocaleString('en-US')} users`
  if (state.mode === 'baseline') {
    return `The baseline of source ${sourceId} is being taken (${known} so far), with a poll of the top of the list at its usual times. Ask again when it is live.`
  }
  if (state.scan_kind === 'full') {
    return `A full scan of source ${sourceId} is under way (${known} known), with a poll of the top of the list at its usual times. Ask again when it has ended.`
  }
  return `Source ${sourceId} is being polled by another process, or one that just died. Try again in a few seconds.`
}
