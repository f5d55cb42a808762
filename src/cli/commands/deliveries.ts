import type { Command } from 'commander'
import { type Breaker, breakerBefore, nextOf, nextTries } from '../breaker.ts'
import { fittingTable } from '../fitting-table.ts'
import { fields, type Output, type Style } from '../output.ts'
import { unwrap, withApi } from '../run.ts'
import { timeColumn } from '../time-column.ts'
import { assertEndpoint, assertEvent } from '../typed-ids.ts'
import { shortTime, timeOf } from '../values.ts'
import { given, type ListOptions, more, withPaging } from './lists.ts'
import { addDeliveryRetry } from './send-again.ts'

type Status = 'pending' | 'retrying' | 'succeeded' | 'failed' | 'skipped'

/** `ringpost deliveries`: what became of events on their way to endpoints. */
export function addDeliveryCommands(program: Command): void {
  const deliveries = program.command('deliveries').description('what was sent, and what came of it')

  withPaging(deliveries.command('list'))
    .description('list deliveries, newest first')
    .option('-e, --endpoint <id>', 'to this endpoint')
    .option('--event <id>', 'of this event')
    .option('-t, --type <type>', 'of this type of event, or a pattern such as user.*')
    .option('--status <status>', 'pending, retrying, succeeded, failed or skipped')
    .option(
      '--since <time>',
      'not before: ISO 8601 (local without a zone), a date, unix seconds, or how long ago, such as 2h',
      timeOf,
    )
    .option('--until <time>', 'not after', timeOf)
    .addHelpText('after', '\nExample:\n  ringpost deliveries list --status failed --since 2d')
    .action(
      (
        options: ListOptions & {
          endpoint?: string
          event?: string
          type?: string
          status?: Status
          since?: string
          until?: string
        },
        command: Command,
      ) =>
        withApi(command, async ({ api, out }) => {
          const { limit, cursor, endpoint, event, type, status, since, until } = options
          const query = given({
            limit,
            cursor,
            endpoint_id: endpoint,
            event_id: event,
            event_type: type,
            status,
            since,
            until,
          })
          const page = await unwrap(api.GET('/v1/deliveries', { params: { query } }))
          if (page.data.length === 0 && cursor === undefined) {
            await Promise.all([assertEndpoint(api, endpoint), assertEvent(api, event)])
          }
          const tries = out.json ? new Map<string, string>() : await nextTries(api, page.data)
          out.answer(page, () => {
            type Row = (typeof page.data)[number]
            const columns = [
              timeColumn('TIME', page.data, (row: Row) => row.created_at),
              {
                heading: 'STATUS',
                cell: (row: Row) => row.status,
                style: (row: Row) => styleOf(row.status),
              },
              // What all of them have in common was asked for, and need not be said.
              ...(endpoint === undefined
                ? [{ heading: 'ENDPOINT', cell: (row: Row) => row.endpoint_id }]
                : []),
              ...(event === undefined
                ? [
                    { heading: 'CALLER', cell: (row: Row) => row.user_id, rank: 1 },
                    { heading: 'EVENT', cell: (row: Row) => row.event_type, rank: 3 },
                  ]
                : []),
              { heading: 'TRIES', cell: (row: Row) => row.attempts.length, rank: 5 },
              { heading: 'LAST ANSWER', cell: (row: Row) => lastAnswer(row.attempts.at(-1)), rank: 2 },
              {
                ...timeColumn('NEXT', page.data, (row: Row) => nextOf(row, tries.get(row.endpoint_id))),
                rank: 4,
              },
              { heading: 'ID', cell: (row: Row) => row.id },
            ]
            const { columns: width } = process.stdout
            return (
              fittingTable(out, page.data, columns, 'No deliveries.', width) +
              more(page.next_cursor, { since, until })
            )
          })
        }),
    )

  deliveries
    .command('show <id>')
    .description('show a delivery with every attempt')
    .action((id: string, _options: object, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const delivery = await unwrap(api.GET('/v1/deliveries/{id}', { params: { path: { id } } }))
        const breaker = out.json ? null : await breakerBefore(api, delivery)
        out.answer(delivery, () => describeDelivery(out, delivery, breaker))
      }),
    )

  addDeliveryRetry(deliveries)
}

interface Shown {
  id: string
  event_id: string
  event_type: string
  endpoint_id: string
  status: Status
  created_at: string
  next_attempt_at: string | null
  error: { code: string; message: string } | null
  attempts: {
    number: number
    at: string
    duration_ms: number
    url: string
    response: { status: number; body?: string } | null
    error: { code: string; message: string } | null
  }[]
}

/**
 * A delivery and its attempts, for a person.
 *
 * @param breaker of its endpoint, where the delivery waits for that
 */
export function describeDelivery(
  out: Pick<Output, 'style'>,
  delivery: Shown,
  breaker: Breaker | null = null,
): string {
  const next = nextOf(delivery, breaker?.nextTryAt)
  const head = fields([
    ['delivery', delivery.id],
    ['event', `${delivery.event_id} (${delivery.event_type})`],
    ['endpoint', delivery.endpoint_id],
    ['status', delivery.status],
    ['created', shortTime(delivery.created_at)],
    ...(next ? [['next attempt', shortTime(next)] as const] : []),
    ...(breaker ? [['waits', sentenceOf(breaker)] as const] : []),
    ...(delivery.error ? [['why', delivery.error.message] as const] : []),
  ])
  const attempts = delivery.attempts.map((attempt) => {
    const answered = attempt.response ? `answered ${attempt.response.status}` : 'got no answer'
    const style = attempt.error ? 'red' : 'green'
    return [
      out.style(style, `attempt ${attempt.number} ${answered} in ${Math.round(attempt.duration_ms)} ms`),
      fields([
        ['  at', shortTime(attempt.at)],
        ['  url', attempt.url],
        ...(attempt.error ? [['  error', `${attempt.error.message} (${attempt.error.code})`] as const] : []),
        ...(attempt.response?.body ? [['  body', attempt.response.body] as const] : []),
      ]),
    ].join('\n')
  })
  return [head, ...attempts].join('\n\n')
}

function sentenceOf({ failingSince, nextTryAt, lastError }: Breaker): string {
  const since = failingSince === null ? '' : ` since ${shortTime(failingSince)}`
  return `its endpoint's breaker is open: it has been failing${since}, and is tried again at ${shortTime(nextTryAt)}. ${lastError ?? ''}`.trim()
}

function styleOf(status: Status): Style | null {
  if (status === 'succeeded') return 'green'
  if (status === 'failed') return 'red'
  return status === 'retrying' ? 'yellow' : null
}

function lastAnswer(attempt: Pick<Shown['attempts'][number], 'response' | 'error'> | undefined): string {
  if (attempt === undefined) return '–'
  return attempt.response ? String(attempt.response.status) : (attempt.error?.code ?? '–')
}
