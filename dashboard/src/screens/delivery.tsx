import type { ComponentChildren } from 'preact'
import { api, type Delivery, good } from '../api.ts'
import { curlOf } from '../curl.ts'
import { prettyJson, shownId, took } from '../format.ts'
import { useOnNews } from '../live.ts'
import {
  Action,
  Badge,
  Card,
  Code,
  Copy,
  Empty,
  type Fact,
  Facts,
  Failure,
  Notice,
  Unloaded,
} from '../parts/basics.tsx'
import { Page } from '../parts/page.tsx'
import { Countdown, Moment, Time } from '../parts/time.tsx'
import { tell } from '../parts/toast.tsx'
import { href } from '../router.ts'
import { useCanWrite } from '../session.ts'
import { useQuery } from '../use-query.ts'
import { DELIVERY_STATES, dataOf, endpointName, eventSentence, eventWords } from '../words.ts'

type Attempt = Delivery['attempts'][number]

/** One delivery: what was sent, what was answered, and what comes next. */
export function DeliveryScreen({ id }: { id: string }) {
  const params = { params: { path: { id } } }
  const delivery = useQuery(`delivery ${id}`, () => good(api.GET('/v1/deliveries/{id}', params)), {
    every: 5_000,
  })
  useOnNews(
    (entry) => entry.kind === 'attempt' && entry.attempt.delivery_id === id,
    () => void delivery.refresh(),
    100,
  )
  const { data } = delivery
  const about = useQuery(`about delivery ${data?.event_id ?? ''}`, async () => {
    if (!data) return null
    const [event, endpoint] = await Promise.all([
      good(api.GET('/v1/events/{id}', { params: { path: { id: data.event_id } } })).catch(() => null),
      good(api.GET('/v1/endpoints/{id}', { params: { path: { id: data.endpoint_id } } })).catch(() => null),
    ])
    return { event, endpoint }
  })
  const canWrite = useCanWrite()
  if (data === undefined) {
    return (
      <Page title="Delivery" back={['/deliveries', 'Deliveries']}>
        <Unloaded
          what="delivery"
          error={delivery.error}
          retry={delivery.refresh}
          others={[href('/deliveries'), 'All deliveries']}
        />
      </Page>
    )
  }
  const [words, tone] = DELIVERY_STATES[data.status] ?? [data.status, 'quiet' as const]
  const { event, endpoint } = about.data ?? {}
  const retry = async () => {
    await tell(good(api.POST('/v1/deliveries/{id}/retry', params)), 'Queued: it is attempted now.')
    await delivery.refresh()
  }
  const user = event ? dataOf(event).user?.user_id : undefined
  const sourceId = event ? dataOf(event).source?.id : undefined
  return (
    <Page
      title={eventWords(data.event_type, data.backfill)[0]}
      heading={
        <>
          {eventWords(data.event_type, data.backfill)[0]} <Badge tone={tone}>{words}</Badge>
        </>
      }
      back={['/deliveries', 'Deliveries']}
      lead={event ? eventSentence(event) : undefined}
      actions={
        canWrite && (
          <Action icon="refresh" class={data.status === 'succeeded' ? '' : 'primary'} run={retry}>
            {data.status === 'succeeded' ? 'Send again' : 'Retry now'}
          </Action>
        )
      }
    >
      {delivery.error && <Failure error={delivery.error} />}
      {data.error && data.status !== 'succeeded' && (
        <Notice tone={data.status === 'retrying' ? 'warn' : 'bad'}>
          <strong>{data.error.message}</strong>
          {data.status === 'retrying' && data.next_attempt_at && (
            <>
              {' '}
              The next attempt is <Countdown at={data.next_attempt_at} />, at{' '}
              <Moment at={data.next_attempt_at} />.
            </>
          )}
        </Notice>
      )}
      <Card>
        <Facts
          wide
          of={[
            ['Event', <a href={href(`/events/${data.event_id}`)}>{data.event_type}</a>],
            [
              'Endpoint',
              endpoint ? (
                <a href={href(`/endpoints/${data.endpoint_id}`)}>{endpointName(endpoint)}</a>
              ) : (
                <code>{data.endpoint_id}</code>
              ),
            ],
            ...(user !== undefined && sourceId
              ? ([
                  ['Caller', <a href={href('/users', { source: sourceId, user })}>{shownId(user)}</a>],
                ] as Fact[])
              : []),
            ['Created', <Moment at={data.created_at} />],
            ['Next attempt', data.next_attempt_at ? <Countdown at={data.next_attempt_at} /> : 'none'],
            ['Delivery', <code>{data.id}</code>],
            ['webhook-id', <code>{data.event_id}</code>],
          ]}
        />
      </Card>
      <h2 class="section">Attempts</h2>
      {data.attempts.length === 0 ? (
        <Card>
          <Empty icon="deliveries" title="Not attempted yet">
            It is in the queue.
          </Empty>
        </Card>
      ) : (
        [...data.attempts]
          .reverse()
          .map((attempt, i) => <AttemptCard key={attempt.number} attempt={attempt} open={i === 0} />)
      )}
    </Page>
  )
}

function AttemptCard({ attempt, open }: { attempt: Attempt; open: boolean }) {
  const { response, error } = attempt
  return (
    <details class="card attempt" open={open}>
      <summary>
        <Badge tone={error ? 'bad' : 'good'}>
          {response ? String(response.status) : error ? 'No answer' : 'Done'}
        </Badge>
        <span class="attempt-title">Attempt {attempt.number}</span>
        <span class="attempt-note">{error ? error.message : 'The endpoint took it.'}</span>
        <span class="row-when">
          <Time at={attempt.at} />
          <span class="muted">{took(attempt.duration_ms)}</span>
        </span>
      </summary>
      <div class="attempt-in">
        <Part title="Request" tools={<Copy text={curlOf(attempt)}>Copy as curl</Copy>}>
          <p class="breakable mono">POST {attempt.url}</p>
          <Headers of={attempt.request.headers} />
          <Code label="Body of the request" text={prettyJson(attempt.request.body)} />
        </Part>
        <Part title="Response">
          {response ? (
            <>
              <p class="mono">
                {response.status} in {took(attempt.duration_ms)}
              </p>
              <Headers of={response.headers} />
              {response.body === '' ? (
                <p class="muted">The body is empty.</p>
              ) : (
                <Code label="Body of the response" text={prettyJson(response.body)} />
              )}
            </>
          ) : (
            <p class="muted">None arrived. {error?.message}</p>
          )}
        </Part>
      </div>
    </details>
  )
}

function Part(props: { title: string; tools?: ComponentChildren; children: ComponentChildren }) {
  return (
    <section class="part">
      <header>
        <h3>{props.title}</h3>
        {props.tools}
      </header>
      {props.children}
    </section>
  )
}

function Headers({ of }: { of: Record<string, string> }) {
  const names = Object.keys(of)
  if (names.length === 0) return null
  return (
    <details class="more">
      <summary>{names.length} headers</summary>
      <Code label="Headers" text={names.map((name) => `${name}: ${of[name]}`).join('\n')} />
    </details>
  )
}
