import type { Command } from 'commander'
import { type Style, table } from '../output.ts'
import { unwrap, withApi } from '../run.ts'
import { timeColumn } from '../time-column.ts'
import { timeOf } from '../values.ts'
import { given, type ListOptions, more, withPaging } from './lists.ts'

/** `ringpost sources polls`: what the polls of a source did. */
export function addPollsCommand(sources: Command): void {
  withPaging(sources.command('polls <id>'))
    .description('list what its polls did, newest first')
    .option(
      '--since <time>',
      'that ended not before: ISO 8601 (local without a zone), a date, unix seconds, or how long ago, such as 2h',
      timeOf,
    )
    .option('--until <time>', 'that began not after', timeOf)
    .addHelpText(
      'after',
      '\nWhat it did at 3:12, and just before:\n  ringpost sources polls src_default --until 2026-11-28T03:13Z --limit 5',
    )
    .action((id: string, options: ListOptions & { since?: string; until?: string }, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const params = { path: { id }, query: given(options) }
        const page = await unwrap(api.GET('/v1/sources/{id}/polls', { params }))
        out.answer(page, () => {
          type Row = (typeof page.data)[number]
          const columns = [
            timeColumn('FROM', page.data, (row: Row) => row.from),
            timeColumn('TO', page.data, (row: Row) => row.to),
            { heading: 'POLLS', cell: (row: Row) => kindsOf(row.kinds) },
            { heading: 'OUTCOME', cell: outcomeOf, style: (row: Row) => styleOf(row.outcome) },
            { heading: 'REQUESTS', cell: (row: Row) => row.requests },
            { heading: 'USERS', cell: (row: Row) => row.rows },
            { heading: 'CHANGED', cell: (row: Row) => row.changes },
            { heading: 'LONGEST', cell: (row: Row) => `${row.duration_ms} ms` },
            timeColumn('NEXT', page.data, (row: Row) => row.next_at),
            { heading: 'IN WORDS', cell: inWords },
          ]
          return table(out, page.data, columns, 'No polls in this time.') + more(page.next_cursor, options)
        })
      }),
    )
}

/** `12 head, 1 lookback`. */
function kindsOf(kinds: Record<string, number>): string {
  return Object.entries(kinds)
    .map(([kind, count]) => `${count} ${kind}`)
    .join(', ')
}

function outcomeOf(poll: { outcome: string; dry_run: boolean }): string {
  return poll.dry_run ? `${poll.outcome} (dry run)` : poll.outcome
}

function inWords(poll: {
  error: { code: string; message: string } | null
  events: Record<string, number>
  warnings: string[]
}): string {
  const found = Object.entries(poll.events).map(([type, count]) => `${count} × ${type}`)
  const error = poll.error === null ? [] : [`${poll.error.code}: ${poll.error.message}`]
  return [...found, ...error, ...poll.warnings].join(', ') || '–'
}

function styleOf(outcome: string): Style | null {
  if (outcome === 'found') return 'green'
  if (outcome === 'failed' || outcome === 'held') return 'red'
  return outcome === 'quiet' ? null : 'cyan'
}
