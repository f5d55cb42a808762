import {
  type About,
  allEndpoints,
  allSources,
  api,
  type Endpoint,
  good,
  type ServerCheck,
  type Source,
} from '../api.ts'
import { concernsOf } from '../attention.ts'
import { count, durationWords, plural, roughly } from '../format.ts'
import { useOnNews } from '../live.ts'
import { Failure, Notice, Skeleton } from '../parts/basics.tsx'
import { Icon } from '../parts/icon.tsx'
import { Page } from '../parts/page.tsx'
import { useNow } from '../parts/time.tsx'
import { href } from '../router.ts'
import { useQuery } from '../use-query.ts'
import { FirstRun } from './first-run.tsx'
import { CallersChart } from './overview-chart.tsx'
import { LatestEvents, NotDelivered } from './overview-lately.tsx'
import { EndpointsCard, SourcesCard } from './overview-things.tsx'

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
  checks: ServerCheck[]
  totals: Totals
}

async function look(): Promise<Seen> {
  const [sources, endpoints, about, { checks }] = await Promise.all([
    allSources(),
    allEndpoints(),
    good(api.GET('/v1/about')),
    good(api.GET('/v1/checks')),
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
  return { sources, endpoints, about, checks, totals }
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
          <CallersChart />
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
  const concerns = concernsOf(data.sources, data.endpoints, data.about, data.checks, now)
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
