import type { Command } from 'commander'
import { fields, table } from '../output.ts'
import { unwrap, withApi } from '../run.ts'
import { timeColumn } from '../time-column.ts'
import { commaList, timeAhead } from '../values.ts'
import { given, type ListOptions, more, withPaging } from './lists.ts'

/** `ringpost tokens`: who may use the API. */
export function addTokenCommands(program: Command): void {
  const tokens = program.command('tokens').description('who may use the API')

  withPaging(tokens.command('list'))
    .description("list tokens; the administrator's is not among them")
    .action((options: ListOptions, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const page = await unwrap(api.GET('/v1/tokens', { params: { query: given(options) } }))
        out.answer(page, () => {
          type Row = (typeof page.data)[number]
          const columns = [
            { heading: 'ID', cell: (row: Row) => row.id },
            { heading: 'NAME', cell: (row: Row) => row.name },
            { heading: 'SCOPES', cell: (row: Row) => row.scopes.join(', ') },
            timeColumn('LAST USED', page.data, (row: Row) => row.last_used_at),
            timeColumn('ENDS', page.data, (row: Row) => row.expires_at, 'never'),
          ]
          return (
            table(out, page.data, columns, "No tokens beside the administrator's.") + more(page.next_cursor)
          )
        })
      }),
    )

  tokens
    .command('add <name>')
    .description('make a token; it is printed this once')
    .option('--scopes <scopes>', 'read, write or both, separated by commas', commaList)
    .option(
      '--expires <time>',
      'when it ends: a time or a date, or how long from now, such as 30d',
      timeAhead,
    )
    .addHelpText('after', '\nExample:\n  ringpost tokens add dashboard --scopes read --expires 30d')
    .action((name: string, options: { scopes?: string[]; expires?: string }, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const { scopes, expires } = options
        const body = {
          name,
          ...given({ scopes: scopes as ('read' | 'write')[] | undefined, expires_at: expires }),
        }
        const made = await unwrap(api.POST('/v1/tokens', { body }))
        out.answer(made, () =>
          fields([
            ['id', made.id],
            ['name', made.name],
            ['scopes', made.scopes.join(', ')],
            ['token', made.token],
          ]),
        )
      }),
    )

  tokens
    .command('rm <id>')
    .description('revoke a token, at once')
    .action((id: string, _options: object, command: Command) =>
      withApi(command, async ({ api, out }) => {
        await unwrap(api.DELETE('/v1/tokens/{id}', { params: { path: { id } } }))
        out.answer({ id, revoked: true }, () => `${id} is revoked.`)
      }),
    )
}
