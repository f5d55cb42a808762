import type { RingpostEvent } from '../api.ts'
import { href } from '../router.ts'
import { dataOf, eventSentence, eventWords } from '../words.ts'
import { Badge, Empty, Skeleton } from './basics.tsx'
import { Time } from './time.tsx'

/** One event in a list. */
export function EventRow({ event }: { event: RingpostEvent }) {
  const { source, user, backfill } = dataOf(event)
  const [words, tone] = eventWords(event.type, backfill)
  const agent = user?.last_contact_agent_name
  return (
    <a class="row event-row" href={href(`/events/${event.id}`)}>
      <span class="row-state">
        <Badge tone={tone}>{words}</Badge>
      </span>
      <span class="row-main">
        <span class="row-title">{eventSentence(event)}</span>
        <span class="row-sub">{[agent, source?.name].filter(Boolean).join(' · ')}</span>
      </span>
      <span class="row-when">
        <Time at={event.timestamp} />
      </span>
    </a>
  )
}

/** The latest events, as they are loaded, where there are none and where there are. */
export function LatestEventRows({ events }: { events: RingpostEvent[] | undefined }) {
  if (events === undefined) return <Skeleton lines={4} />
  if (events.length === 0) {
    return (
      <Empty icon="inbox" title="Nothing has happened yet">
        The next caller appears here by itself.
      </Empty>
    )
  }
  return (
    <ul class="rows">
      {events.map((event) => (
        <li key={event.id}>
          <EventRow event={event} />
        </li>
      ))}
    </ul>
  )
}
