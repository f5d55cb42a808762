import type { Command } from 'commander'
import { fields, type Style, table } from '../output.ts'
import { unwrap, withApi } from '../run.ts'
import { shortTime } from '../values.ts'
import { given, type ListOptions, more, withPaging } from './lists.ts'

/** `ringpost sources`: what is polled. */
export function addSourceCommands(program: Command): void {
  const sources = program.command('sources').description('what is polled')

  withPaging(sources.command('list'))
    .description('list sources and how their polling goes')
    .action((options: ListOptions, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const page = await unwrap(api.GET('/v1/sources', { params: { query: given(options) } }))
        out.answer(page, () => {
          type Row = (typeof page.data)[number]
          const columns = [
            { heading: 'ID', cell: (row: Row) => row.id },
            { heading: 'NAME', cell: (row: Row) => row.name },
            { heading: 'STATE', cell: (row: Row) => row.state, style: (row: Row) => styleOf(row.state) },
            { heading: 'USERS', cell: (row: Row) => row.known_users },
            { heading: 'LAST POLL', cell: (row: Row) => shortTime(row.last_poll?.at) },
            { heading: 'NEXT POLL', cell: (row: Row) => shortTime(row.next_poll_at) },
            { heading: 'IN WORDS', cell: (row: Row) => row.state_detail },
          ]
          return (
            table(out, page.data, columns, 'No sources. ringpost sources add makes one.') +
            more(page.next_cursor)
          )
        })
      }),
    )

  sources
    .command('show <id>')
    .description('show a source')
    .action((id: string, _options: object, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const source = await unwrap(api.GET('/v1/sources/{id}', { params: { path: { id } } }))
        out.answer(source, () =>
          fields([
            ['source', `${source.id} (${source.name})`],
            ['state', `${source.state}: ${source.state_detail}`],
            ['upstream', source.base_url],
            ['agent', source.agent_id ?? 'all'],
            ['branch', source.branch_id ?? 'all'],
            ['interval', source.poll_interval],
            ['known users', source.known_users],
            ['last poll', lastPoll(source.last_poll)],
            ['next poll', shortTime(source.next_poll_at)],
            ['polls', `${source.totals.polls}, with ${source.totals.requests} requests`],
            ['events', source.totals.events],
            ['found late', source.totals.late_changes],
            ['unreadable rows', source.totals.quarantined_rows],
          ]),
        )
      }),
    )
}

function lastPoll(poll: { at: string; kind: string; requests: number; error: string | null } | null): string {
  if (poll === null) return 'none yet'
  const how = poll.error === null ? `${poll.requests} requests` : poll.error
  return `${shortTime(poll.at)} (${poll.kind}): ${how}`
}

function styleOf(state: string): Style | null {
  if (state === 'live') return 'green'
  if (state === 'failing' || state === 'needs_attention') return 'red'
  return state === 'baseline' ? 'cyan' : null
}
