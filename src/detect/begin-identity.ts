import type { Logger } from 'pino'
import type { UnixSecs } from '../types.ts'
import { FencedError } from './commit-rows.ts'
import { fenced } from './head-scan.ts'
import { identityOf } from './identity.ts'
import type { KeyedSource } from './polled-source.ts'
import { bucketsAtOnce } from './read-packed.ts'
import type { BaselineReason, SourceState } from './source-state.ts'
import type { DetectionStore } from './store.ts'
import type { WatermarkFiles } from './watermark-files.ts'

/**
 * A new source, one whose URL, key or filters have changed, or one that was deleted and made again begins with a new
 * baseline.
 */
export async function beginIdentity(
  deps: {
    store: Pick<DetectionStore, 'readState' | 'startOver' | 'endedAt' | 'scanBuckets' | 'commitPage'>
    watermarks: Pick<WatermarkFiles, 'read'>
    logger: Logger
  },
  source: KeyedSource,
  token: number,
): Promise<SourceState> {
  const { store } = deps
  const state = await store.readState(source.id)
  const identity = identityOf(source)
  const wasDeleted = state.purged !== undefined
  if (state.identity === identity && !wasDeleted) return state
  const fields = { source: source.id }
  // Whoever ends a source deletes its identity: this mark is one that the version before has left.
  const isLeftOver = wasDeleted && state.identity === identity
  const recorded = isLeftOver ? await countRecorded() : 0
  if (isLeftOver && recorded > 0 && recorded === state.known_users) {
    const change = { users: [], events: [], state: { delete: ['purged' as const] } }
    if ((await store.commitPage(source.id, token, change)) !== 'OK') throw new FencedError()
    return store.readState(source.id)
  }
  let since: number | null = null
  let reason: BaselineReason = 'first'
  if (recorded > 0) {
    since = state.watermark ?? null
    reason = 'redis_lost'
    deps.logger.warn(
      fields,
      'An earlier version has dropped users of this source and polled on. A new baseline is taken: who first called since its last poll is announced, and nobody else.',
    )
  } else if (wasDeleted) {
    // Of one that was deleted the state says so, and nothing of it is a loss.
    deps.logger.info(fields, 'This source was deleted and made again: a new baseline is taken.')
  } else if (state.identity !== undefined) {
    reason = 'settings_changed'
    deps.logger.warn(
      fields,
      'The URL, key or filters of this source have changed: a new baseline is taken, and no alerts are sent for it.',
    )
  } else {
    const file = await deps.watermarks.read(source.id)
    since = file?.identity === identity && !(await isOfDeleted(file.watermark)) ? file.watermark : null
    if (since !== null) {
      reason = 'redis_lost'
      deps.logger.warn(
        { ...fields, since: new Date(since * 1000).toISOString() },
        'Redis has lost the state of this source. A new baseline is taken: who first called since its last poll is announced, and nobody else.',
      )
    }
  }
  // What a purge has not dropped yet is dropped here, and the purge then leaves the rest alone.
  const known = state.identity !== undefined || wasDeleted
  fenced(await store.startOver(source.id, token, identity, known, since, reason))
  return store.readState(source.id)

  /** How many users are recorded, without those who were removed. */
  async function countRecorded(): Promise<number> {
    let count = 0
    for await (const users of store.scanBuckets(source.id, bucketsAtOnce(state.known_users))) {
      count += users.filter(({ snapshot }) => !snapshot.removed).length
    }
    return count
  }

  /**
   * Whether a file is left from an earlier source of this id, which another process has deleted. No file of it is
   * later than the watermark that it ended with, and none of a source after it is earlier (decision 67).
   */
  async function isOfDeleted(watermark: UnixSecs): Promise<boolean> {
    const ended = await store.endedAt(source.id)
    return ended !== null && watermark <= ended
  }
}
