import { useState } from 'preact/hooks'
import { api, good, page } from '../api.ts'
import { count, plural, prettyJson, took } from '../format.ts'
import { useOnNews } from '../live.ts'
import { Action, Badge, Card, Code, Facts, Failure, Notice, Unloaded } from '../parts/basics.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { LatestEventRows } from '../parts/event-row.tsx'
import { Page } from '../parts/page.tsx'
import { Time } from '../parts/time.tsx'
import { say, tell } from '../parts/toast.tsx'
import { go, href } from '../router.ts'
import { useCanWrite } from '../session.ts'
import { useQuery } from '../use-query.ts'
import { SOURCE_STATES } from '../words.ts'
import { polling, settings } from './source-facts.tsx'
import { NudgeCard } from './source-nudge.tsx'
import { PollsCard } from './source-polls.tsx'

/** One source: how it is, what it waits for, and what can be done. */
export function SourceScreen({ id }: { id: string }) {
  const params = { params: { path: { id } } }
  const source = useQuery(`source ${id}`, () => good(api.GET('/v1/sources/{id}', params)), { every: 2_000 })
  const canWrite = useCanWrite()
  const [asking, setAsking] = useState<'delete' | 'events' | 'baseline' | null>(null)
  const { data } = source
  if (data === undefined) {
    return (
      <Page title="Source" back={['/sources', 'Sources']}>
        <Unloaded
          what="source"
          error={source.error}
          retry={source.refresh}
          others={[href('/sources'), 'All sources']}
        />
      </Page>
    )
  }
  const [words, tone] = SOURCE_STATES[data.state]
  const pause = async (paused: boolean) => {
    await tell(
      good(api.PATCH('/v1/sources/{id}', { ...params, body: { paused } })),
      paused ? 'Paused: it is not polled until you resume it.' : 'Resumed.',
    )
    await source.refresh()
  }
  const poll = async (full: boolean) => {
    await tell(
      good(api.POST('/v1/sources/{id}/poll', { ...params, body: { full, dry_run: false } })),
      ({ requests, rows, events, duration_ms }) => {
        const found = Object.values(events).reduce((sum, value) => sum + value, 0)
        return `Polled: ${plural(found, 'event')} in ${plural(rows, 'row')}, ${plural(requests, 'request')}, ${took(duration_ms)}.`
      },
    )
    await source.refresh()
  }
  return (
    <Page
      title={data.name}
      heading={
        <>
          {data.name} <Badge tone={tone}>{words}</Badge>
        </>
      }
      back={['/sources', 'Sources']}
      lead={data.attention ? undefined : data.state_detail}
      actions={
        canWrite && (
          <>
            <Action icon="refresh" run={() => poll(false)} disabled={data.paused}>
              Poll now
            </Action>
            <Action icon={data.paused ? 'play' : 'pause'} run={() => pause(!data.paused)}>
              {data.paused ? 'Resume' : 'Pause'}
            </Action>
            <a class="button" href={href(`/sources/${id}/edit`)}>
              Edit
            </a>
          </>
        )
      }
    >
      {source.error && <Failure error={source.error} />}
      {data.attention && (
        <section class="card attention" aria-label="Decision">
          <h2>This waits for your decision</h2>
          <p>{data.attention.message}</p>
          <p class="muted">
            Since <Time at={data.attention.since} />. Nothing was sent.
          </p>
          {canWrite && (
            <div class="actions">
              <button type="button" class="button primary" onClick={() => setAsking('events')}>
                It is true: tell everybody
              </button>
              <button type="button" class="button" onClick={() => setAsking('baseline')}>
                Record it in silence
              </button>
            </div>
          )}
        </section>
      )}
      {data.baseline && data.state === 'baseline' && (
        <section class="card baseline" aria-label="Baseline">
          <h2>Recording who called before</h2>
          <p class="big" aria-live="polite">
            <strong>{count(data.baseline.recorded)}</strong> users recorded, no alerts sent
          </p>
          <div
            class="progress"
            role="progressbar"
            aria-label="Baseline"
            aria-valuetext={`${count(data.baseline.recorded)} users`}
          />
        </section>
      )}
      {data.last_poll?.error && data.state === 'failing' && (
        <Notice tone="bad">
          <strong>The last poll failed.</strong> {data.last_poll.error}
        </Notice>
      )}
      {data.last_poll?.warnings.map(({ code, message }) => (
        <Notice key={code} tone="warn">
          {message}
        </Notice>
      ))}
      <div class="columns even">
        <Card title="Polling">
          <Facts of={polling(data)} />
          {canWrite && (
            <div class="actions after">
              <Action class="small" run={() => poll(true)} disabled={data.paused}>
                Read the whole list now
              </Action>
              <DryRun id={id} />
            </div>
          )}
        </Card>
        <Card title="Settings">
          <Facts of={settings(data)} />
          {canWrite && data.managed_by === 'api' && (
            <div class="actions after">
              <button type="button" class="button small danger-text" onClick={() => setAsking('delete')}>
                Delete the source
              </button>
            </div>
          )}
        </Card>
      </div>
      <NudgeCard source={data} onChange={source.refresh} />
      <SourceEvents id={id} />
      <PollsCard id={id} />
      {data.totals.quarantined_rows > 0 && <Quarantine id={id} />}
      {asking === 'delete' && (
        <Confirm
          title={`Delete ${data.name}?`}
          action="Delete"
          danger
          onClose={() => setAsking(null)}
          run={async () => {
            await good(api.DELETE('/v1/sources/{id}', params))
            say(`${data.name} is deleted.`)
            go(href('/sources'))
          }}
        >
          <p>
            Its key and what is known of its {plural(data.known_users, 'caller')} go at once. Its events stay
            readable until their time is over. Adding it again begins with a new, silent baseline.
          </p>
        </Confirm>
      )}
      {(asking === 'events' || asking === 'baseline') && (
        <Confirm
          title={asking === 'events' ? 'Tell everybody?' : 'Record it in silence?'}
          action={asking === 'events' ? 'Send the events' : 'Record in silence'}
          onClose={() => setAsking(null)}
          run={async () => {
            await good(api.POST('/v1/sources/{id}/accept', { ...params, body: { as: asking } }))
            say('Decided. It goes on with the next poll.')
            await source.refresh()
          }}
        >
          <p>
            {asking === 'events'
              ? `What was held back becomes events, about ${plural(data.attention?.users ?? 0, 'of them', 'of them')}, and each endpoint that subscribes to them gets them.`
              : 'What was held back is recorded, and nobody is told of it.'}
          </p>
        </Confirm>
      )}
    </Page>
  )
}

