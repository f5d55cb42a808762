import { type Command, Option } from 'commander'
import { fields, type Style, table } from '../output.ts'
import { unwrap, withApi } from '../run.ts'
import { timeColumn } from '../time-column.ts'
import { shortTime } from '../values.ts'
import { given, type ListOptions, more, withPaging } from './lists.ts'
import { addSourceChanges } from './source-changes.ts'
import { addNudgeCommand } from './source-nudge.ts'
import { addPollsCommand } from './source-polls.ts'

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
            timeColumn('LAST POLL', page.data, (row: Row) => row.last_poll?.at),
            timeColumn('NEXT POLL', page.data, (row: Row) => row.next_poll_at),
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
          [
            fields([
              ['source', `${source.id} (${source.name})`],
              ['state', `${source.state}: ${source.state_detail}`],
              ['upstream', source.base_url],
              ['agent', source.agent_id ?? 'all'],
              ['branch', source.branch_id ?? 'all'],
              ['interval', source.poll_interval],
              ['overlap', source.overlap],
              ['milestones', source.milestones?.join(', ') ?? '5, 10, 25, 50, 100, 250, …'],
              ['returned after', source.returned_after],
              ['sentiment below', source.sentiment_threshold ?? 'not told'],
              ['enriched', source.enrich ? 'yes' : 'no'],
              ['nudges', source.nudge === null ? 'not taken' : source.nudge.received],
              ['known users', source.known_users],
              ['last poll', lastPoll(source.last_poll)],
              ['next poll', shortTime(source.next_poll_at)],
              ['seen up to', source.lag_secs === null ? '–' : `${source.lag_secs} s ago`],
              ['polls', `${source.totals.polls}, with ${counted(source.totals.requests, 'request')}`],
              ['events', source.totals.events],
              ['found late', source.totals.late_changes],
              ['unreadable rows', source.totals.quarantined_rows],
            ]),
            ...(source.last_poll?.warnings ?? []).map(({ message }) => `! ${message}`),
          ].join('\n'),
        )
      }),
    )

  addSourceChanges(sources)

  sources
    .command('poll <id>')
    .description('poll now, and tell what was found')
    .option('--full', 'read the whole list')
    .option('--dry-run', 'tell what it would find, and change nothing')
    .action((id: string, options: { full?: boolean; dryRun?: boolean }, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const report = await unwrap(
          api.POST('/v1/sources/{id}/poll', {
            params: { path: { id } },
            body: { full: options.full ?? false, dry_run: options.dryRun ?? false },
          }),
        )
        const found = Object.entries(report.events).map(([type, count]) => `${count} × ${type}`)
        const how = report.requests === 1 ? 'in one request' : `in ${report.requests} requests`
        const dry = options.dryRun ? ' This was a dry run: nothing is changed.' : ''
        out.answer(
          report,
          () =>
            `${report.kind} poll: ${report.rows} rows ${how}; ${found.join(', ') || 'nothing new'}.${dry}`,
        )
      }),
    )

  sources
    .command('accept <id>')
    .description('decide about a source that needs attention')
    .addOption(
      new Option('--as <decision>', '"events" tells what was held back, "baseline" records it in silence')
        .choices(['events', 'baseline'])
        .makeOptionMandatory(),
    )
    .action((id: string, options: { as: 'events' | 'baseline' }, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const source = await unwrap(
          api.POST('/v1/sources/{id}/accept', {
            params: { path: { id } },
            body: { as: options.as },
          }),
        )
        out.answer(source, () => `Accepted as ${options.as}; ${id} is polled now.`)
      }),
    )

  addPollsCommand(sources)
  addNudgeCommand(sources)

  for (const [verb, paused] of [
    ['pause', true],
    ['resume', false],
  ] as const) {
    sources
      .command(`${verb} <id>`)
      .description(paused ? 'stop polling it' : 'poll it again, at once')
      .action((id: string, _options: object, command: Command) =>
        withApi(command, async ({ api, out }) => {
          const source = await unwrap(
            api.PATCH('/v1/sources/{id}', { params: { path: { id } }, body: { paused } }),
          )
          out.answer(source, () => `${id} is ${verb}d.`)
        }),
      )
  }

  sources
    .command('rm <id>')
    .description('delete a source; its events stay until their retention ends')
    .action((id: string, _options: object, command: Command) =>
      withApi(command, async ({ api, out }) => {
        await unwrap(api.DELETE('/v1/sources/{id}', { params: { path: { id } } }))
        out.answer({ id, deleted: true }, () => `${id} is deleted.`)
      }),
    )
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`
}

function lastPoll(poll: { at: string; kind: string; requests: number; error: string | null } | null): string {
  if (poll === null) return 'none yet'
  const how = poll.error === null ? counted(poll.requests, 'request') : poll.error
  return `${shortTime(poll.at)} (${poll.kind}): ${how}`
}

function styleOf(state: string): Style | null {
  if (state === 'live') return 'green'
  if (state === 'failing' || state === 'needs_attention') return 'red'
  return state === 'baseline' ? 'cyan' : null
}
