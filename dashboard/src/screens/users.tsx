import { useEffect, useState } from 'preact/hooks'
import { allSources, api, good, longPage, page, type User } from '../api.ts'
import { plural, shownId } from '../format.ts'
import { Badge, Card, Empty, Failure, Skeleton } from '../parts/basics.tsx'
import { FilterChoice, useFilters } from '../parts/filters.tsx'
import { Icon } from '../parts/icon.tsx'
import { Page } from '../parts/page.tsx'
import { usePages } from '../parts/pages.ts'
import { Rows } from '../parts/rows.tsx'
import { Time } from '../parts/time.tsx'
import { href } from '../router.ts'
import { useQuery } from '../use-query.ts'

/** Who is known. */
export function UsersScreen() {
  const filters = useFilters('/users')
  const sources = useQuery('sources', allSources)
  const first = sources.data?.[0]
  const sourceId = filters.get('source') || first?.id || ''
  const lead = 'Who is known at a source. To find somebody, give the exact id, such as a phone number.'
  if (sources.data === undefined || !first) {
    return (
      <Page title="Callers" lead={lead}>
        {sources.error ? (
          <Failure error={sources.error} retry={sources.refresh} />
        ) : sources.data === undefined ? (
          <Skeleton lines={6} />
        ) : (
          <Card>
            <Empty
              icon="users"
              title="Nobody is known yet"
              action={
                <a class="button primary" href={href('/sources/new')}>
                  Add a source
                </a>
              }
            >
              Callers come from a source.
            </Empty>
          </Card>
        )}
      </Page>
    )
  }
  return (
    <Page title="Callers" lead={lead}>
      <search class="filters">
        <Search value={filters.get('q')} onChange={(value) => filters.set('q', value)} />
        <FilterChoice
          label="Source"
          any={first.name}
          value={filters.get('source') === first.id ? '' : filters.get('source')}
          of={sources.data.slice(1).map((one) => [one.id, one.name] as const)}
          onChange={(value) => filters.set('source', value)}
        />
      </search>
      <Found key={sourceId} sourceId={sourceId} searched={filters.get('q')} />
    </Page>
  )
}

function Search({ value, onChange }: { value: string; onChange: (value: string) => void }) {
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
      <label for="search">Find a caller</label>
      <div class="with-button">
        <input
          id="search"
          type="search"
          placeholder="+15551234567"
          spellcheck={false}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <button type="submit" class="button">
          <Icon name="search" size={16} />
          Find
        </button>
      </div>
    </form>
  )
}

function Found({ sourceId, searched }: { sourceId: string; searched: string }) {
  const pages = usePages<User & { id: string }>(`${sourceId} ${searched}`, async (cursor) => {
    const query = searched === '' ? longPage(cursor) : { user_id: searched, ...page(1) }
    const { data, next_cursor } = await good(
      api.GET('/v1/sources/{id}/users', { params: { path: { id: sourceId }, query } }),
    )
    return { data: data.map((user) => ({ ...user, id: user.user_id })), next_cursor }
  })
  return (
    <Card flush>
      <Rows
        pages={pages}
        label="Callers"
        empty={
          <Empty icon="users" title={searched ? 'No such caller at this source' : 'Nobody is known here yet'}>
            {searched
              ? 'The id has to be exact, with the + of a phone number.'
              : 'They appear with the first poll.'}
          </Empty>
        }
      >
        {(user) => (
          <a class="row" href={href('/users', { source: sourceId, user: user.user_id || ' ' })}>
            <span class="row-main">
              <span class="row-title">
                {shownId(user.user_id)} {user.removed && <Badge tone="quiet">Gone</Badge>}
                {user.sentiment === 'low' && <Badge tone="warn">Sentiment low</Badge>}
              </span>
              <span class="row-sub">{plural(user.conversation_count, 'call')}</span>
            </span>
            <span class="row-when">
              <span>
                <span class="muted">last call </span>
                <Time at={new Date(user.last_contact_unix_secs * 1000).toISOString()} />
              </span>
              {user.first_contact_unix_secs !== null && (
                <span class="muted">
                  first <Time at={new Date(user.first_contact_unix_secs * 1000).toISOString()} />
                </span>
              )}
            </span>
          </a>
        )}
      </Rows>
    </Card>
  )
}
