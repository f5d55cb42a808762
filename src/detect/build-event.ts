import { eventId } from '../ids.ts'
import type { Event, UnixMs, UserRow } from '../types.ts'
import type { Change } from './diff.ts'

/** Rows longer than this are not copied into their event: a webhook's body has to stay deliverable. */
const RAW_LIMIT = 16_384

/**
 * The Standard Webhooks payload for a change. `data.raw` is the row as upstream sent it, so that fields
 * which ringpost does not know yet reach the receiver; null where it is longer than 16 KB.
 */
export function buildEvent(
  source: { id: string; name: string },
  change: Change,
  row: UserRow,
  now: UnixMs,
): Event {
  const { raw, ...user } = row
  return {
    id: eventId({
      sourceId: source.id,
      userId: row.user_id,
      epoch: change.epoch,
      type: change.type,
      count: change.to,
    }),
    type: change.type,
    timestamp: new Date(now).toISOString(),
    data: {
      source: { id: source.id, name: source.name },
      user,
      previous: change.previous,
      change: { from: change.from, to: change.to, by: change.to - change.from },
      raw: JSON.stringify(raw).length <= RAW_LIMIT ? raw : null,
    },
  }
}
