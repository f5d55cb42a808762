import type { ComponentChildren } from 'preact'
import { useState } from 'preact/hooks'
import { api, type Delivery, type Endpoint, good, type Source } from '../api.ts'
import { count, durationWords, plural } from '../format.ts'
import { Action, Badge } from '../parts/basics.tsx'
import { Icon } from '../parts/icon.tsx'
import { tell } from '../parts/toast.tsx'
import { href } from '../router.ts'
import { useCanWrite } from '../session.ts'
import { endpointName, eventWords, SOURCE_STATES } from '../words.ts'
import { TestResult } from './endpoint-test.tsx'

/** The way from nothing to a delivered test, one step after the other. */
export function FirstRun(props: {
  sources: Source[]
  endpoints: Endpoint[]
  delivered: boolean
  onChange: () => Promise<void>
}) {
  const { sources, endpoints, delivered, onChange } = props
  const canWrite = useCanWrite()
  const [tested, setTested] = useState<Delivery>()
  const source = sources[0]
  const endpoint = endpoints[0]
  const counted = source !== undefined && source.last_baseline !== null
  const done = [source !== undefined, counted, endpoint !== undefined, delivered]
  const now = done.indexOf(false)
  const test = async (id: string) => {
    const delivery = await tell(good(api.POST('/v1/endpoints/{id}/test', { params: { path: { id } } })))
    setTested(delivery)
    if (delivery) await onChange()
  }
  return (
    <section class="card first-run" aria-label="Getting started">
      <header>
        <h2>From here to your first alert</h2>
        <p class="muted">Four steps, about two minutes.</p>
      </header>
      <ol>
        <Step n={1} done={done[0]} now={now === 0} title="Add a source">
          {source === undefined ? (
            <>
              <p>
                The ElevenLabs workspace whose callers you want to know of. You need an API key with the scope
                convai_read.
              </p>
              {canWrite && (
                <a class="button primary" href={href('/sources/new')}>
                  <Icon name="plus" size={16} /> Add a source
                </a>
              )}
            </>
          ) : (
            <p>
              <a href={href(`/sources/${source.id}`)}>{source.name}</a> is polled about every{' '}
              {durationWords(source.poll_interval)}.
            </p>
          )}
        </Step>
        <Step n={2} done={done[1]} now={now === 1} title="Record who called before">
          {source === undefined ? (
            <p>Everybody who called before is recorded in silence: no alert is sent for them.</p>
          ) : counted ? (
            <p>{plural(source.last_baseline?.users ?? 0, 'user')} recorded, no alerts sent.</p>
          ) : source.state === 'baseline' ? (
            <>
              <p aria-live="polite">
                {plural(source.baseline?.recorded ?? source.known_users, 'user')} recorded so far, no alerts
                sent.
              </p>
              <div
                class="progress"
                role="progressbar"
                aria-label="Baseline"
                aria-valuetext={`${count(source.known_users)} users`}
              />
            </>
          ) : (
            <p>
              <Badge tone={SOURCE_STATES[source.state][1]}>{SOURCE_STATES[source.state][0]}</Badge>{' '}
              {source.state_detail} <a href={href(`/sources/${source.id}`)}>Look into it</a>
            </p>
          )}
        </Step>
        <Step n={3} done={done[2]} now={now === 2} title="Add an endpoint">
          {endpoint === undefined ? (
            <>
              <p>Where you want to hear of your callers: Slack, Teams, Zapier, or any URL of yours.</p>
              {canWrite && source !== undefined && (
                <a class={now === 2 ? 'button primary' : 'button'} href={href('/endpoints/new')}>
                  <Icon name="plus" size={16} /> Add an endpoint
                </a>
              )}
            </>
          ) : (
            <p>
              <a href={href(`/endpoints/${endpoint.id}`)}>{endpointName(endpoint)}</a> gets{' '}
              {endpoint.event_types?.length
                ? endpoint.event_types.map((type) => eventWords(type)[0].toLowerCase()).join(', ')
                : 'everything about callers'}
              .
            </p>
          )}
        </Step>
        <Step n={4} done={done[3]} now={now === 3} title="Send a test">
          {delivered ? (
            <p>Delivered. From now on you hear of every caller.</p>
          ) : (
            <p>A test message, sent now, and what is answered.</p>
          )}
          {endpoint !== undefined && canWrite && !delivered && (
            <Action class="primary" icon="deliveries" run={() => test(endpoint.id)}>
              Send a test
            </Action>
          )}
          {tested && <TestResult delivery={tested} />}
        </Step>
      </ol>
    </section>
  )
}

function Step(props: {
  n: number
  done: boolean | undefined
  now: boolean
  title: string
  children: ComponentChildren
}) {
  const { done, now } = props
  return (
    <li class={done ? 'step done' : now ? 'step now' : 'step'} aria-current={now ? 'step' : undefined}>
      <span class="step-mark">{done ? <Icon name="check" size={16} /> : props.n}</span>
      <div class="step-in">
        <h3>
          {props.title}
          {done && <span class="off-screen"> (done)</span>}
        </h3>
        {props.children}
      </div>
    </li>
  )
}
