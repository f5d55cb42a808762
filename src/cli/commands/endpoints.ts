import { type Command, Option } from 'commander'
import { lastError } from '../../client/last-error.ts'
import type { paths } from '../../client/schema.ts'
import { SIGNINGS, type Signing } from '../../secrets/signing-secret.ts'
import { fields, type Style, table } from '../output.ts'
import { unwrap, withApi } from '../run.ts'
import { timeColumn } from '../time-column.ts'
import { shortTime } from '../values.ts'
import { addKindCommands } from './destination-kinds.ts'
import { addEndpointChanges } from './endpoint-changes.ts'
import { given, type ListOptions, more, withPaging } from './lists.ts'
import { addBackfill, addEndpointOperations, sendNow } from './send-again.ts'

/** `ringpost endpoints`: who is subscribed to what. */
export function addEndpointCommands(program: Command): void {
  const endpoints = program.command('endpoints').description('who is subscribed to what')

  withPaging(endpoints.command('list'))
    .description('list endpoints and how they do')
    .action((options: ListOptions, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const page = await unwrap(api.GET('/v1/endpoints', { params: { query: given(options) } }))
        out.answer(page, () => {
          type Row = (typeof page.data)[number]
          const columns = [
            { heading: 'ID', cell: (row: Row) => row.id },
            {
              heading: 'HEALTH',
              cell: (row: Row) => row.health.state,
              style: (row: Row) => styleOf(row.health.state),
            },
            { heading: 'KIND', cell: (row: Row) => row.kind },
            { heading: 'EVENTS', cell: (row: Row) => row.event_types?.join(', ') || 'user.*' },
            timeColumn('LAST SUCCESS', page.data, (row: Row) => row.health.last_success_at),
            { heading: 'URL', cell: (row: Row) => row.url },
          ]
          return (
            table(out, page.data, columns, 'No endpoints. ringpost endpoints add <url> makes one.') +
            more(page.next_cursor)
          )
        })
      }),
    )

  endpoints
    .command('show <id>')
    .description('show an endpoint: what it is, and how it does')
    .action((id: string, _options: object, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const endpoint = await unwrap(api.GET('/v1/endpoints/{id}', { params: { path: { id } } }))
        const error = endpoint.health.state === 'failing' ? await lastError(api, id) : null
        const stats = out.json
          ? null
          : await unwrap(api.GET('/v1/endpoints/{id}/stats', { params: { path: { id } } }))
        out.answer(endpoint, () => describe(endpoint, error, stats?.deliveries.retrying ?? 0))
      }),
    )

  addEndpointChanges(endpoints)
  addKindCommands(endpoints)

  for (const [verb, enabled] of [
    ['enable', true],
    ['disable', false],
  ] as const) {
    endpoints
      .command(`${verb} <id>`)
      .description(enabled ? 'send to it again' : 'send nothing to it; what comes is skipped')
      .action((id: string, _options: object, command: Command) =>
        withApi(command, async ({ api, out }) => {
          const endpoint = await unwrap(
            api.PATCH('/v1/endpoints/{id}', { params: { path: { id } }, body: { enabled } }),
          )
          out.answer(endpoint, () => `${id} is ${verb}d.`)
        }),
      )
  }

  endpoints
    .command('secret <id>')
    .description('print what its receiver verifies with: the signing secret, or the public key')
    .action((id: string, _options: object, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const shown = await unwrap(api.GET('/v1/endpoints/{id}/secret', { params: { path: { id } } }))
        out.answer(shown, () => shown.secret ?? shown.public_key ?? 'What is sent to it is not signed.')
      }),
    )

  endpoints
    .command('rotate-secret <id>')
    .description('give it a new signing secret; the old one stays valid for a while')
    .option('-o, --overlap <duration>', 'how long the old one stays valid; 0s ends it at once', '24h')
    .addOption(new Option('--signing <kind>', 'another kind of signature').choices(SIGNINGS))
    .addHelpText('after', '\nExample:\n  ringpost endpoints rotate-secret ep_… --overlap 2h')
    .action((id: string, options: { overlap: string; signing?: Signing }, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const { overlap, signing } = options
        const body = { overlap, ...given({ signing }) }
        const rotated = await unwrap(
          api.POST('/v1/endpoints/{id}/rotate-secret', { params: { path: { id } }, body }),
        )
        out.answer(rotated, () =>
          fields([
            rotated.public_key === null ? ['secret', rotated.secret] : ['public key', rotated.public_key],
            ['old one valid until', shortTime(rotated.overlap_until)],
          ]),
        )
      }),
    )

  endpoints
    .command('rm <id>')
    .description('delete an endpoint; its deliveries stay in the log')
    .action((id: string, _options: object, command: Command) =>
      withApi(command, async ({ api, out }) => {
        await unwrap(api.DELETE('/v1/endpoints/{id}', { params: { path: { id } } }))
        out.answer({ id, deleted: true }, () => `${id} is deleted.`)
      }),
    )

  addEndpointOperations(endpoints)
  addBackfill(endpoints)
}

type Shown = paths['/v1/endpoints/{id}']['get']['responses']['200']['content']['application/json']

/** What there is to say of an endpoint; what is as it is by default is left out. */
function describe(endpoint: Shown, error: string | null, retrying: number): string {
  const { health, headers, settings, filter, template, event_types, source_ids } = endpoint
  const some = (name: string, value: unknown): (readonly [string, unknown])[] =>
    value === null || value === '' ? [] : [[name, value]]
  const pairs = (name: string, values: object) =>
    Object.entries(values).map(([key, value], i) => [i === 0 ? name : '', `${key} = ${value}`] as const)
  return [
    fields([
      ['endpoint', `${endpoint.id} (${endpoint.kind})`],
      ...some('for', endpoint.description),
      ['url', endpoint.url],
      ['health', health.next_try_at === null ? health.state : `${health.state}, breaker open`],
      ...some('why', endpoint.disabled_reason),
      ...some('failing since', health.failing_since && shortTime(health.failing_since)),
      ...some('last error', error),
      ...some('next try', health.next_try_at && shortTime(health.next_try_at)),
      ['last success', shortTime(health.last_success_at)],
      ...(retrying === 0 ? [] : [['retrying', `${retrying} (${sendNow(endpoint.id)})`] as const]),
      ['events', event_types?.join(', ') || 'user.*'],
      ['sources', source_ids?.join(', ') || 'all'],
      ...some('filter', filter && JSON.stringify(filter)),
      ...pairs('settings', settings),
      ...pairs('headers', headers),
      ...some('template', template && JSON.stringify(template)),
      ...(endpoint.format === 'standard' ? [] : [['format', endpoint.format] as const]),
      ['at most', endpoint.rate_limit === null ? 'no limit' : `${endpoint.rate_limit} a second`],
      ...some(
        'signed by',
        endpoint.signing && `${endpoint.signing} (ringpost endpoints secret ${endpoint.id})`,
      ),
    ]),
    ...endpoint.warnings.map((warning) => `! ${warning}`),
  ].join('\n')
}

function styleOf(state: string): Style | null {
  if (state === 'healthy') return 'green'
  return state === 'failing' ? 'red' : 'yellow'
}
