import { allEndpoints } from '../api.ts'
import { Card, Empty, Failure, Skeleton } from '../parts/basics.tsx'
import { Icon } from '../parts/icon.tsx'
import { Page } from '../parts/page.tsx'
import { href } from '../router.ts'
import { useCanWrite } from '../session.ts'
import { useQuery } from '../use-query.ts'
import { EndpointLine } from './overview-things.tsx'

/** Who is subscribed. */
export function EndpointsScreen() {
  const endpoints = useQuery('endpoints', allEndpoints, { every: 10_000 })
  const canWrite = useCanWrite()
  const add = canWrite && (
    <a class="button primary" href={href('/endpoints/new')}>
      <Icon name="plus" size={16} /> Add an endpoint
    </a>
  )
  return (
    <Page title="Endpoints" lead="Where events are sent, and how that goes." actions={add}>
      {endpoints.error && <Failure error={endpoints.error} retry={endpoints.refresh} />}
      {endpoints.data === undefined ? (
        !endpoints.error && <Skeleton lines={5} />
      ) : (
        <Card flush>
          {endpoints.data.length === 0 ? (
            <Empty icon="endpoints" title="No endpoint yet" action={add}>
              An endpoint is a URL that gets a signed webhook for each new or returning caller.
            </Empty>
          ) : (
            <ul class="rows" aria-label="Endpoints">
              {endpoints.data.map((endpoint) => (
                <EndpointLine key={endpoint.id} endpoint={endpoint} />
              ))}
            </ul>
          )}
        </Card>
      )}
    </Page>
  )
}
