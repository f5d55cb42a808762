import { api, type DeliverySummary, type Endpoint, good, page, type Source } from '../api.ts'
import { plural } from '../format.ts'
import { kindTitle } from '../kinds.ts'
import { useOnNews } from '../live.ts'
import { Badge, Card, Empty } from '../parts/basics.tsx'
import { History } from '../parts/delivery-row.tsx'
import { KindMark } from '../parts/kind-mark.tsx'
import { Countdown, Time } from '../parts/time.tsx'
import { href } from '../router.ts'
import { type Query, useQuery } from '../use-query.ts'
import { endpointName, endpointState, SOURCE_STATES } from '../words.ts'

/** How each source is, in a line. */
export function SourcesCard({ sources }: { sources: Source[] }) {
  return (
    <Card
      title="Sources"
      flush
      actions={
        <a class="button small" href={href('/sources')}>
          All sources
        </a>
      }
    >
      <ul class="rows">
        {sources.slice(0, 6).map((source) => {
          const [words, tone] = SOURCE_STATES[source.state]
          return (
            <li key={source.id}>
              <a class="row" href={href(`/sources/${source.id}`)}>
                <span class="row-main">
                  <span class="row-title">
                    {source.name} <Badge tone={tone}>{words}</Badge>
                  </span>
                  <span class="row-sub">{source.state_detail}</span>
                </span>
                <span class="row-when">
                  <span>
                    <span class="muted">polled </span>
                    <Time at={source.last_poll?.at} />
                  </span>
                  {source.next_poll_at && (
                    <span class="muted">
                      next <Countdown at={source.next_poll_at} />
                    </span>
                  )}
                  <span class="muted">{plural(source.totals.requests, 'request')}</span>
                </span>
              </a>
            </li>
          )
        })}
      </ul>
    </Card>
  )
}

/** How each endpoint is, in a line. */
export function EndpointsCard({ endpoints }: { endpoints: Endpoint[] }) {
  return (
    <Card
      title="Endpoints"
      flush
      actions={
        <a class="button small" href={href('/endpoints')}>
          All endpoints
        </a>
      }
    >
      {endpoints.length === 0 ? (
        <Empty
          icon="endpoints"
          title="No endpoint yet"
          action={
            <a class="button primary" href={href('/endpoints/new')}>
              Add an endpoint
            </a>
          }
        >
          An endpoint is where events are sent.
        </Empty>
      ) : (
        <ul class="rows">
          {endpoints.slice(0, 6).map((endpoint) => (
            <EndpointLine key={endpoint.id} endpoint={endpoint} />
          ))}
        </ul>
      )}
    </Card>
  )
}

/** An endpoint with how its last deliveries went. */
export function EndpointLine({ endpoint }: { endpoint: Endpoint }) {
  const [words, tone] = endpointState(endpoint)
  const lately = useLatelyAt(endpoint.id)
  return (
    <li>
      <a class="row marked" href={href(`/endpoints/${endpoint.id}`)}>
        <KindMark kind={endpoint.kind} />
        <span class="row-main">
          <span class="row-title">
            {endpointName(endpoint)} <Badge tone={tone}>{words}</Badge>
          </span>
          <span class="row-sub">
            {endpoint.kind === 'webhook' || endpoint.description === ''
              ? endpoint.url
              : kindTitle(endpoint.kind)}
          </span>
        </span>
        <span class="row-when">
          <History deliveries={lately.data?.data ?? []} />
          <span class="muted">
            {endpoint.health.last_success_at === null ? (
              'no event taken yet'
            ) : (
              <>
                last success <Time at={endpoint.health.last_success_at} />
              </>
            )}
          </span>
        </span>
      </a>
    </li>
  )
}

function useLatelyAt(endpointId: string): Query<{ data: DeliverySummary[] }> {
  const query = useQuery(`lately ${endpointId}`, () =>
    good(api.GET('/v1/deliveries', { params: { query: { endpoint_id: endpointId, ...page(24) } } })),
  )
  useOnNews(
    (entry) => entry.kind === 'attempt' && entry.attempt.endpoint_id === endpointId,
    () => void query.refresh(),
    2_000,
  )
  return query
}
