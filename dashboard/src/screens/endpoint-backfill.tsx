import { useRef, useState } from 'preact/hooks'
import {
  type ApiError,
  allSources,
  api,
  type Backfill,
  type BackfillWish,
  type Endpoint,
  good,
  shownError,
} from '../api.ts'
import { jsonOf } from '../endpoint-values.ts'
import { count, plural } from '../format.ts'
import { Action, Card, Failure, Notice } from '../parts/basics.tsx'
import { errorOf, type FieldDescription, Fields } from '../parts/form.tsx'
import { Time } from '../parts/time.tsx'
import { say, tell } from '../parts/toast.tsx'
import { useQuery } from '../use-query.ts'

type Filter = Exclude<BackfillWish['filter'], undefined>

const FIELD: FieldDescription = {
  name: 'filter',
  label: 'Filter',
  type: 'code',
  required: true,
  placeholder: '{ "data.user.conversation_count": { "gte": 2 } }',
  help: 'Only callers of whom this holds, as JSON.',
}

/** The last backfill of an endpoint; null where there never was one. */
async function lastOf(id: string): Promise<Backfill | null> {
  try {
    return await good(api.GET('/v1/endpoints/{id}/backfill', { params: { path: { id } } }))
  } catch (error) {
    if (shownError(error).status === 404) return null
    throw error
  }
}

/** Whatever is no filter, the API says. @throws ApiError where it is no JSON */
function filterOf(text: string): Filter {
  return jsonOf(FIELD.name, text) as Filter
}

/** Sends an endpoint the callers that are known already: counted first, then confirmed, and followed to the end. */
export function BackfillCard({ endpoint, onSent }: { endpoint: Endpoint; onSent: () => void }) {
  const { id } = endpoint
  const params = { params: { path: { id } } }
  const last = useQuery(`backfill ${id}`, () => lastOf(id), {
    every: (backfill) => (backfill ? (backfill.state === 'running' ? 1_000 : 10_000) : undefined),
  })
  const sources = useQuery('sources', allSources)
  const [who, setWho] = useState(endpoint.filter === null ? 'all' : 'own')
  const [from, setFrom] = useState('')
  const [filter, setFilter] = useState('')
  const [again, setAgain] = useState(false)
  /** What was counted, and what for: exactly that is sent. */
  const [counted, setCounted] = useState<Backfill & { wish: BackfillWish }>()
  /** How often the fields have been changed: an answer to what they said before says nothing. */
  const changes = useRef(0)
  const [error, setError] = useState<ApiError>()

  const ask = (wish: BackfillWish) => good(api.POST('/v1/endpoints/{id}/backfill', { ...params, body: wish }))
  const wished = (): BackfillWish => ({
    ...(who === 'own' ? {} : { filter: who === 'all' ? null : filterOf(filter) }),
    ...(from === '' ? {} : { source_ids: [from] }),
    again,
  })
  const countThem = async () => {
    const asked = changes.current
    setError(undefined)
    setCounted(undefined)
    try {
      const wish = wished()
      const answer = await ask({ ...wish, dry_run: true })
      if (asked === changes.current) setCounted({ ...answer, wish })
    } catch (failure) {
      if (asked === changes.current) setError(shownError(failure))
    }
  }
  const begin = async () => {
    if (counted === undefined) return
    try {
      await ask(counted.wish)
    } catch (failure) {
      setError(shownError(failure))
      return
    }
    setCounted(undefined)
    await last.refresh()
    onSent()
  }
  const stop = async () => {
    const stopped = await tell(good(api.DELETE('/v1/endpoints/{id}/backfill', params)))
    if (stopped !== undefined) say('Stopped. What is queued already is sent.')
    await last.refresh()
    onSent()
  }
  const change =
    <T,>(set: (value: T) => void) =>
    (value: T) => {
      changes.current++
      setCounted(undefined)
      setError(undefined)
      set(value)
    }
  const offered = (sources.data ?? []).filter((source) => endpoint.source_ids?.includes(source.id) ?? true)
  const running = last.data?.state === 'running' ? last.data : null
  const errors = error?.fields ?? {}
  const atField = who === 'some' && errorOf(errors, FIELD.name) !== undefined
  return (
    <Card title="Known callers">
      <p class="muted">
        Sends it everybody who called before it was there, each once. They are counted first.
      </p>
      {running ? (
        <Progress backfill={running} resting={!endpoint.enabled} stop={stop} />
      ) : (
        <>
          <div class="inline-form">
            <div class="field">
              <label for="backfill-who">Who</label>
              <select
                id="backfill-who"
                value={who}
                onChange={(event) => change(setWho)(event.currentTarget.value)}
              >
                {endpoint.filter !== null && <option value="own">Whom its own filter lets pass</option>}
                <option value="all">Everybody</option>
                <option value="some">Those of whom a filter holds</option>
              </select>
            </div>
            {offered.length > 1 && (
              <div class="field">
                <label for="backfill-from">Known at</label>
                <select
                  id="backfill-from"
                  value={from}
                  onChange={(event) => change(setFrom)(event.currentTarget.value)}
                >
                  <option value="">
                    {endpoint.source_ids === null ? 'every source' : 'all of its sources'}
                  </option>
                  {offered.map((source) => (
                    <option key={source.id} value={source.id}>
                      {source.name}
                    </option>
                  ))}
                </select>
              </div>
            )}
            <Action run={countThem}>Count callers</Action>
          </div>
          {who === 'some' && (
            <Fields
              fields={[FIELD]}
              values={{ filter }}
              errors={errors}
              onChange={(_, value) => change(setFilter)(value)}
            />
          )}
          <div class="field inline">
            <label for="backfill-again">Also callers who were sent like this before</label>
            <input
              id="backfill-again"
              type="checkbox"
              checked={again}
              onChange={(event) => change(setAgain)(event.currentTarget.checked)}
            />
          </div>
          {error && !atField && <Failure error={error} />}
          {counted?.queued === 0 && (
            <Notice tone="warn">
              {counted.users === 0
                ? 'Nobody is known yet. Wait until the source has taken its baseline.'
                : `None of ${plural(counted.users, 'known caller')} fits.`}
            </Notice>
          )}
          {counted !== undefined && counted.queued > 0 && (
            <Notice
              tone="quiet"
              icon="users"
              action={
                <Action class="primary small" run={begin}>
                  Send {plural(counted.queued, 'caller')}
                </Action>
              }
            >
              <strong>{count(counted.queued)}</strong> of {plural(counted.users, 'known caller')}
              {again || !last.data ? '.' : ', less those who were sent like this before.'}
            </Notice>
          )}
          {last.data && !counted && <Outcome backfill={last.data} />}
        </>
      )}
      {last.error && <Failure error={last.error} retry={last.refresh} />}
    </Card>
  )
}

