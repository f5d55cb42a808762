import type { Logger } from 'pino'
import { isKeyInClear } from '../elevenlabs/key-in-clear.ts'
import { UpstreamError } from '../elevenlabs/upstream-error.ts'
import type { Event, UnixMs } from '../types.ts'
import { backoff } from './backoff.ts'
import { buildSourceEvent } from './build-event.ts'
import { FencedError } from './commit-rows.ts'
import { EmptyListError } from './empty-list.ts'
import { FloodError } from './flood-gate.ts'
import { nextWait } from './next-wait.ts'
import { afterNudge, isNudged } from './nudged.ts'
import { pollDone } from './poll-done.ts'
import type { PollHistory } from './poll-history.ts'
import { warningsOf } from './poll-warnings.ts'
import type { PolledSource } from './polled-source.ts'
import type { ScanResult } from './scan-result.ts'
import type { Attention, LastPoll, ScanKind, SourceState } from './source-state.ts'
import type { DetectionStore, StateChange } from './store.ts'
import type { WatermarkFiles } from './watermark-files.ts'

export type Trouble = UpstreamError | FloodError

/** How long a failure that passes by itself lasts before people are told (ms). */
const PATIENCE_MS = 5 * 60_000

/**
 * Makes what ends each poll: it writes down how it went, when the next one is due, tells those who subscribe to
 * `source.*` what concerns the source itself, and puts it into the history of polls.
 */
