import { userIdOf } from '../events/user-of.ts'
import type { EraseDeliveries } from '../log/erase-deliveries.ts'
import type { EventEraser } from '../outbox/erase-events.ts'

/** What was erased of a person. */
export interface Erased {
  events: number
  deliveries: number
  quarantined_rows: number
}

/**
 * Makes what removes a person's data from a source: their events, what became of those at every endpoint that
 * there ever was, and unreadable rows that are theirs. It can be repeated, and goes on where it broke off.
 */
export function createEraseUser(deps: {
  events: EventEraser
  endpoints: { ids: () => Promise<string[]> }
  eraseDeliveries: EraseDeliveries
  quarantine: { erase: (sourceId: string, userId: string) => Promise<number> }
  backfills: { interrupt: (endpointId: string) => Promise<void> }
}) {
  async function eraseDeliveries(eventIds: readonly string[]): Promise<number> {
    let erased = 0
    for (const id of await deps.endpoints.ids()) erased += await deps.eraseDeliveries(id, eventIds)
    return erased
  }

  /** What endpoints have asked for is in outboxes of their own. */
  async function eraseBackfills(sourceId: string, userId: string, erased: Erased): Promise<void> {
    for (const id of await deps.endpoints.ids()) {
      await deps.backfills.interrupt(id)
      for await (const page of deps.events.walk(id)) {
        const theirs = page.filter(
          ({ event }) => event.data.source?.id === sourceId && userIdOf(event) === userId,
        )
        if (theirs.length === 0) continue
        const ids = theirs.map(({ event }) => event.id)
        erased.deliveries += await deps.eraseDeliveries(id, ids)
        erased.events += await deps.events.erase(id, theirs)
        erased.deliveries += await deps.eraseDeliveries(id, ids)
      }
    }
  }

  return async function eraseUser(sourceId: string, userId: string): Promise<Erased> {
    const erased: Erased = { events: 0, deliveries: 0, quarantined_rows: 0 }
    for await (const page of deps.events.walk(sourceId)) {
      const theirs = page.filter(({ event }) => userIdOf(event) === userId)
      if (theirs.length === 0) continue
      const ids = theirs.map(({ event }) => event.id)
      // Deliveries first: their ids are found by the events. And once more after them, for a relay or a
      // worker that had read an event may have written meanwhile, and cannot do so any more.
      erased.deliveries += await eraseDeliveries(ids)
      erased.events += await deps.events.erase(sourceId, theirs)
      erased.deliveries += await eraseDeliveries(ids)
    }
    await eraseBackfills(sourceId, userId, erased)
    erased.quarantined_rows = await deps.quarantine.erase(sourceId, userId)
    return erased
  }
}

export type EraseUser = ReturnType<typeof createEraseUser>
