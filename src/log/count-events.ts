import { inGroups } from '../queues/in-groups.ts'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import { createScript } from '../redis/script.ts'
import type { UnixMs } from '../types.ts'

/** Events that one request looks at, so that it costs a bounded time however much has happened. */
const BUDGET = 100_000
/** Of each source, however many there are. */
const LEAST = 100
/** In one call, in which Redis does nothing else. */
const AT_ONCE = 2_000

/** How many events of each type there were in each of some equal stretches of time. */
export interface EventCounts {
  stretches: { from: UnixMs; types: Record<string, number> }[]
  /** From when on they are complete; later than asked for where there were too many to look at. */
  completeSince: UnixMs
}

/**
 * Counts events over time by when they entered the log, newest first until all are counted or the budget is used up.
 * Redis counts: an event has a kilobyte and more.
 */
export function createCountEvents(deps: {
  redis: Pick<Redis, 'callBuffer'>
  keys: Pick<Keys, 'source'>
  owners: { everKnown: () => Promise<{ id: string }[]> }
}) {
  const count = createScript(deps.redis, new URL('./count-events.lua', import.meta.url))

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
    const share = Math.max(LEAST, Math.floor(BUDGET / Math.max(1, owners.length)))
    let completeSince = since

    async function countOf(ownerId: string): Promise<void> {
      let before = ''
      for (let left = share; left > 0; ) {
        const limit = Math.min(left, AT_ONCE)
        const reply = await count(
          [deps.keys.source(ownerId).outbox],
          [since, until, query.stretches, before, limit],
        )
        const [seen, last, ...counts] = (reply as (number | Buffer)[]).map((one) =>
          typeof one === 'number' ? one : one.toString('utf8'),
        )
        for (let i = 0; i < counts.length; i += 3) {
          const types = stretches[Number(counts[i])]?.types
          const type = String(counts[i + 1])
          if (types) types[type] = (types[type] ?? 0) + Number(counts[i + 2])
        }
        if (Number(seen) < limit) return
        before = String(last)
        left -= limit
      }
      completeSince = Math.max(completeSince, Number(before.split('-')[0]))
    }

    await inGroups(owners, ({ id }) => countOf(id))
    return { stretches, completeSince }
  }
}

export type CountEvents = ReturnType<typeof createCountEvents>
