import { type About, api, good } from '../api.ts'
import { bytes, durationWords, plural, roughly } from '../format.ts'
import { Badge, Card, Facts, Failure, Skeleton } from '../parts/basics.tsx'
import { Page } from '../parts/page.tsx'
import { Segments } from '../parts/segments.tsx'
import { Moment, Time } from '../parts/time.tsx'
import { useSession } from '../session.ts'
import { type Theme, useTheme } from '../theme.ts'
import { useQuery } from '../use-query.ts'
import { Checks } from './settings-checks.tsx'
import { Tokens } from './tokens.tsx'

const THEMES: [Theme, string][] = [
  ['system', 'As the system'],
  ['light', 'Light'],
  ['dark', 'Dark'],
]

/** How this ringpost is, who may use it, and how it looks. */
export function SettingsScreen() {
  const about = useQuery('about', () => good(api.GET('/v1/about')), { every: 10_000 })
  const ready = useQuery('ready', () => good(api.GET('/readyz')), { every: 10_000 })
  const { session } = useSession()
  const [theme, setTheme] = useTheme()
  const { data } = about
  return (
    <Page title="Settings" lead="How this ringpost is doing, and who may use it.">
      {about.error && <Failure error={about.error} retry={about.refresh} />}
      <Checks about={data} notReady={ready.error ?? null} />
      <div class="columns even">
        <Card
          title="Health"
          actions={
            ready.error ? (
              <Badge tone="bad">Not ready</Badge>
            ) : ready.data ? (
              <Badge tone="good">Ready</Badge>
            ) : undefined
          }
        >
          {data ? <Health about={data} /> : <Skeleton lines={6} />}
        </Card>
        <div class="column">
          <Card title="Your session">
            <Facts
              of={[
                [
                  'Signed in with',
                  session.name === null ? "the administrator's token" : `the token "${session.name}"`,
                ],
                ['May', session.scopes.filter((scope) => scope !== 'administrator').join(' and ')],
                ['Until', <Moment at={session.expires_at} />],
                ['Theme', <Segments label="Theme" chosen={theme} of={THEMES} onChange={setTheme} />],
              ]}
            />
          </Card>
          <Card title="For programs">
            <p>
              Everything here is the public API:{' '}
              <a href="/docs" target="_blank" rel="noreferrer">
                its description
              </a>
              ,{' '}
              <a href="/openapi.json" target="_blank" rel="noreferrer">
                OpenAPI
              </a>
              , and{' '}
              <a href="/metrics" target="_blank" rel="noreferrer">
                metrics
              </a>{' '}
              for Prometheus.
            </p>
            <p class="muted">
              On the command line, <code>ringpost doctor</code> looks at everything that ringpost needs.
            </p>
          </Card>
        </div>
      </div>
      <Tokens />
    </Page>
  )
}

function Health({ about }: { about: About }) {
  const { redis, queues } = about
  const waiting = queues
    .filter((queue) => queue.waiting > 0)
    .map(
      ({ queue, waiting: jobs, oldest_waiting_secs }) =>
        `${queue}: ${plural(jobs, 'job')}, the oldest for ${roughly(oldest_waiting_secs * 1000)}`,
    )
  return (
    <Facts
      of={[
        ['Version', `ringpost ${about.version}`],
        ['Node.js', about.node],
        ['Running since', <Time at={about.started_at} />],
        ['Roles', about.roles.join(', ')],
        ['Redis', redis.version ?? 'not told'],
        ['Memory of Redis', <Memory redis={redis} />],
        ['Queues', waiting.length === 0 ? 'nothing waits' : waiting.join('; ')],
        ['Events are kept', durationWords(about.retention.events)],
        ['Deliveries are kept', durationWords(about.retention.deliveries)],
        ['Retries after', about.retry_schedule.join(', ')],
      ]}
    />
  )
}

/** What Redis uses, against what it may. */
function Memory({ redis }: { redis: About['redis'] }) {
  const { memory_bytes: used, memory_limit_bytes: limit } = redis
  if (used === null) return <>not told</>
  if (limit === null) return <>{bytes(used)}, without a limit</>
  return (
    <>
      {bytes(used)} of {bytes(limit)}
      <meter class="meter" min={0} max={1} high={0.9} value={used / limit} aria-label="Share of the memory" />
    </>
  )
}
