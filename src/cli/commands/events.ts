import type { Command } from 'commander'
import { type Output, table } from '../output.ts'
import { printableJson, short } from '../printable.ts'
import { unwrap, withApi } from '../run.ts'
import { followStream, type StreamEntry } from '../stream.ts'
import { timeColumn } from '../time-column.ts'
import { assertSource } from '../typed-ids.ts'
import { shortTime, timeOf } from '../values.ts'
import { given, type ListOptions, more, withPaging } from './lists.ts'
import { addEventReplay } from './send-again.ts'

/** `ringpost events`: what has happened. */
export function addEventCommands(program: Command): void {
  const events = program.command('events').description('what has happened')

  withPaging(events.command('list'))
    .description('list events, newest first')
    .option('-t, --type <type>', 'a type, or a pattern such as user.*')
    .option('-s, --source <id>', 'of this source')
    .option('-u, --user <id>', 'of this user, exactly')
    .option(
      '--since <time>',
      'not before: ISO 8601 (local without a zone), a date, unix seconds, or how long ago, such as 2h',
      timeOf,
    )
    .option('--until <time>', 'not after', timeOf)
    .addHelpText('after', '\nExample:\n  ringpost events list --type user.created --since 2d')
    .action(
      (
        options: ListOptions & {
          type?: string
          source?: string
          user?: string
          since?: string
          until?: string
        },
        command: Command,
      ) =>
        withApi(command, async ({ api, out }) => {
          const { limit, cursor, type, source, user, since, until } = options
          const query = given({ limit, cursor, type, source_id: source, user_id: user, since, until })
          const page = await unwrap(api.GET('/v1/events', { params: { query } }))
          if (page.data.length === 0 && cursor === undefined) await assertSource(api, source)
          out.answer(page, () => {
            const columns = [
              timeColumn('TIME', page.data, (event: Listed) => event.timestamp),
              { heading: 'TYPE', cell: (event: Listed) => event.type },
              { heading: 'ABOUT', cell: (event: Listed) => subjectOf(event) },
              { heading: 'ID', cell: (event: Listed) => event.id },
            ]
            return table(out, page.data, columns, 'No events.') + more(page.next_cursor, { since, until })
          })
        }),
    )

  events
    .command('show <id>')
    .description('show an event as its webhooks hold it')
    .action((id: string, _options: object, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const event = await unwrap(api.GET('/v1/events/{id}', { params: { path: { id } } }))
        out.answer(event, () => printableJson(event, 2))
      }),
    )

  addEventReplay(events)

  events
    .command('tail')
    .description('print events and attempts as they happen; Ctrl-C ends it')
    .option('--events', 'events alone, without attempts')
    .action((options: { events?: boolean }, command: Command) =>
      withApi(command, async ({ connection, out }) => {
        for await (const entry of followStream(connection)) {
          if (options.events && entry.kind !== 'event') continue
          if (out.json) out.line(printableJson(entry))
          else out.line(tailLine(out, entry))
        }
      }),
    )
}

function tailLine(out: Output, entry: StreamEntry): string {
  if (entry.kind === 'missed')
    return out.style('yellow', 'Some entries were missed while there was no connection.')
  const { data } = entry
  if (entry.kind === 'event') {
    const event = data as unknown as Listed
    return `${shortTime(event.timestamp)}  ${event.type.padEnd(33)}  ${short(subjectOf(event), 60)}`
  }
  const { at, event_type, endpoint_id, status, response_status, error } = data as {
    at: string
    event_type: string
    endpoint_id: string
    status: string
    response_status: number | null
    error: { message: string } | null
  }
  const how = `${endpoint_id} ${response_status ?? '–'} ${status}${error ? `: ${short(error.message, 80)}` : ''}`
  return `${shortTime(at)}  ${event_type.padEnd(33)}  ${out.style(error ? 'red' : 'green', how)}`
}

interface Listed {
  id: string
  type: string
  timestamp: string
  data: Record<string, unknown>
}

/** Whom or what an event is about, in a few words. */
export function subjectOf({ data }: Pick<Listed, 'data'>): string {
  const user = data.user as { user_id?: string } | undefined
  const change = data.change as { from?: number; to?: number } | undefined
  const named = (data.endpoint ?? data.source) as { id?: string; name?: string } | undefined
  if (user?.user_id !== undefined) {
    return change ? `${user.user_id} (${change.from} → ${change.to})` : user.user_id
  }
  return named?.id ?? '–'
}
