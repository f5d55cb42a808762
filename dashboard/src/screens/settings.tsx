import { type About, api, good } from '../api.ts'
import { bytes, plural, roughly } from '../format.ts'
import { Badge, Card, Facts, Failure, Notice, Skeleton } from '../parts/basics.tsx'
import { Page } from '../parts/page.tsx'
import { Segments } from '../parts/segments.tsx'
import { Moment, Time } from '../parts/time.tsx'
import { useSession } from '../session.ts'
import { type Theme, useTheme } from '../theme.ts'
import { useQuery } from '../use-query.ts'
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
    <Page title="Settings" lead="How this ringpost is, and who may use it.">
      {about.error && <Failure error={about.error} retry={about.refresh} />}
      {ready.error && <Failure error={ready.error} />}
      {data?.redis.findings.map(({ what, fix }) => (
        <Notice key={what} tone="warn">
          <strong>{what}.</strong> {fix && `To mend it, ${fix}.`}
        </Notice>
      ))}
      <div class="columns">
        <Card
          title="Health"
          actions={ready.data ? <Badge tone="good">Ready</Badge> : <Badge tone="warn">Not ready</Badge>}
        >
          {data ? <Health about={data} /> : <Skeleton lines={6} />}
        </Card>
        <div class="column">
          <Card title="You">
            <Facts
              of={[
                [
                  'Signed in with',
                  session.name === null ? "the administrator's token" : `the token "${session.name}"`,
                ],
                ['May', session.scopes.filter((scope) => scope !== 'administrator').join(' and ')],
                ['Until', <Moment at={session.expires_at} />],
              ]}
            />
          </Card>
          <Card title="Appearance">
            <Segments label="Theme" chosen={theme} of={THEMES} onChange={setTheme} />
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
  const share =
    redis.memory_limit_bytes && redis.memory_bytes ? redis.memory_bytes / redis.memory_limit_bytes : null
  const late = queues
    .filter(({ waiting }) => waiting > 0)
    .map(
      ({ queue, waiting, oldest_waiting_secs }) =>
        `${queue}: ${plural(waiting, 'job')}, the oldest for ${roughly(oldest_waiting_secs * 1000)}`,
    )
  return (
    <Facts
      of={[
        ['Version', `ringpost ${about.version}`],
        ['Node', about.node],
        ['Running since', <Time at={about.started_at} />],
        ['Does', about.roles.join(', ')],
        ['Redis', redis.version ?? 'not told'],
        [
          'Memory of Redis',
          <>
            {redis.memory_bytes === null ? 'not told' : bytes(redis.memory_bytes)}
            {redis.memory_limit_bytes === null ? ', no limit set' : ` of ${bytes(redis.memory_limit_bytes)}`}
            {share !== null && (
              <meter
                class="meter"
                min={0}
                max={1}
                high={0.9}
                value={share}
                aria-label="Share of the memory"
              />
            )}
          </>,
        ],
        ['Queues', late.length === 0 ? 'nothing waits' : late.join('; ')],
        ['Events are kept', about.retention.events],
        ['Deliveries are kept', about.retention.deliveries],
        ['Retries after', about.retry_schedule.join(', ')],
      ]}
    />
  )
}
