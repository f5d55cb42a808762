import { allEndpoints, api, good, page } from '../api.ts'
import { useOnNews } from '../live.ts'
import { Card } from '../parts/basics.tsx'
import { DeliveryRow } from '../parts/delivery-row.tsx'
import { LatestEventRows } from '../parts/event-row.tsx'
import { href } from '../router.ts'
import { useQuery } from '../use-query.ts'

/** What was detected last. */
export function LatestEvents() {
  const events = useQuery('latest events', () => good(api.GET('/v1/events', { params: { query: page(6) } })))
  useOnNews(
    ({ kind }) => kind === 'event',
    () => void events.refresh(),
    500,
  )
  return (
    <Card
      title="Latest events"
      flush
      actions={
        <a class="button small" href={href('/live')}>
          Watch live
        </a>
      }
    >
      <LatestEventRows events={events.data?.data} />
    </Card>
  )
}

/** What is being tried again or was given up, where there is something. */
export function NotDelivered() {
  const troubled = useQuery(
    'latest trouble',
    async () => {
      const [retrying, failed] = await Promise.all(
        (['retrying', 'failed'] as const).map((status) =>
          good(api.GET('/v1/deliveries', { params: { query: { status, ...page(5) } } })),
        ),
      )
      return [...(retrying?.data ?? []), ...(failed?.data ?? [])]
        .sort((a, b) => b.created_at.localeCompare(a.created_at))
        .slice(0, 5)
    },
    { every: 10_000 },
  )
  const endpoints = useQuery(
    'endpoints by id',
    async () => new Map((await allEndpoints()).map((one) => [one.id, one])),
  )
  const trouble = troubled.data ?? []
  if (trouble.length === 0) return null
  return (
    <Card
      title="Not delivered"
      flush
      actions={
        <a class="button small" href={href('/deliveries')}>
          All deliveries
        </a>
      }
    >
      <ul class="rows">
        {trouble.map((delivery) => (
          <li key={delivery.id}>
            <DeliveryRow delivery={delivery} endpoints={endpoints.data} />
          </li>
        ))}
      </ul>
    </Card>
  )
}
