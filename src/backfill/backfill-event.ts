import { recordedUser } from '../detect/build-event.ts'
import type { KnownUser } from '../detect/read-packed.ts'
import { backfillEventId } from '../ids.ts'
import type { Event, UnixMs } from '../types.ts'

/**
 * A user who is known already, as an event for one endpoint: what detection has recorded of them. Upstream is not
 * asked, so that agent and conversation are not known.
 *
 * @param generation of the endpoint's backfills: the same user has another event in another one
 */
export function backfillEvent(
  endpointId: string,
  source: { id: string; name: string },
  { userId, snapshot }: KnownUser,
  generation: number,
  now: UnixMs,
): Event {
  const { count, epoch } = snapshot
  return {
    id: backfillEventId({ endpointId, sourceId: source.id, userId, epoch, generation }),
    type: 'user.created',
    timestamp: new Date(now).toISOString(),
    data: {
      source: { id: source.id, name: source.name },
      user: recordedUser(userId, snapshot),
      previous: null,
      change: { from: 0, to: count, by: count },
      backfill: true,
      raw: null,
    },
  }
}
