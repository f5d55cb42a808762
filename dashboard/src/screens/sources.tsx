import { allSources } from '../api.ts'
import { plural } from '../format.ts'
import { Badge, Card, Empty, Failure, Skeleton } from '../parts/basics.tsx'
import { Icon } from '../parts/icon.tsx'
import { Page } from '../parts/page.tsx'
import { Countdown, Time } from '../parts/time.tsx'
import { href } from '../router.ts'
import { useCanWrite } from '../session.ts'
import { useQuery } from '../use-query.ts'
import { SOURCE_STATES } from '../words.ts'

/** What is polled. */
export function SourcesScreen() {
  const sources = useQuery('sources', allSources, { every: 5_000 })
  const canWrite = useCanWrite()
  const add = canWrite && (
    <a class="button primary" href={href('/sources/new')}>
      <Icon name="plus" size={16} /> Add a source
    </a>
  )
  return (
    <Page
      title="Sources"
      lead="The lists of callers that are watched: workspaces, agents, regions."
      actions={add}
    >
      {sources.error && <Failure error={sources.error} retry={sources.refresh} />}
      {sources.data === undefined ? (
        !sources.error && <Skeleton lines={5} />
      ) : sources.data.length === 0 ? (
        <Card>
          <Empty icon="sources" title="No source yet" action={add}>
            A source is one ElevenLabs workspace, or one agent of it. Who called before is recorded first, and
            nobody is announced for it.
          </Empty>
        </Card>
      ) : (
        <Card flush>
          <ul class="rows" aria-label="Sources">
            {sources.data.map((source) => {
              const [words, tone] = SOURCE_STATES[source.state]
              return (
                <li key={source.id}>
                  <a class="row" href={href(`/sources/${source.id}`)}>
                    <span class="row-main">
                      <span class="row-title">
                        {source.name} <Badge tone={tone}>{words}</Badge>
                      </span>
                      <span class="row-sub">{source.state_detail}</span>
                      <span class="row-sub muted">{source.base_url}</span>
                    </span>
                    <span class="row-when">
                      <span>{plural(source.known_users, 'caller')}</span>
                      <span class="muted">
                        polled <Time at={source.last_poll?.at} />
                      </span>
                      {source.next_poll_at && (
                        <span class="muted">
                          next <Countdown at={source.next_poll_at} />
                        </span>
                      )}
                    </span>
                  </a>
                </li>
              )
            })}
          </ul>
        </Card>
      )}
    </Page>
  )
}
