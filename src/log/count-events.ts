import type { Outbox } from '../outbox/outbox.ts'
import type { UnixMs } from '../types.ts'

/** Events that one request looks at, so that it costs a bounded time however much has happened. */
const BUDGET = 20_000
const READ_AT_ONCE = 500

/** How many events of each type there were in each of some equal stretches of time. */
export interface EventCounts {
  stretches: { from: UnixMs; types: Record<string, number> }[]
  /** From when on they are complete; later than asked for where there were too many to look at. */
  completeSince: UnixMs
}

/** Counts events over time, newest first until all are counted or the budget is used up. */
export function createCountEvents(deps: {
  outbox: Pick<Outbox, 'newestFirst'>
  owners: { everKnown: () => Promise<{ id: string }[]> }
}) {
  return async function countEvents(query: {
    sourceId: string | null
    since: UnixMs
    until: UnixMs
    stretches: number
  }): Promise<EventCounts> {
    const { since, until } = query
    const width = Math.max(1, (until - since) / query.stretches)
    const stretches = Array.from({ length: query.stretches }, (_, i) => ({
      from: Math.round(since + i * width),
      types: {} as Record<string, number>,
    }))
    const owners = (await deps.owners.everKnown()).filter(
      ({ id }) => query.sourceId === null || id === query.sourceId,
    )
    const share = Math.max(READ_AT_ONCE, Math.floor(BUDGET / Math.max(1, owners.length)))
    let completeSince = since
    for (const { id } of owners) {
      let before = '+'
      for (let seen = 0; ; ) {
        const entries = await deps.outbox.newestFirst(id, {
          before,
          from: String(since),
          limit: READ_AT_ONCE,
        })
        for (const { event } of entries) {
          const at = Date.parse(event.timestamp)
          const types = stretches[Math.floor((at - since) / width)]?.types
          if (types && at <= until) types[event.type] = (types[event.type] ?? 0) + 1
        }
        seen += entries.length
        const last = entries.at(-1)
        if (last === undefined || entries.length < READ_AT_ONCE) break
        before = last.streamId
        if (seen >= share) {
          completeSince = Math.max(completeSince, Date.parse(last.event.timestamp))
          break
        }
      }
    }
    return { stretches, completeSince }
  }
}

export type CountEvents = ReturnType<typeof createCountEvents>
