import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import { createScript } from '../redis/script.ts'
import type { Event } from '../types.ts'

/** Whose outbox holds what happens to endpoints, beside those of the sources. No source has this id. */
export const SYSTEM = { id: 'system', deleted_at: null } as const

/** The sources with the system: everyone who has an outbox. */
export function outboxOwners<Source>(sources: {
  everKnown: () => Promise<Source[]>
  ids: () => Promise<string[]>
}) {
  return {
    everKnown: async () => [...(await sources.everKnown()), SYSTEM],
    ids: async () => [...(await sources.ids()), SYSTEM.id],
  }
}

/** The writing end of the system's outbox; it is read like any other. */
export function createSystemOutbox(deps: {
  redis: Pick<Redis, 'callBuffer'>
  keys: Keys
  relayNow: (ownerId: string) => Promise<void>
}) {
  const append = createScript(deps.redis, new URL('./append-event.lua', import.meta.url))
  return {
    /** Adds an event, once for its id, and has it fanned out; where that is missed, the sweep does it. */
    async append(event: Event): Promise<void> {
      const { outbox, eventIndex, state } = deps.keys.source(SYSTEM.id)
      const added = await append([outbox, eventIndex, state], [event.id, event.type, JSON.stringify(event)])
      if (added === 1) await deps.relayNow(SYSTEM.id)
    },
  }
}

export type SystemOutbox = ReturnType<typeof createSystemOutbox>
