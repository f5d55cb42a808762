import { useState } from 'preact/hooks'
import { allEndpoints, api, good, page } from '../api.ts'
import { plural, prettyJson, shownId } from '../format.ts'
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
  Skeleton,
  Unloaded,
} from '../parts/basics.tsx'
import { DeliveryRow } from '../parts/delivery-row.tsx'
import { Dialog } from '../parts/dialog.tsx'
import { Page } from '../parts/page.tsx'
import { Moment } from '../parts/time.tsx'
import { say, tell } from '../parts/toast.tsx'
import { href } from '../router.ts'
import { useCanWrite } from '../session.ts'
import { useQuery } from '../use-query.ts'
import { dataOf, endpointName, eventSentence, eventWords } from '../words.ts'

/** One event: what it says, where it went, and sending it again. */
export function EventScreen({ id }: { id: string }) {
  const event = useQuery(`event ${id}`, () => good(api.GET('/v1/events/{id}', { params: { path: { id } } })))
  const deliveries = useQuery(
    `deliveries of ${id}`,
    () => good(api.GET('/v1/deliveries', { params: { query: { event_id: id, ...page(100) } } })),
    { every: 10_000 },
  )
  const endpoints = useQuery('endpoints', allEndpoints)
  useOnNews(
    (entry) => entry.kind === 'attempt' && entry.attempt.event_id === id,
    () => void deliveries.refresh(),
    100,
  )
  const canWrite = useCanWrite()
  const [replaying, setReplaying] = useState(false)
  const { data } = event
  if (data === undefined) {
    return (
      <Page title="Event" back={['/events', 'Events']}>
        <Unloaded
          what="event"
          error={event.error}
          retry={event.refresh}
          others={[href('/events'), 'All events']}
        />
      </Page>
    )
  }
  const [words, tone] = eventWords(data.type, dataOf(data).backfill)
  const { user, source } = dataOf(data)
  const byId = new Map((endpoints.data ?? []).map((one) => [one.id, one]))
  return (
    <Page
      title={eventSentence(data)}
      heading={
        <>
          {eventSentence(data)} <Badge tone={tone}>{words}</Badge>
        </>
      }
      back={['/events', 'Events']}
      actions={
        canWrite &&
        data.type !== 'ringpost.test' && (
          <button type="button" class="button primary" onClick={() => setReplaying(true)}>
            Replay…
          </button>
        )
      }
    >
      <Card>
        <Facts
          wide
          of={[
            ['Type', <code>{data.type}</code>],
            ['Detected', <Moment at={data.timestamp} />],
            ...(user?.user_id !== undefined && source?.id
              ? ([
                  [
                    'Caller',
                    <a href={href('/users', { source: source.id, user: user.user_id })}>
                      {shownId(user.user_id)}
                    </a>,
                  ],
                  ['Source', <a href={href(`/sources/${source.id}`)}>{source.name}</a>],
                ] as Fact[])
              : []),
            ['webhook-id', <code>{data.id}</code>],
          ]}
        />
      </Card>
      <Card title="Deliveries" flush>
        {deliveries.data === undefined ? (
          <Skeleton lines={2} />
        ) : deliveries.data.data.length === 0 ? (
          <Empty icon="deliveries" title="It went nowhere">
            No endpoint subscribes to it. Add one, and replay it.
          </Empty>
        ) : (
          <ul class="rows">
            {deliveries.data.data.map((delivery) => (
              <li key={delivery.id}>
                <DeliveryRow delivery={delivery} endpoints={byId} ofOneEvent />
              </li>
            ))}
          </ul>
        )}
      </Card>
      <Card title="Payload" actions={<Copy text={prettyJson(JSON.stringify(data))} />}>
        <Code label="The payload" text={prettyJson(JSON.stringify(data))} />
      </Card>
      {replaying && (
        <Replay
          id={id}
          endpoints={endpoints.data ?? []}
          onClose={() => {
            setReplaying(false)
            void deliveries.refresh()
          }}
        />
      )}
    </Page>
  )
}

function Replay(props: { id: string; endpoints: Parameters<typeof endpointName>[0][]; onClose: () => void }) {
  const [chosen, setChosen] = useState<string[] | null>(null)
  const run = async () => {
    const done = await tell(
      good(
        api.POST('/v1/events/{id}/replay', {
          params: { path: { id: props.id } },
          ...(chosen === null ? {} : { body: { endpoint_ids: chosen } }),
        }),
      ),
    )
    if (!done) return
    say(`${plural(done.deliveries.length, 'delivery', 'deliveries')} queued.`)
    props.onClose()
  }
  return (
    <Dialog
      title="Replay the event"
      onClose={props.onClose}
      footer={
        <>
          <button type="button" class="button" onClick={props.onClose}>
            Cancel
          </button>
          <Action class="primary" run={run} disabled={chosen !== null && chosen.length === 0}>
            Replay
          </Action>
        </>
      }
    >
      <p>It is sent again with the same webhook-id, so that a receiver can tell.</p>
      <fieldset class="choice">
        <legend>To whom</legend>
        <label class="option">
          <input type="radio" checked={chosen === null} onChange={() => setChosen(null)} />
          <span>Every endpoint that it matches now</span>
        </label>
        <label class="option">
          <input type="radio" checked={chosen !== null} onChange={() => setChosen([])} />
          <span>Some of them, whether it matches or not</span>
        </label>
        {chosen !== null && (
          <div class="options">
            {props.endpoints.map((endpoint) => (
              <label key={endpoint.id} class="option">
                <input
                  type="checkbox"
                  checked={chosen.includes(endpoint.id)}
                  onChange={(event) => {
                    const without = chosen.filter((one) => one !== endpoint.id)
                    setChosen(event.currentTarget.checked ? [...without, endpoint.id] : without)
                  }}
                />
                <span>{endpointName(endpoint)}</span>
              </label>
            ))}
          </div>
        )}
      </fieldset>
    </Dialog>
  )
}
