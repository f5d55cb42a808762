import type { Event } from '../../src/types.ts'
import type { Stage } from '../support/stage.ts'

export const SRC = 'src_a'

/** Puts an event into a source's outbox as detection does where the source enriches. */
export async function emitWaiting(stage: Stage, id: string, conversationId: string): Promise<string> {
  const event: Event = {
    id,
    type: 'user.created',
    timestamp: new Date(stage.clock.ms).toISOString(),
    data: {
      source: { id: SRC, name: SRC },
      user: { user_id: id, last_contact_conversation_id: conversationId },
      // What a row may hold, and what is no place for a conversation.
      raw: { data: { conversation: null } },
      conversation: null,
    },
  }
  const source = stage.keys.source(SRC)
  const place = await stage.redis.xadd(source.outbox, '*', 'id', id, 'event', JSON.stringify(event))
  if (place === null) throw new Error('XADD has added nothing.')
  await stage.redis.hset(source.eventIndex, id, place)
  return place
}
