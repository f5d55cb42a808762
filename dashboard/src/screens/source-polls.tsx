import { useId, useState } from 'preact/hooks'
import { api, good, type Poll, page } from '../api.ts'
import { plural, took } from '../format.ts'
import { Badge, Card, Empty, Failure, Skeleton } from '../parts/basics.tsx'
import { Moment } from '../parts/time.tsx'
import { useQuery } from '../use-query.ts'
import { eventWords, POLL_OUTCOMES } from '../words.ts'
import { POLLS } from './source-facts.tsx'

const SHOWN = 8
/** Of longer ones the end is shown, too (ms). */
const LONG_MS = 60_000

/** What the last polls of a source did, or those up to a moment that somebody asks for. */
export function PollsCard({ id }: { id: string }) {
  const [at, setAt] = useState('')
  const until = endOfMinute(at)
  const polls = useQuery(
    `polls of ${id} until ${until}`,
    () =>
      good(
        api.GET('/v1/sources/{id}/polls', {
          params: { path: { id }, query: { ...page(SHOWN), ...(until === null ? {} : { until }) } },
        }),
      ),
    until === null ? { every: 5_000 } : {},
  )
  return (
    <Card title="Polls" flush actions={<AtTime value={at} onChange={setAt} />}>
      {polls.error && <Failure error={polls.error} retry={polls.refresh} />}
      <PollRows polls={polls.data?.data} until={until !== null} />
    </Card>
  )
}

function PollRows({ polls, until }: { polls: Poll[] | undefined; until: boolean }) {
  if (polls === undefined) return <Skeleton lines={4} />
  if (polls.length === 0) {
    return until ? (
      <Empty icon="search" title="Nothing is known of that time">
        There was no poll yet, or it is too long ago.
      </Empty>
    ) : (
      <Empty icon="refresh" title="No poll yet">
        What the first one did appears here by itself.
      </Empty>
    )
  }
  return (
    <ul class="rows">
      {polls.map((poll) => (
        <li key={`${poll.from} ${poll.dry_run}`}>
          <PollRow poll={poll} />
        </li>
      ))}
    </ul>
  )
}

function PollRow({ poll }: { poll: Poll }) {
  const [words, tone] = POLL_OUTCOMES[poll.outcome]
  const isLong = Date.parse(poll.to) - Date.parse(poll.from) > LONG_MS
  return (
    <div class="row">
      <span class="row-state">
        <Badge tone={tone}>{words}</Badge>
      </span>
      <span class="row-main">
        <span class="row-title">{sentenceOf(poll)}</span>
        <span class="row-sub">{figuresOf(poll)}</span>
      </span>
      <span class="row-when">
        <Moment at={poll.from} />
        {isLong && (
          <span class="muted">
            to <Moment at={poll.to} />
          </span>
        )}
      </span>
    </div>
  )
}

/** A moment to look at; empty for now. */
function AtTime({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const id = useId()
  return (
    <div class="at-time">
      <label class="muted" for={id}>
        Up to
      </label>
      <input
        id={id}
        type="datetime-local"
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
      {value !== '' && (
        <button type="button" class="button small" onClick={() => onChange('')}>
          The latest
        </button>
      )}
    </div>
  )
}

/** @param minute as a field for a local time has it */
function endOfMinute(minute: string): string | null {
  const ms = Date.parse(minute)
  return Number.isNaN(ms) ? null : new Date(ms + 59_999).toISOString()
}

/** What came of it, in words. */
function sentenceOf({ error, events, changes, kinds, dry_run }: Poll): string {
  const found = Object.entries(events).map(([type, count]) => `${eventWords(type)[0]}: ${count}`)
  const told = [...found, ...(error === null ? [] : [error.message])].join(' · ')
  const words =
    told || (kinds.baseline ? `${plural(changes, 'user')} recorded, no alerts sent` : 'Nothing to tell')
  return dry_run ? `Only tried: ${words}` : words
}

function figuresOf(poll: Poll): string {
  const kinds = Object.entries(poll.kinds).map(([kind, count]) => {
    const words = POLLS[kind] ?? kind
    return poll.polls === 1 ? words : `${count} × ${words}`
  })
  const time = poll.polls === 1 ? took(poll.duration_ms) : `at most ${took(poll.duration_ms)} each`
  return [...kinds, plural(poll.requests, 'request'), plural(poll.rows, 'row'), time].join(' · ')
}
