import type { Logger } from 'pino'
import { fenced } from './head-scan.ts'
import { identityOf } from './identity.ts'
import type { KeyedSource } from './polled-source.ts'
import type { BaselineReason, SourceState } from './source-state.ts'
import type { DetectionStore } from './store.ts'
import type { WatermarkFiles } from './watermark-files.ts'

/** A new source, or one whose URL, key or filters have changed, begins with a new baseline. */
export async function beginIdentity(
  deps: {
    store: Pick<DetectionStore, 'readState' | 'startOver'>
    watermarks: Pick<WatermarkFiles, 'read'>
    logger: Logger
  },
  source: KeyedSource,
  token: number,
): Promise<SourceState> {
  const { store } = deps
  const state = await store.readState(source.id)
  const identity = identityOf(source)
  if (state.identity === identity) return state
  const fields = { source: source.id }
  let since: number | null = null
  let reason: BaselineReason = 'first'
  if (state.identity !== undefined) {
    reason = 'settings_changed'
    deps.logger.warn(
      fields,
      'The URL, key or filters of this source have changed: a new baseline is taken, and no alerts are sent for it.',
    )
  } else {
    const file = await deps.watermarks.read(source.id)
    since = file?.identity === identity ? file.watermark : null
    if (since !== null) {
      reason = 'redis_lost'
      deps.logger.warn(
        { ...fields, since: new Date(since * 1000).toISOString() },
        'Redis has lost the state of this source. A new baseline is taken: who first called since its last poll is announced, and nobody else.',
      )
    }
  }
  fenced(await store.startOver(source.id, token, identity, state.identity !== undefined, since, reason))
  return store.readState(source.id)
}
