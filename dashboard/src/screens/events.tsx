import { useEffect, useMemo, useState } from 'preact/hooks'
import { allEventTypes, allSources, api, good, longPage, type RingpostEvent } from '../api.ts'
import { useOnNews } from '../live.ts'
import { Card, Empty } from '../parts/basics.tsx'
import { EventRow } from '../parts/event-row.tsx'
import { FilterChoice, PERIODS, sinceOf, useFilters } from '../parts/filters.tsx'
import { Page } from '../parts/page.tsx'
import { usePages } from '../parts/pages.ts'
import { Rows } from '../parts/rows.tsx'
import { useQuery } from '../use-query.ts'
import { eventWords } from '../words.ts'

/** What has happened. */
export function EventsScreen() {
  const filters = useFilters('/events')
  const sources = useQuery('sources', allSources)
  const types = useQuery('event types', allEventTypes)
  const [type, source, since, user] = ['type', 'source', 'since', 'caller'].map(filters.get) as [
    string,
    string,
    string,
    string,
  ]
  const key = JSON.stringify([type, source, since, user])
  const from = useMemo(() => sinceOf(since), [key])
  const pages = usePages<RingpostEvent>(key, (cursor) =>
    good(
      api.GET('/v1/events', {
        params: {
          query: {
            ...longPage(cursor),
            ...(type ? { type } : {}),
            ...(source ? { source_id: source } : {}),
            ...(user ? { user_id: user } : {}),
            ...from,
          },
        },
      }),
    ),
  )
  useOnNews(({ kind }) => kind === 'event', pages.refresh)
  return (
    <Page
      title="Events"
      lead="What was detected, newest first. Each is sent to every endpoint that subscribes to it."
    >
      <search class="filters">
        <CallerFilter value={user} onChange={(value) => filters.set('caller', value)} />
        <FilterChoice
          label="Type"
          any="Any"
          value={type}
          of={(types.data ?? []).map((one) => [one.type, eventWords(one.type)[0]] as const)}
          onChange={(value) => filters.set('type', value)}
        />
        <FilterChoice
          label="Source"
          any="Any"
          value={source}
          of={(sources.data ?? []).map((one) => [one.id, one.name] as const)}
          onChange={(value) => filters.set('source', value)}
        />
        <FilterChoice
          label="From"
          any="Any time"
          value={since}
          of={PERIODS}
          onChange={(value) => filters.set('since', value)}
        />
        {filters.any && (
          <button type="button" class="button small clear" onClick={filters.clear}>
            Clear
          </button>
        )}
      </search>
      <Card flush>
        <Rows
          pages={pages}
          label="Events"
          empty={
            <Empty icon="events" title={filters.any ? 'No event fits' : 'Nothing has happened yet'}>
              {filters.any ? 'Try fewer filters.' : 'The next caller appears here by itself.'}
            </Empty>
          }
        >
          {(event) => <EventRow event={event} />}
        </Rows>
      </Card>
    </Page>
  )
}

/** Searched for when the form is sent, since an id has to be exact. */
function CallerFilter({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  return (
    <form
      class="filter grow"
      onSubmit={(event) => {
        event.preventDefault()
        onChange(text)
      }}
    >
      <label for="caller">Caller</label>
      <input
        id="caller"
        type="search"
        placeholder="exact id, e.g. +15551234567"
        spellcheck={false}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onChange={() => onChange(text)}
      />
    </form>
  )
}
