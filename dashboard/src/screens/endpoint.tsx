import { useState } from 'preact/hooks'
import { lastError } from '../../../src/client/last-error.ts'
import { api, type Endpoint, good, page } from '../api.ts'
import { bytes, count } from '../format.ts'
import { kindTitle } from '../kinds.ts'
import { useOnNews } from '../live.ts'
import { Action, Badge, Card, Empty, type Fact, Facts, Failure, Notice, Unloaded } from '../parts/basics.tsx'
import { DeliveryRow } from '../parts/delivery-row.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { Page } from '../parts/page.tsx'
import { Countdown, Moment, Time } from '../parts/time.tsx'
import { say, tell } from '../parts/toast.tsx'
import { go, href } from '../router.ts'
import { useCanWrite } from '../session.ts'
import { useQuery } from '../use-query.ts'
import { endpointName, endpointState, eventWords } from '../words.ts'
import { BackfillCard } from './endpoint-backfill.tsx'
import { Recovery } from './endpoint-recovery.tsx'
import { SecretCard } from './endpoint-secret.tsx'
import { TestCard } from './endpoint-test.tsx'

/** One endpoint: how it is, what it got, and what can be done. */
export function EndpointScreen({ id }: { id: string }) {
  const params = { params: { path: { id } } }
  const loaded = useQuery(
    `endpoint ${id}`,
    async () => {
      const [endpoint, stats, lately] = await Promise.all([
        good(api.GET('/v1/endpoints/{id}', params)),
        good(api.GET('/v1/endpoints/{id}/stats', params)),
        good(api.GET('/v1/deliveries', { params: { query: { endpoint_id: id, ...page(10) } } })),
      ])
      const error = endpoint.health.state === 'failing' ? await lastError(api, id) : null
      return { endpoint, stats, lately: lately.data, error }
    },
    { every: 5_000 },
  )
  useOnNews(
    (entry) => entry.kind === 'attempt' && entry.attempt.endpoint_id === id,
    () => void loaded.refresh(),
  )
  const canWrite = useCanWrite()
  const [deleting, setDeleting] = useState(false)
  const { data } = loaded
  if (data === undefined) {
    return (
      <Page title="Endpoint" back={['/endpoints', 'Endpoints']}>
        <Unloaded
          what="endpoint"
          error={loaded.error}
          retry={loaded.refresh}
          others={[href('/endpoints'), 'All endpoints']}
        />
      </Page>
    )
  }
  const { endpoint, stats, lately, error } = data
  const [words, tone] = endpointState(endpoint)
  const enable = async (enabled: boolean) => {
    await tell(
      good(api.PATCH('/v1/endpoints/{id}', { ...params, body: { enabled } })),
      enabled ? 'It is served again.' : 'Paused: nothing is sent to it until you resume it.',
    )
    await loaded.refresh()
  }
  return (
    <Page
      title={endpointName(endpoint)}
      heading={
        <>
          {endpointName(endpoint)} <Badge tone={tone}>{words}</Badge>
        </>
      }
      back={['/endpoints', 'Endpoints']}
      lead={<span class="breakable">{endpoint.url}</span>}
      actions={
        canWrite && (
          <>
            <Action icon={endpoint.enabled ? 'pause' : 'play'} run={() => enable(!endpoint.enabled)}>
              {endpoint.enabled ? 'Pause' : 'Resume'}
            </Action>
            <a class="button" href={href(`/endpoints/${id}/edit`)}>
              Edit
            </a>
          </>
        )
      }
    >
      {loaded.error && <Failure error={loaded.error} />}
      {endpoint.disabled_reason && (
        <Notice tone="bad">
          <strong>ringpost has switched it off.</strong> {endpoint.disabled_reason}
        </Notice>
      )}
      {endpoint.warnings.map((warning) => (
        <Notice key={warning} tone="warn">
          {warning}
        </Notice>
      ))}
      {endpoint.health.state === 'failing' && (
        <Notice tone="bad">
          <strong>
            It has been failing
            {endpoint.health.failing_since && (
              <>
                {' '}
                since <Moment at={endpoint.health.failing_since} />
              </>
            )}
            .
          </strong>{' '}
          {error} Mend the receiver and send a test: what waits is then sent by itself, and what had failed
          for good can be recovered.
        </Notice>
      )}
      <ul class="tiles">
        {(
          [
            ['Delivered', 'succeeded', 'good'],
            ['Waiting', 'pending', 'quiet'],
            ['Retrying', 'retrying', 'warn'],
            ['Failed', 'failed', 'bad'],
            ['Skipped', 'skipped', 'quiet'],
          ] as const
        ).map(([name, status, colour]) => (
          <li key={status}>
            <a
              class={`tile ${stats.deliveries[status] > 0 ? colour : 'quiet'}`}
              href={href('/deliveries', { endpoint: id, status })}
            >
              <span class="tile-name">{name}</span>
              <span class="tile-value">{count(stats.deliveries[status])}</span>
            </a>
          </li>
        ))}
      </ul>
      <div class="columns">
        <div class="column">
          {canWrite && <TestCard endpoint={endpoint} onSent={() => void loaded.refresh()} />}
          {canWrite && (
            <Recovery
              endpoint={endpoint}
              failed={stats.deliveries.failed}
              waiting={stats.deliveries.pending + stats.deliveries.retrying}
              onDone={() => void loaded.refresh()}
            />
          )}
          {canWrite && <BackfillCard endpoint={endpoint} onSent={() => void loaded.refresh()} />}
        </div>
        <div class="column">
          {canWrite && endpoint.signing !== null && <SecretCard endpointId={id} signing={endpoint.signing} />}
          <Card title="Settings">
            <Facts of={settings(endpoint, stats)} />
            {canWrite && (
              <div class="actions after">
                <button type="button" class="button small danger-text" onClick={() => setDeleting(true)}>
                  Delete the endpoint
                </button>
              </div>
            )}
          </Card>
        </div>
      </div>
      <Card
        title="Latest deliveries"
        flush
        actions={
          <a class="button small" href={href('/deliveries', { endpoint: id })}>
            All of them
          </a>
        }
      >
        {lately.length === 0 ? (
          <Empty icon="inbox" title="Nothing sent yet">
            Send a test, or wait for the next caller.
          </Empty>
        ) : (
          <ul class="rows">
            {lately.map((delivery) => (
              <li key={delivery.id}>
                <DeliveryRow delivery={delivery} endpoints={null} />
              </li>
            ))}
          </ul>
        )}
      </Card>
      {deleting && (
        <Confirm
          title={`Delete ${endpointName(endpoint)}?`}
          action="Delete"
          danger
          onClose={() => setDeleting(false)}
          run={async () => {
            await good(api.DELETE('/v1/endpoints/{id}', params))
            say(`${endpointName(endpoint)} is deleted.`)
            go(href('/endpoints'))
          }}
        >
          <p>
            Nothing is sent to it from now on, what still waits ends, and its signing secret is gone. To stop
            for a while only, pause it.
          </p>
        </Confirm>
      )}
    </Page>
  )
}