function DryRun({ id }: { id: string }) {
  const [found, setFound] = useState<string>()
  const run = async () => {
    const report = await tell(
      good(
        api.POST('/v1/sources/{id}/poll', { params: { path: { id } }, body: { full: false, dry_run: true } }),
      ),
    )
    if (!report) return
    const events = Object.entries(report.events).map(([type, value]) => `${value} ${type}`)
    setFound(
      events.length === 0 ? 'A poll would find nothing new now.' : `A poll would find: ${events.join(', ')}.`,
    )
  }
  return (
    <>
      <Action class="small" run={run}>
        Try without changing anything
      </Action>
      {found && (
        <span class="muted" role="status">
          {found}
        </span>
      )}
    </>
  )
}

function SourceEvents({ id }: { id: string }) {
  const events = useQuery(`events of ${id}`, () =>
    good(api.GET('/v1/events', { params: { query: { source_id: id, ...page(8) } } })),
  )
  useOnNews(
    ({ kind }) => kind === 'event',
    () => void events.refresh(),
  )
  return (
    <Card
      title="Latest events"
      flush
      actions={
        <a class="button small" href={href('/events', { source: id })}>
          All of them
        </a>
      }
    >
      <LatestEventRows events={events.data?.data} />
    </Card>
  )
}

function Quarantine({ id }: { id: string }) {
  const rows = useQuery(`quarantine ${id}`, () =>
    good(api.GET('/v1/sources/{id}/quarantine', { params: { path: { id }, query: page(20) } })),
  )
  return (
    <Card title="Rows that could not be read">
      <p class="muted">The others go on. This is what ElevenLabs sent.</p>
      {(rows.data?.data ?? []).map(({ row, reason, first_seen }) => (
        <details key={row} class="more">
          <summary>
            {reason} · <Time at={first_seen} />
          </summary>
          <Code label="The row" text={prettyJson(row)} />
        </details>
      ))}
    </Card>
  )
}
