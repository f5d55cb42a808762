import { useMemo, useState } from 'preact/hooks'
import { type About, allEndpoints, allSources, api, type Endpoint, good, page, type Source } from '../api.ts'
import { concernsOf } from '../attention.ts'
import { count, durationWords, plural, roughly } from '../format.ts'
import { kindTitle } from '../kinds.ts'
import { useOnNews } from '../live.ts'
import { Badge, Card, Empty, Failure, Notice, Skeleton } from '../parts/basics.tsx'
import { Chart } from '../parts/chart.tsx'
import { DeliveryRow, History } from '../parts/delivery-row.tsx'
import { EventRow } from '../parts/event-row.tsx'
import { Icon } from '../parts/icon.tsx'
import { KindMark } from '../parts/kind-mark.tsx'
import { Page } from '../parts/page.tsx'
import { Segments } from '../parts/segments.tsx'
import { Countdown, Time, useNow } from '../parts/time.tsx'
import { href } from '../router.ts'
import { type Query, useQuery } from '../use-query.ts'
import { endpointName, endpointState, SOURCE_STATES } from '../words.ts'
import { FirstRun } from './first-run.tsx'

const SPANS = {
  '1h': { words: 'Hour', ms: 3_600_000, stretches: 60 },
  '24h': { words: 'Day', ms: 86_400_000, stretches: 48 },
  '7d': { words: 'Week', ms: 7 * 86_400_000, stretches: 84 },
  '30d': { words: 'Month', ms: 30 * 86_400_000, stretches: 60 },
} as const
type Span = keyof typeof SPANS
const SPAN_WORDS = (Object.keys(SPANS) as Span[]).map((span) => [span, SPANS[span].words] as const)

interface Totals {
  succeeded: number
  retrying: number
  pending: number
  failed: number
}

interface Seen {
  sources: Source[]
  endpoints: Endpoint[]
  about: About
  totals: Totals
}

async function look(): Promise<Seen> {
  const [sources, endpoints, about] = await Promise.all([
    allSources(),
    allEndpoints(),
    good(api.GET('/v1/about')),
  ])
  const stats = await Promise.all(
    endpoints
      .slice(0, 100)
      .map(({ id }) => good(api.GET('/v1/endpoints/{id}/stats', { params: { path: { id } } }))),
  )
  const sum = (of: keyof Totals) => stats.reduce((total, { deliveries }) => total + deliveries[of], 0)
  const totals = {
    succeeded: sum('succeeded'),
    retrying: sum('retrying'),
    pending: sum('pending'),
    failed: sum('failed'),
  }
  return { sources, endpoints, about, totals }
}

/** A test counts, and so does what the log no longer has. */
function hasDelivered({ endpoints, totals }: Seen): boolean {
  return totals.succeeded > 0 || endpoints.some(({ health }) => health.last_success_at !== null)
}

function isNew(seen: Seen): boolean {
  return seen.sources.length === 0 || seen.endpoints.length === 0 || !hasDelivered(seen)
}

/** Everything at a glance, and first what needs somebody. */
export function Overview() {
  // Whoever has just begun watches what they do.
  const seen = useQuery('overview', look, { every: (data) => (data && isNew(data) ? 2_000 : 10_000) })
  useOnNews(
    () => true,
    () => void seen.refresh(),
    1_500,
  )
  const { data } = seen
  if (data === undefined) {
    return (
      <Page title="Overview">
        {seen.error ? <Failure error={seen.error} retry={seen.refresh} /> : <Skeleton lines={9} />}
      </Page>
    )
  }
  return (
    <Page title="Overview">
      {seen.error && (
        <Notice tone="bad">
          <strong>{seen.error.message}</strong> What is below was seen before.
        </Notice>
      )}
      {isNew(data) && (
        <FirstRun
          sources={data.sources}
          endpoints={data.endpoints}
          delivered={hasDelivered(data)}
          onChange={seen.refresh}
        />
      )}
      {/* What was seen before says nothing of now. */}
      {data.sources.length > 0 && !seen.error && <Concerns data={data} />}
      {data.endpoints.length > 0 && (
        <>
          <Tiles data={data} />
          <Events />
          <div class="columns even">
            <SourcesCard sources={data.sources} />
            <EndpointsCard endpoints={data.endpoints} />
            <LatestEvents />
            <NotDelivered />
          </div>
        </>
      )}
    </Page>
  )
}

function Concerns({ data }: { data: Seen }) {
  const now = useNow()
  const concerns = concernsOf(data.sources, data.endpoints, data.about, now)
  if (concerns.length === 0 && isNew(data)) return null
  if (concerns.length === 0) {
    const polled = data.sources.filter(({ paused }) => !paused).length
    return (
      <p class="all-well">
        <span class="all-well-mark">
          <Icon name="check" size={16} />
        </span>
        <span>
          <strong>Everything works.</strong> {plural(polled, 'source')} polled,{' '}
          {plural(data.endpoints.filter(({ enabled }) => enabled).length, 'endpoint')} served.
        </span>
      </p>
    )
  }
  return (
    <section class="concerns" aria-label="What needs attention">
      {concerns.map(({ id, tone, title, detail, action, url }) => (
        <a key={id} class={`concern ${tone}`} href={url}>
          <Icon name="warning" size={20} />
          <span class="concern-text">
            <strong>{title}</strong>
            <span>{detail}</span>
          </span>
          <span class="button small">{action}</span>
        </a>
      ))}
    </section>
  )
}