export function createPollNote(deps: {
  store: DetectionStore
  watermarks: Pick<WatermarkFiles, 'read' | 'write'>
  history: Pick<PollHistory, 'record'>
  now: () => UnixMs
  random: () => number
  logger: Logger
}) {
  const { store, now } = deps
  /** Sources and URLs of which it was said that their key can be read on its way. */
  const toldInClear = new Set<string>()

  /** Said once in a process, and not with each poll. */
  function isNewlyInClear({ id, baseUrl }: PolledSource): boolean {
    const key = `${id} ${baseUrl}`
    if (!isKeyInClear(baseUrl) || toldInClear.has(key)) return false
    toldInClear.add(key)
    return true
  }

  /** @returns when the next poll is due (unix ms) */
  return async function note(poll: {
    source: PolledSource
    token: number
    began: UnixMs
    kind: ScanKind
    total: ScanResult
    trouble: Trouble | null
    /** It was made for a nudge. */
    nudged: boolean
    /** It was broken off, for ringpost stops. */
    stopped: boolean
  }): Promise<UnixMs> {
    const { source, token, total, trouble } = poll
    const state = await store.readState(source.id)
    const found = Object.keys(total.events).length > 0
    const idlePolls = found || poll.nudged ? 0 : state.idle_polls + 1
    const change: StateChange =
      trouble === null
        ? recovered(state)
        : trouble instanceof FloodError
          ? flooded(trouble, poll.kind)
          : failed(trouble, state, source, poll.began)
    const wait =
      change.set?.not_before === undefined
        ? nextWait({ intervalMs: source.intervalMs, found, idlePolls, random: deps.random })
        : 0
    const nudge =
      trouble === null
        ? afterNudge({
            pending: isNudged(state),
            answered: poll.nudged,
            found,
            followUps: state.nudge_follow_ups,
            began: poll.began,
            now: now(),
          })
        : null
    const usual = Number(change.set?.not_before ?? now() + wait)
    const nextAt = nudge === null ? usual : Math.min(usual, nudge.at)
    const followUps = nudge?.followUps ?? null

    const events = sourceEvents(source, state, change, trouble)
    for (const { type } of events) total.events[type] = (total.events[type] ?? 0) + 1
    const lastPoll: LastPoll = {
      at: new Date(poll.began).toISOString(),
      kind: poll.kind,
      requests: total.requests,
      rows: total.rows,
      events: Object.values(total.events).reduce((sum, n) => sum + n, 0),
      duration_ms: now() - poll.began,
      error: trouble?.message ?? null,
      warnings: warningsOf(total, source),
    }
    if (total.newlyUnreadable > 0 || !total.newestFirst || isNewlyInClear(source)) {
      for (const { code, message } of lastPoll.warnings ?? [])
        deps.logger.warn({ source: source.id, code }, message)
    }
    const reply = await store.commitPage(source.id, token, {
      users: [],
      events,
      state: {
        set: {
          ...change.set,
          last_poll: JSON.stringify(lastPoll),
          idle_polls: idlePolls,
          not_before: nextAt,
          ...(followUps === null ? {} : { nudge_follow_ups: followUps }),
        },
        delete: [...(change.delete ?? []), ...(followUps === null ? (['nudge_follow_ups'] as const) : [])],
        increment: {
          total_polls: 1,
          failed_polls: trouble === null ? 0 : 1,
          total_requests: total.requests,
          late_changes: total.lateChanges,
          quarantined_rows: total.newlyUnreadable,
        },
      },
    })
    if (reply !== 'OK') throw new FencedError()
    await deps.history.record(source.id, token, pollDone({ ...poll, source, ended: now(), next: nextAt }))
    if (
      trouble === null &&
      state.watermark !== undefined &&
      state.identity !== undefined &&
      state.mode === 'live'
    ) {
      // Only an aid for the day when Redis is lost: a full disk must not stop the polling.
      await deps.watermarks.write(source.id, state.identity, state.watermark).catch((error: unknown) => {
        deps.logger.warn(
          { err: error, source: source.id },
          'The watermark could not be kept in the data folder.',
        )
      })
    }
    return nextAt
  }

  function recovered({ attention }: SourceState): StateChange {
    // The list is not empty any more: there is nothing to decide.
    const over = attention !== undefined && isOfEmptyList(attention)
    return {
      set: { failures: 0 },
      delete: [
        'failing_since',
        'failure',
        'empty_since',
        'failing_announced',
        ...(over ? (['attention', 'attention_announced'] as const) : []),
      ],
    }
  }

  function failed(
    error: UpstreamError,
    state: SourceState,
    source: PolledSource,
    began: UnixMs,
  ): StateChange {
    const failures = state.failures + 1
    const since = state.failing_since ?? now()
    const wait = backoff({
      kind: error.kind,
      failures,
      intervalMs: source.intervalMs,
      retryAfterMs: error.retryAfterMs,
      tookMs: now() - began,
      random: deps.random,
    })
    const forAPerson = error.kind === 'key' || error.kind === 'gone' || error.kind === 'request'
    const tell = state.failing_announced === undefined && (forAPerson || now() - since >= PATIENCE_MS)
    // Nobody is listed, and not only for a moment: it may be true, and nothing but a person can know. An outage of
    // another kind before says nothing of the list.
    const emptySince = error instanceof EmptyListError ? (state.empty_since ?? now()) : null
    const asks =
      emptySince !== null &&
      now() - emptySince >= PATIENCE_MS &&
      (state.attention === undefined || !isOfEmptyList(state.attention))
    return {
      set: {
        failures,
        failure: error.message,
        failing_since: since,
        not_before: now() + wait,
        ...(emptySince === null ? {} : { empty_since: emptySince }),
        ...(tell ? { failing_announced: since } : {}),
        ...(asks ? { attention: JSON.stringify(emptyList(state)) } : {}),
      },
      // A cursor that failed is never tried again: the scan it belonged to starts from the top.
      delete: [
        ...(emptySince === null ? (['empty_since'] as const) : []),
        ...(error.kind === 'cursor' || error.kind === 'bad_page'
          ? (['scan_cursor', 'scan_place_failures'] as const)
          : []),
      ],
    }
  }

  function emptyList({ known_users }: SourceState): Attention {
    const users = known_users.toLocaleString('en-US')
    return {
      kind: 'mass_removal',
      scan: 'head',
      since: now(),
      users: known_users,
      message: `The list has been empty for some minutes and ${users} ${known_users === 1 ? 'user is' : 'users are'} known, which looks like a mistake: no removals were sent. If it is true, accept them as events, or as the new baseline.`,
    }
  }

  function flooded(error: FloodError, scan: ScanKind): StateChange {
    const attention: Attention = {
      kind: 'flood',
      scan,
      since: now(),
      users: error.newcomers,
      message: error.message,
    }
    return {
      set: { attention: JSON.stringify(attention), failures: 0 },
      delete: ['failing_since', 'failure', 'empty_since'],
    }
  }

  /** What happened to the source itself: each outage is told once, and its end only if it was told. */
  function sourceEvents(
    source: PolledSource,
    before: SourceState,
    change: StateChange,
    trouble: Trouble | null,
  ): Event[] {
    const events: Event[] = []
    const tell = (
      type: 'source.failing' | 'source.recovered' | 'source.needs_attention',
      since: UnixMs,
      data: object,
    ) => events.push(buildSourceEvent(source, type, since, { ...data }, now()))
    const { failing_announced: announced, failure, attention } = change.set ?? {}
    const iso = (ms: UnixMs) => new Date(ms).toISOString()
    if (typeof announced === 'number') {
      tell('source.failing', announced, {
        failing_since: iso(announced),
        reason: trouble instanceof UpstreamError ? trouble.kind : 'other',
        message: failure,
      })
    }
    if (before.failing_announced !== undefined && change.delete?.includes('failing_announced')) {
      tell('source.recovered', before.failing_announced, { failing_since: iso(before.failing_announced) })
    }
    const waits = typeof attention === 'string' ? (JSON.parse(attention) as Attention) : before.attention
    // A flood can take the place of held back removals that were told.
    const told = before.attention_announced !== undefined && before.attention?.kind === waits?.kind
    if (waits !== undefined && !told) {
      const { kind, users, message, since } = waits
      tell('source.needs_attention', since, { reason: kind, users, message, since: iso(since) })
      change.set = { ...change.set, attention_announced: 1 }
    }
    return events
  }
}

/** Whether what waits is that a poll of the top has found nobody; a full scan finds only some who are gone. */
function isOfEmptyList({ kind, scan }: Attention): boolean {
  return kind === 'mass_removal' && scan === 'head'
}
