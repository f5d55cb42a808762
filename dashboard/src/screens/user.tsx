import { useState } from 'preact/hooks'
import { ApiError, allSources, api, good, page, type RingpostEvent } from '../api.ts'
import { count, plural, shownId } from '../format.ts'
import { useOnNews } from '../live.ts'
import { Badge, Card, Empty, Facts, Failure, Skeleton } from '../parts/basics.tsx'
import { Confirm } from '../parts/dialog.tsx'
import { EventRow } from '../parts/event-row.tsx'
import { Page } from '../parts/page.tsx'
import { usePages } from '../parts/pages.ts'
import { Rows } from '../parts/rows.tsx'
import { Moment } from '../parts/time.tsx'
import { say } from '../parts/toast.tsx'
import { go, href } from '../router.ts'
import { useCanWrite } from '../session.ts'
import { useQuery } from '../use-query.ts'

const iso = (secs: number) => new Date(secs * 1000).toISOString()

/** One caller: what is known, what happened, and forgetting them. */
export function UserScreen({ sourceId, userId }: { sourceId: string; userId: string }) {
  // Asked for in the query: a path cannot hold every id.
  const user = useQuery(`user ${sourceId} ${userId}`, async () => {
    const { data } = await good(
      api.GET('/v1/sources/{id}/users', {
        params: { path: { id: sourceId }, query: { user_id: userId, ...page(1) } },
      }),
    )
    const [found] = data
    if (!found) throw new ApiError({ detail: 'This source does not know such a caller (any more).' }, 404)
    return found
  })
  const pages = usePages<RingpostEvent>(`${sourceId} ${userId}`, (cursor) =>
    good(
      api.GET('/v1/events', {
        params: { query: { source_id: sourceId, user_id: userId, ...page(50, cursor) } },
      }),
    ),
  )
  useOnNews(
    ({ kind }) => kind === 'event',
    () => {
      pages.refresh()
      void user.refresh()
    },
  )
  const sources = useQuery('sources', allSources)
  const source = sources.data?.find(({ id }) => id === sourceId)
  const canWrite = useCanWrite()
  const [asking, setAsking] = useState<'forget' | 'erase' | null>(null)
  const { data } = user
  return (
    <Page
      title={shownId(userId)}
      heading={
        <>
          <span class="breakable">{shownId(userId)}</span>{' '}
          {data?.removed && <Badge tone="quiet">Gone from the list</Badge>}
          {data?.absent && !data.removed && <Badge tone="warn">Not seen in the last full scan</Badge>}
        </>
      }
      back={['/users', 'Callers']}
    >
      {user.error && <Failure error={user.error} retry={user.refresh} />}
      {data === undefined ? (
        !user.error && <Skeleton lines={4} />
      ) : (
        <Card>
          <Facts
            wide
            of={[
              ['Calls', count(data.conversation_count)],
              [
                'First call',
                data.first_contact_unix_secs === null ? (
                  'not known'
                ) : (
                  <Moment at={iso(data.first_contact_unix_secs)} />
                ),
              ],
              ['Last call', <Moment at={iso(data.last_contact_unix_secs)} />],
              [
                'Sentiment',
                { unknown: 'not known', fine: 'fine', low: 'below the threshold' }[data.sentiment],
              ],
              ['Source', <a href={href(`/sources/${sourceId}`)}>{source?.name ?? sourceId}</a>],
            ]}
          />
          {canWrite && (
            <div class="actions after">
              <button type="button" class="button small" onClick={() => setAsking('forget')}>
                Forget…
              </button>
              <button type="button" class="button small danger-text" onClick={() => setAsking('erase')}>
                Erase all data…
              </button>
            </div>
          )}
        </Card>
      )}
      <Card title="History" flush>
        <Rows
          pages={pages}
          label="History"
          empty={
            <Empty icon="events" title="No event of this caller">
              Who called before the source was added has none, until they call again.
            </Empty>
          }
        >
          {(event) => <EventRow event={event} />}
        </Rows>
      </Card>
      {asking && (
        <Confirm
          title={asking === 'forget' ? 'Forget this caller?' : 'Erase all data of this caller?'}
          action={asking === 'forget' ? 'Forget' : 'Erase'}
          danger
          {...(asking === 'erase' ? { type: 'erase' } : {})}
          onClose={() => setAsking(null)}
          run={async () => {
            const done = await good(
              api.DELETE('/v1/sources/{id}/users', {
                params: {
                  path: { id: sourceId },
                  query: { user_id: userId, erase: asking === 'erase' ? 'true' : 'false' },
                },
              }),
            )
            say(
              asking === 'forget'
                ? 'Forgotten.'
                : `Erased: ${plural(done.events, 'event')}, ${plural(done.deliveries, 'delivery', 'deliveries')}.`,
            )
            go(href('/users', { source: sourceId }))
          }}
        >
          <p>
            {asking === 'forget'
              ? 'What is known of them is dropped. If they call again, they are a new caller, and are announced as one. While ElevenLabs still lists them, that can be at once.'
              : 'What is known of them is dropped, and their data goes from events, deliveries, attempts and unreadable rows. This cannot be taken back. What receivers already have is theirs to erase; to keep them out for good, delete them at ElevenLabs first.'}
          </p>
        </Confirm>
      )}
    </Page>
  )
}
