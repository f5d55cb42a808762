import { type About, type ApiError, allEndpoints, allSources, api, good } from '../api.ts'
import { checksOf } from '../checks.ts'
import { Card, Failure, Skeleton } from '../parts/basics.tsx'
import { Icon } from '../parts/icon.tsx'
import { useNow } from '../parts/time.tsx'
import { useQuery } from '../use-query.ts'

const ICONS = { good: 'check', quiet: 'check', warn: 'warning', bad: 'warning' } as const
const WORDS = { good: 'In order', quiet: 'In order', warn: 'Warning', bad: 'Problem' } as const

/** What `ringpost doctor` finds of a server that runs. */
export function Checks({ about, notReady }: { about: About | undefined; notReady: ApiError | null }) {
  const things = useQuery(
    'checks',
    async () => {
      const [sources, endpoints, { checks }] = await Promise.all([
        allSources(),
        allEndpoints(),
        good(api.GET('/v1/checks')),
      ])
      return { sources, endpoints, own: checks }
    },
    { every: 10_000 },
  )
  const now = useNow()
  const { data, error } = things
  return (
    <Card title="Checks" flush>
      {error && <Failure error={error} retry={things.refresh} />}
      {about === undefined || data === undefined ? (
        !error && <Skeleton lines={5} />
      ) : (
        <ul class="rows" aria-label="Checks">
          {checksOf({ about, notReady, ...data, now }).map(({ id, of, tone, message, fix, url }) => (
            <li key={id} class={`row static check ${tone}`}>
              <Icon name={ICONS[tone]} />
              <span class="off-screen">{WORDS[tone]}:</span>
              <span class="check-of">{of}</span>
              <span class="row-main">
                <span>{message}</span>
                {fix && <span class="muted">{fix}</span>}
              </span>
              {url && tone !== 'good' && (
                <a class="button small" href={url}>
                  Open<span class="off-screen"> {of}</span>
                </a>
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
