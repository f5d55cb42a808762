import type { Command } from 'commander'
import { table } from '../output.ts'
import { unwrap, withApi } from '../run.ts'
import { timeColumn } from '../time-column.ts'
import { given, type ListOptions, more, withPaging } from './lists.ts'

/** `ringpost users`: what is known of the users of a source. */
export function addUserCommands(program: Command): void {
  const users = program.command('users').description('what is known of the users of a source')

  withPaging(users.command('list <source>'))
    .description('list users, in no order; --user finds one')
    .option('-u, --user <id>', 'this user, exactly')
    .action((source: string, options: ListOptions & { user?: string }, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const { user, ...paging } = options
        const query = given({ ...paging, user_id: user })
        const params = { path: { id: source }, query }
        const page = await unwrap(api.GET('/v1/sources/{id}/users', { params }))
        out.answer(page, () => {
          type Row = (typeof page.data)[number]
          const time = (secs: number | null) => (secs === null ? null : new Date(secs * 1000).toISOString())
          const columns = [
            { heading: 'USER', cell: (row: Row) => row.user_id },
            { heading: 'CONVERSATIONS', cell: (row: Row) => row.conversation_count },
            timeColumn('FIRST', page.data, (row: Row) => time(row.first_contact_unix_secs)),
            timeColumn('LAST', page.data, (row: Row) => time(row.last_contact_unix_secs)),
            { heading: '', cell: (row: Row) => (row.removed ? 'removed' : '') },
          ]
          return table(out, page.data, columns, 'No users.') + more(page.next_cursor)
        })
      }),
    )

  users
    .command('forget <source> <user>')
    .description('forget a user, who is a first-time caller again when upstream shows them next')
    .option('--erase', 'also from events, deliveries and attempts')
    .action((id: string, user_id: string, options: { erase?: boolean }, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const query = { user_id, ...(options.erase ? { erase: 'true' as const } : {}) }
        const done = await unwrap(api.DELETE('/v1/sources/{id}/users', { params: { path: { id }, query } }))
        out.answer(done, () =>
          options.erase
            ? `Forgotten: ${done.forgotten ? 'yes' : 'was not known'}; erased ${done.events} events and ${done.deliveries} deliveries.`
            : done.forgotten
              ? 'Forgotten.'
              : 'This user was not known.',
        )
      }),
    )
}
