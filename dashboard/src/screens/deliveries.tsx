import { useMemo } from 'preact/hooks'
import { allEndpoints, allEventTypes, api, type DeliverySummary, good, longPage } from '../api.ts'
import { useOnNews } from '../live.ts'
import { Card, Empty } from '../parts/basics.tsx'
import { DeliveryRow } from '../parts/delivery-row.tsx'
import { FilterChoice, PERIODS, sinceOf, useFilters } from '../parts/filters.tsx'
import { Page } from '../parts/page.tsx'
import { usePages } from '../parts/pages.ts'
import { Rows } from '../parts/rows.tsx'
import { useQuery } from '../use-query.ts'
import { DELIVERY_STATES, endpointName, eventWords } from '../words.ts'

type Status = DeliverySummary['status']
const STATUSES = Object.entries(DELIVERY_STATES).map(([status, [words]]) => [status, words] as const)

/** What was sent, and what became of it. */
export function DeliveriesScreen() {
  const filters = useFilters('/deliveries')
  const endpoints = useQuery('endpoints', allEndpoints)
  const types = useQuery('event types', allEventTypes)
  const byId = useMemo(() => new Map((endpoints.data ?? []).map((one) => [one.id, one])), [endpoints.data])
  const [status, endpoint, type, event, since] = ['status', 'endpoint', 'type', 'event', 'since'].map(
    filters.get,
  ) as [string, string, string, string, string]
  const key = JSON.stringify([status, endpoint, type, event, since])
  // A cursor belongs to its filters: the moment must be the same for all pages.
  const from = useMemo(() => sinceOf(since), [key])
  const pages = usePages<DeliverySummary>(key, (cursor) =>
    good(
      api.GET('/v1/deliveries', {
        params: {
          query: {
            ...longPage(cursor),
            ...(status ? { status: status as Status } : {}),
            ...(endpoint ? { endpoint_id: endpoint } : {}),
            ...(type ? { event_type: type } : {}),
            ...(event ? { event_id: event } : {}),
            ...from,
          },
        },
      }),
    ),
  )
  // What has happened is on its way before it is tried, and may wait long for that.
  useOnNews(() => true, pages.refresh, 1_500)
  return (
    <Page title="Deliveries" lead="Each event on its way to each endpoint, with every attempt.">
      <search class="filters">
        <FilterChoice
          label="State"
          any="Any"
          value={status}
          of={STATUSES}
          onChange={(value) => filters.set('status', value)}
        />
        <FilterChoice
          label="Endpoint"
          any="Any"
          value={endpoint}
          of={(endpoints.data ?? []).map((one) => [one.id, endpointName(one)] as const)}
          onChange={(value) => filters.set('endpoint', value)}
        />
        <FilterChoice
          label="Event"
          any="Any"
          value={type}
          of={(types.data ?? []).map((one) => [one.type, eventWords(one.type)[0]] as const)}
          onChange={(value) => filters.set('type', value)}
        />
        <FilterChoice
          label="From"
          any="Any time"
          value={since}
          of={PERIODS}
          onChange={(value) => filters.set('since', value)}
        />
        {filters.any && (
          <button type="button" class="button small clear" onClick={filters.clear}>
            Clear
          </button>
        )}
      </search>
      <Card flush>
        <Rows
          pages={pages}
          label="Deliveries"
          with={byId}
          empty={
            <Empty icon="deliveries" title={filters.any ? 'No delivery fits' : 'Nothing was sent yet'}>
              {filters.any
                ? 'Try fewer filters.'
                : 'As soon as a caller calls, what is sent to your endpoints appears here.'}
            </Empty>
          }
        >
          {(delivery) => <DeliveryRow delivery={delivery} endpoints={byId} />}
        </Rows>
      </Card>
    </Page>
  )
}
