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
  const { count, first_contact, last_contact, epoch } = snapshot
  return {
    id: backfillEventId({ endpointId, sourceId: source.id, userId, epoch, generation }),
    type: 'user.created',
    timestamp: new Date(now).toISOString(),
    data: {
      source: { id: source.id, name: source.name },
      user: {
        user_id: userId,
        conversation_count: count,
        first_contact_unix_secs: first_contact,
        last_contact_unix_secs: last_contact,
        last_contact_conversation_id: null,
        last_contact_agent_id: null,
        last_contact_agent_name: null,
        sentiment: null,
      },
      previous: null,
      change: { from: 0, to: count, by: count },
      backfill: true,
      raw: null,
    },
  }
}
