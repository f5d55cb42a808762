import { hostname } from 'node:os'
import { isLocalhost } from '../deliver/guard/localhost.ts'
import { given } from './commands/lists.ts'
import { everyEndpoint } from './every.ts'
import { ApiProblem, type Session, unwrap } from './run.ts'

const DESCRIPTION = 'ringpost listen on'

/** The endpoint of a receiver that `ringpost listen` runs. */
export interface OwnEndpoint {
  id: string
  /** What it verifies with. */
  secret: string
  /** Ends the subscription. */
  remove(): Promise<void>
}

/**
 * Subscribes a receiver for as long as it runs. What a run that was killed has left at the same URL goes first,
 * so that nothing is delivered twice.
 *
 * @throws ApiProblem with what to do where the server refuses the address
 */
export async function subscribe(
  { api }: Pick<Session, 'api'>,
  wish: { url: string; types: string[]; sources: string[] | undefined; secret: string | undefined },
): Promise<OwnEndpoint> {
  await removeLeftovers(api, wish.url)
  const body = {
    url: wish.url,
    description: `${DESCRIPTION} ${hostname()}`,
    event_types: wish.types,
    ...given({ source_ids: wish.sources, secret: wish.secret }),
  }
  const endpoint = await unwrap(api.POST('/v1/endpoints', { body })).catch((error: unknown) => {
    if (!(error instanceof ApiProblem) || !error.message.includes('RINGPOST_ALLOW_')) throw error
    throw new ApiProblem(
      `${error.message}\nThat is a setting of the server, which has to be started again with it. Without it, --url takes a public address that leads here, such as that of a tunnel.`,
    )
  })
  const params = { path: { id: endpoint.id } }
  return {
    id: endpoint.id,
    secret: endpoint.secret ?? endpoint.public_key ?? '',
    async remove() {
      await unwrap(api.DELETE('/v1/endpoints/{id}', { params }))
    },
  }
}

async function removeLeftovers(api: Session['api'], url: string): Promise<void> {
  for await (const { id, url: theirs, description } of everyEndpoint(api)) {
    if (theirs !== url || !description.startsWith(DESCRIPTION)) continue
    await unwrap(api.DELETE('/v1/endpoints/{id}', { params: { path: { id } } }))
  }
}

/** What the webhooks of an endpoint that there is are verified with. */
export async function secretOf({ api }: Pick<Session, 'api'>, id: string): Promise<string> {
  const answer = await unwrap(api.GET('/v1/endpoints/{id}/secret', { params: { path: { id } } }))
  return answer.secret ?? answer.public_key ?? ''
}

/** Whether a server at this URL is on this machine, and so reaches what listens on loopback. */
export function isOnThisMachine(url: string): boolean {
  const host = new URL(url).hostname
  return isLocalhost(host) || /^127\.|^\[::1\]$/.test(host)
}
