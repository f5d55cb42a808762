import { RingpostError } from '../errors.ts'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import { createScript } from '../redis/script.ts'
import { type Attention, NOBODY } from './source-state.ts'
import type { DetectionStore } from './store.ts'

/**
 * Carries out what a person decides about a source that waits for one: `events` lets what was held back be
 * announced by the next scan, `baseline` has it recorded in silence.
 *
 * @returns what had been waiting
 * @throws RingpostError `conflict` where nothing waits
 */
export async function acceptAttention(
  deps: { redis: Pick<Redis, 'callBuffer'>; keys: Keys; store: Pick<DetectionStore, 'readState'> },
  sourceId: string,
  as: 'events' | 'baseline',
): Promise<Attention> {
  const { attention, mode } = await deps.store.readState(sourceId)
  if (attention === undefined) {
    throw new RingpostError('conflict', `Nothing of source ${sourceId} waits for a decision.`)
  }
  const set: Record<string, string> = { not_before: '0' }
  const remove = ['attention', 'attention_announced']
  if (attention.kind === 'mass_removal') {
    set.removals_accepted = as
    set.removals_accepted_users = String(attention.users)
    remove.push('removals_untold_since', 'full_scan_at')
    // A poll of the top has found the list empty.
    if (attention.scan === 'head') set.empty_accepted = '1'
    // The list is read again, all of it, before anybody is removed.
    remove.push('last_full_scan', 'scan_kind', 'scan_cursor')
  } else if (as === 'events') {
    set.flood_accepted = attention.scan
    // What found them must run again, whether it would be due or not.
    if (attention.scan === 'full') remove.push('last_full_scan')
    if (attention.scan === 'lookback') remove.push('last_lookback')
  } else {
    // In a baseline it is the dates that cannot be believed: this time they announce nobody.
    if (mode === 'baseline') set.announce_since = String(NOBODY)
    else remove.push('announce_since')
    set.mode = 'baseline'
    set.baseline_reason = 'accepted'
    remove.push('baseline_started', 'scan_kind', 'scan_cursor')
  }
  const accept = createScript(deps.redis, new URL('./accept.lua', import.meta.url))
  const done = await accept(
    [deps.keys.source(sourceId).state],
    [JSON.stringify(attention), Object.keys(set).length, ...Object.entries(set).flat(), ...remove],
  )
  if (done !== 1) throw new RingpostError('conflict', `Source ${sourceId} has changed meanwhile. Look again.`)
  return attention
}