/** `time_zone` as "Time zone". */
function settingWords(name: string): string {
  const words = name.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function settings(
  endpoint: Endpoint,
  { log }: { log: { ended: number; bytes: number; retention: string; complete_since: string } },
): Fact[] {
  const headers = Object.keys(endpoint.headers)
  return [
    ['Id', <code>{endpoint.id}</code>],
    ['Kind', kindTitle(endpoint.kind)],
    [
      'Gets',
      endpoint.event_types?.length
        ? endpoint.event_types.map((type) => eventWords(type)[0]).join(', ')
        : 'everything about callers',
    ],
    ['Of', endpoint.source_ids?.join(', ') ?? 'every source'],
    ...(endpoint.filter ? ([['Filter', <code>{JSON.stringify(endpoint.filter)}</code>]] as Fact[]) : []),
    ...Object.entries(endpoint.settings).map(([name, value]): Fact => [settingWords(name), value]),
    ['Most a second', endpoint.rate_limit ?? 'no limit'],
    ...(endpoint.template ? [['Body', 'made by a template'] as Fact] : []),
    ...(endpoint.format === 'standard' ? [] : [['Format', 'CloudEvents'] as Fact]),
    ...(headers.length === 0 ? [] : [['Extra headers', headers.join(', ')] as Fact]),
    ['Last success', <Time at={endpoint.health.last_success_at} none="no event yet" />],
    ...(endpoint.health.next_try_at
      ? [['Next try', <Countdown at={endpoint.health.next_try_at} />] as Fact]
      : []),
    [
      'Log',
      <>
        {count(log.ended)} ended, about {bytes(log.bytes)}, complete since <Moment at={log.complete_since} />
      </>,
    ],
  ]
}