function Progress(props: { backfill: Backfill; resting: boolean; stop: () => Promise<void> }) {
  const { users, seen, queued, already, waiting } = props.backfill
  const parts = [
    `${count(queued)} queued`,
    ...(already > 0 ? [`${count(already)} sent before`] : []),
    `${count(waiting)} waiting to be delivered`,
  ]
  return (
    <section class="sending" aria-label="Sending known callers">
      <div class="sending-head">
        <strong>
          {count(seen)} of {plural(users, 'caller')} looked at
        </strong>
        <Action class="small" run={props.stop}>
          Stop
        </Action>
      </div>
      <progress max={Math.max(1, users)} value={Math.min(seen, Math.max(1, users))} aria-label="Looked at" />
      <p class="muted">
        {props.resting ? 'The endpoint is paused; this goes on when you resume it. ' : ''}
        {parts.join(', ')}.
      </p>
    </section>
  )
}

function Outcome({ backfill }: { backfill: Backfill }) {
  const { state, queued, already, waiting, ended_at } = backfill
  const stopped = state === 'stopped'
  return (
    <Notice tone={stopped ? 'quiet' : 'good'} icon={stopped ? 'pause' : 'check'}>
      <strong>
        {stopped ? 'Stopped' : 'Everybody is queued'} <Time at={ended_at} none="" />:
      </strong>{' '}
      {plural(queued, 'caller')}
      {already > 0 && `, ${count(already)} more had been sent before`}
      {waiting > 0 ? `. ${count(waiting)} still to be delivered.` : '.'}
    </Notice>
  )
}