function Tiles({ data }: { data: Seen }) {
  const { sources, totals, about } = data
  const known = sources.reduce((sum, { known_users }) => sum + known_users, 0)
  const oldest = Math.max(0, ...about.queues.map(({ oldest_waiting_secs }) => oldest_waiting_secs))
  return (
    <ul class="tiles">
      <Tile
        name="Known callers"
        value={count(known)}
        note={plural(sources.length, 'source')}
        url={href('/users')}
      />
      <Tile
        name="Delivered"
        value={count(totals.succeeded)}
        note={`in the last ${durationWords(about.retention.deliveries)}`}
        url={href('/deliveries', { status: 'succeeded' })}
        tone="good"
      />
      <Tile
        name="Retrying"
        value={count(totals.retrying)}
        note={totals.pending > 0 ? `${count(totals.pending)} more waiting` : 'nothing waiting'}
        url={href('/deliveries', { status: 'retrying' })}
        tone={totals.retrying > 0 ? 'warn' : 'quiet'}
      />
      <Tile
        name="Failed"
        value={count(totals.failed)}
        note={totals.failed > 0 ? 'can be sent again' : 'none given up'}
        url={href('/deliveries', { status: 'failed' })}
        tone={totals.failed > 0 ? 'bad' : 'quiet'}
      />
      <Tile
        name="Queue age"
        value={roughly(oldest * 1000)}
        note={oldest < 1 ? 'nothing waits' : 'the oldest job'}
        url={href('/settings')}
        tone={oldest > 60 ? 'warn' : 'quiet'}
      />
    </ul>
  )
}

function Tile(props: { name: string; value: string; note: string; url: string; tone?: string }) {
  return (
    <li>
      <a class={`tile ${props.tone ?? 'quiet'}`} href={props.url}>
        <span class="tile-name">{props.name}</span>
        <span class="tile-value">{props.value}</span>
        <span class="tile-note">{props.note}</span>
      </a>
    </li>
  )
}

function Events() {
  const [span, setSpan] = useState<Span>('1h')
  const { ms, stretches } = SPANS[span]
  const counted = useQuery(
    `counts ${span}`,
    () => {
      // To whole stretches, so that bars keep their places.
      const width = ms / stretches
      const until = Math.ceil(Date.now() / width) * width
      return good(
        api.GET('/v1/event-counts', {
          params: {
            query: {
              since: new Date(until - ms).toISOString(),
              until: new Date(until).toISOString(),
              stretches: String(stretches),
            },
          },
        }),
      )
    },
    { every: 30_000 },
  )
  useOnNews(
    ({ kind }) => kind === 'event',
    () => void counted.refresh(),
    2_000,
  )
  const { data, error } = counted
  const chart = useMemo(() => {
    if (data === undefined) return null
    const of = (matches: (type: string) => boolean) =>
      data.stretches.map(({ types }) =>
        Object.entries(types).reduce((sum, [type, value]) => (matches(type) ? sum + value : sum), 0),
      )
    return {
      at: data.stretches.map(({ from }) => Date.parse(from) / 1000),
      series: [
        { label: 'New callers', color: '--chart-a', values: of((type) => type === 'user.created') },
        {
          label: 'Called again',
          color: '--chart-b',
          values: of((type) => type === 'user.conversation_count.increased'),
        },
      ],
    }
  }, [data])
  return (
    <Card
      title="Callers over time"
      actions={<Segments label="Time span" chosen={span} of={SPAN_WORDS} onChange={setSpan} />}
    >
      {chart ? (
        <Chart
          at={chart.at}
          series={chart.series}
          label={`New callers and repeated calls of the last ${SPANS[span].words.toLowerCase()}`}
          sum={`in the last ${SPANS[span].words.toLowerCase()}`}
        />
      ) : error ? (
        <Failure error={error} retry={counted.refresh} />
      ) : (
        <div class="chart chart-220 waiting" />
      )}
      {data && Date.parse(data.complete_since) > Date.parse(data.since) && (
        <p class="help">
          So much has happened that only what came since <Time at={data.complete_since} /> is counted.
        </p>
      )}
    </Card>
  )
}

function SourcesCard({ sources }: { sources: Source[] }) {
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

function EndpointsCard({ endpoints }: { endpoints: Endpoint[] }) {
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

function useLatelyAt(endpointId: string): Query<{ data: import('../api.ts').DeliverySummary[] }> {
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

function LatestEvents() {
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
      {events.data === undefined ? (
        <Skeleton lines={4} />
      ) : events.data.data.length === 0 ? (
        <Empty icon="inbox" title="Nothing has happened yet">
          The next caller appears here by itself.
        </Empty>
      ) : (
        <ul class="rows">
          {events.data.data.map((event) => (
            <li key={event.id}>
              <EventRow event={event} />
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}

/** What is being tried again or was given up, where there is something. */
function NotDelivered() {
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
