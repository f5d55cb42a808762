import { useEffect, useState } from 'preact/hooks'
import { allEndpoints } from '../api.ts'
import { took } from '../format.ts'
import { type LiveEntry, useLive } from '../live.ts'
import { Badge, Card, Empty, Notice } from '../parts/basics.tsx'
import { EventRow } from '../parts/event-row.tsx'
import { Icon } from '../parts/icon.tsx'
import { Page } from '../parts/page.tsx'
import { Segments } from '../parts/segments.tsx'
import { Time } from '../parts/time.tsx'
import { href } from '../router.ts'
import { useQuery } from '../use-query.ts'
import { DELIVERY_STATES, endpointName, eventWords } from '../words.ts'

type Kind = 'all' | LiveEntry['kind']
const KINDS: [Kind, string][] = [
  ['all', 'Everything'],
  ['event', 'Events'],
  ['attempt', 'Attempts'],
]

/** What happens, while it happens. */
export function LiveScreen() {
  const live = useLive()
  const [held, setHeld] = useState<readonly LiveEntry[] | null>(null)
  const [kind, setKind] = useState<Kind>('all')
  const endpoints = useQuery(
    'endpoints by id',
    async () => new Map((await allEndpoints()).map((one) => [one.id, one])),
  )
  const paused = held !== null
  const shown = (held ?? live.entries).filter((entry) => kind === 'all' || entry.kind === kind)
  const waiting = held === null ? 0 : live.entries.findIndex(({ id }) => id === held[0]?.id)
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'p' || event.ctrlKey || event.metaKey || event.target instanceof HTMLInputElement)
        return
      setHeld((before) => (before === null ? live.entries : null))
    }
    document.addEventListener('keydown', onKey)
    return () => document.removeEventListener('keydown', onKey)
  })
  return (
    <Page
      title="Live"
      lead="New events and every attempt to deliver them, as they happen."
      actions={
        <>
          <Segments label="What is shown" chosen={kind} of={KINDS} onChange={setKind} />
          <button
            type="button"
            class={paused ? 'button primary' : 'button'}
            aria-keyshortcuts="p"
            onClick={() => setHeld(paused ? null : live.entries)}
          >
            <Icon name={paused ? 'play' : 'pause'} size={16} />
            {paused ? 'Go on' : 'Pause'}
          </button>
        </>
      }
    >
      {live.state === 'lost' && (
        <Notice tone="warn">
          The connection is lost. It is tried again, and nothing that comes meanwhile is missed.
        </Notice>
      )}
      {live.missed && (
        <Notice tone="warn">
          Some of what happened while this page was away is not shown here. The lists have all of it.
        </Notice>
      )}
      {paused && (
        <Notice
          tone="busy"
          action={
            <button type="button" class="button small" onClick={() => setHeld(null)}>
              Show
            </button>
          }
        >
          Paused.{' '}
          {waiting > 0
            ? `${waiting} new since.`
            : waiting < 0
              ? 'Much has come since.'
              : 'Nothing new since.'}
        </Notice>
      )}
      <Card flush>
        {shown.length === 0 ? (
          <Empty icon="live" title="Waiting for the next call">
            What happens from now on appears here by itself. What was before is under{' '}
            <a href={href('/events')}>Events</a>.
          </Empty>
        ) : (
          <ul class="rows live-rows" aria-label="What happens">
            {shown.map((entry) => (
              <li key={entry.id} class="arriving">
                {entry.kind === 'event' ? (
                  <EventRow event={entry.event} />
                ) : (
                  <AttemptRow
                    entry={entry}
                    name={(() => {
                      const endpoint = endpoints.data?.get(entry.attempt.endpoint_id)
                      return endpoint ? endpointName(endpoint) : entry.attempt.endpoint_id
                    })()}
                  />
                )}
              </li>
            ))}
          </ul>
        )}
      </Card>
    </Page>
  )
}

function AttemptRow({ entry, name }: { entry: LiveEntry & { kind: 'attempt' }; name: string }) {
  const { attempt } = entry
  const [words, tone] = DELIVERY_STATES[attempt.status] ?? [attempt.status, 'quiet' as const]
  return (
    <a class="row attempt-row" href={href(`/deliveries/${attempt.delivery_id}`)}>
      <span class="row-state">
        <Badge tone={tone}>{words}</Badge>
      </span>
      <span class="row-main">
        <span class="row-title">
          {eventWords(attempt.event_type, attempt.backfill)[0]} <span class="muted">to</span> {name}
        </span>
        <span class="row-sub">
          {attempt.error
            ? attempt.error.message
            : `Answered ${attempt.response_status ?? ''} in ${took(attempt.duration_ms)}`}
          {attempt.number > 1 ? ` · try ${attempt.number}` : ''}
        </span>
      </span>
      <span class="row-when">
        <Time at={attempt.at} />
      </span>
    </a>
  )
}
