import { setTimeout as wait } from 'node:timers/promises'
import { type Command, Option } from 'commander'
import { everyDelivery } from '../every.ts'
import { type Session, unwrap, withApi } from '../run.ts'
import { commaList, filterOf, timeOf } from '../values.ts'
import { describeDelivery } from './deliveries.ts'
import { given } from './lists.ts'

const RECOVERIES = ['failed', 'undelivered', 'all'] as const

/** `ringpost endpoints test` and `recover`. */
export function addEndpointOperations(endpoints: Command): void {
  endpoints
    .command('test <id>')
    .description('send it a test and show the attempt; exits with 1 where the endpoint fails')
    .option('-t, --type <type>', 'the sample of this event type, in place of a ringpost.test')
    .addHelpText('after', '\nExample:\n  ringpost endpoints test ep_… --type user.created')
    .action((id: string, options: { type?: string }, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const body = given({ event_type: options.type })
        const delivery = await unwrap(api.POST('/v1/endpoints/{id}/test', { params: { path: { id } }, body }))
        out.answer(delivery, () => describeDelivery(out, delivery))
        if (delivery.status !== 'succeeded') process.exitCode = 1
      }),
    )

  endpoints
    .command('recover <id>')
    .description('send again what it has missed')
    .requiredOption(
      '--since <time>',
      'not before: ISO 8601 (local without a zone), a date, unix seconds, or how long ago, such as 2h',
      timeOf,
    )
    .option('--until <time>', 'not after; now, where it is left out', timeOf)
    .addOption(
      new Option('--only <what>', 'failed, also what was skipped or never sent, or everything')
        .choices(RECOVERIES)
        .default('undelivered'),
    )
    .option('--retrying', 'also what waits for its next attempt: it is attempted now')
    .option('-n, --dry-run', 'count, and change nothing')
    .addHelpText('after', '\nExample:\n  ringpost endpoints recover ep_… --since 2h --dry-run')
    .action(
      (
        id: string,
        options: {
          since: string
          until?: string
          only: (typeof RECOVERIES)[number]
          dryRun?: boolean
          retrying?: boolean
        },
        command: Command,
      ) =>
        withApi(command, async ({ api, out }) => {
          const { since, until, only, dryRun = false } = options
          const body = { since, only, dry_run: dryRun, ...given({ until }) }
          // Counted before: what is queued now is pending afterwards.
          const { pending, retrying } = await countWaiting(api, id)
          const recovered = await unwrap(
            api.POST('/v1/endpoints/{id}/recover', { params: { path: { id } }, body }),
          )
          const hurried = options.retrying ? await hurry(api, id, { since, ...given({ until }) }, dryRun) : 0
          const { failed, skipped, succeeded, without_delivery } = recovered.of
          const parts = `${failed} failed, ${skipped} skipped, ${succeeded} succeeded, ${without_delivery} without a delivery`
          const left = Math.max(0, retrying - hurried)
          const alone =
            pending + left > 0
              ? ` Left alone, for they are on their way: ${pending} pending, ${left} retrying.`
              : ''
          const hint = left > 0 && !options.retrying ? `\nThose that are retrying: ${sendNow(id)}` : ''
          const now = options.retrying
            ? ` ${hurried} that ${hurried === 1 ? 'was' : 'were'} retrying ${dryRun ? 'would be' : hurried === 1 ? 'is' : 'are'} attempted now.`
            : ''
          out.answer(
            options.retrying ? { ...recovered, retried: hurried } : recovered,
            () => `${recovered.queued} ${dryRun ? 'would be' : 'are'} queued: ${parts}.${now}${alone}${hint}`,
          )
        }),
    )
}

/** How what waits for its next attempt at an endpoint is sent before that. */
export function sendNow(id: string): string {
  return `"ringpost endpoints recover ${id} --since 7d --retrying" attempts them now`
}

/** Has everything attempted now that waits for its next attempt; answers how many. */
async function hurry(
  api: Session['api'],
  id: string,
  period: { since: string; until?: string },
  dryRun: boolean,
): Promise<number> {
  const query = { endpoint_id: id, status: 'retrying', ...period } as const
  // All of them first: what is queued is retrying no more, and would move the pages.
  const waiting: string[] = []
  for await (const delivery of everyDelivery(api, query)) waiting.push(delivery.id)
  if (dryRun) return waiting.length
  let hurried = 0
  for (const delivery of waiting) {
    const { response, error } = await api.POST('/v1/deliveries/{id}/retry', {
      params: { path: { id: delivery } },
    })
    // One that is being attempted in this very moment, or has left the log, needs no hurry.
    if (response.ok) hurried++
    else if (response.status !== 409 && response.status !== 404)
      await unwrap(Promise.resolve({ error, response }))
  }
  return hurried
}

async function countWaiting(api: Session['api'], id: string): Promise<{ pending: number; retrying: number }> {
  const stats = await unwrap(api.GET('/v1/endpoints/{id}/stats', { params: { path: { id } } }))
  return stats.deliveries
}

/** `ringpost endpoints backfill`. */
export function addBackfill(endpoints: Command): void {
  endpoints
    .command('backfill <id>')
    .description('send it the users that are known already; safe to repeat')
    .option('-s, --sources <ids>', 'only of these sources, separated by commas', commaList)
    .option('--filter <json>', 'only whom it lets pass, as an endpoint’s filter; null for everybody')
    .option('--again', 'also those that a backfill has sent before')
    .option('-n, --dry-run', 'count, and change nothing')
    .option('--status', 'only tell how far it is')
    .option('--stop', 'queue nobody more')
    .option('-w, --wait', 'show how it goes on, until everybody is queued')
    .addHelpText(
      'after',
      `
Examples:
  ringpost endpoints backfill ep_… --dry-run
  ringpost endpoints backfill ep_… --filter '{"data.user.conversation_count": {"gte": 2}}' --wait`,
    )
    .action((id: string, options: BackfillOptions, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const params = { path: { id } }
        const { sources, again = false, dryRun = false } = options
        if (options.stop) {
          await unwrap(api.DELETE('/v1/endpoints/{id}/backfill', { params }))
          out.answer({ id, stopped: true }, () => 'Nobody more is queued.')
          return
        }
        const body = {
          again,
          dry_run: dryRun,
          ...given({ source_ids: sources }),
          ...(options.filter === undefined ? {} : { filter: filterOf(options.filter) }),
        }
        let backfill = options.status
          ? await unwrap(api.GET('/v1/endpoints/{id}/backfill', { params }))
          : await unwrap(api.POST('/v1/endpoints/{id}/backfill', { params, body }))
        let told = ''
        while (options.wait && backfill.state === 'running') {
          const line = describeBackfill(backfill)
          if (line !== told) process.stderr.write(`${line}\n`)
          told = line
          await wait(1_000)
          backfill = await unwrap(api.GET('/v1/endpoints/{id}/backfill', { params }))
        }
        out.answer(backfill, () => describeBackfill(backfill))
      }),
    )
}

interface BackfillOptions {
  sources?: string[]
  filter?: string
  again?: boolean
  dryRun?: boolean
  status?: boolean
  stop?: boolean
  wait?: boolean
}

function describeBackfill(backfill: {
  state: string
  users: number
  seen: number
  queued: number
  already: number
  waiting: number
}): string {
  const { state, users, seen, queued, already, waiting } = backfill
  if (state === 'counted') return `${queued} of ${users} users would be queued.`
  const before = already > 0 ? `, ${already} had been sent before` : ''
  return `${state}: ${seen} of ${users} users looked at, ${queued} queued${before}, ${waiting} deliveries waiting.`
}

/** `ringpost events replay`. */
export function addEventReplay(events: Command): void {
  events
    .command('replay <id>')
    .description('send an event again to every endpoint that it matches')
    .option('-e, --endpoint <id...>', 'to these endpoints, whether it matches them or not')
    .action((id: string, options: { endpoint?: string[] }, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const body = given({ endpoint_ids: options.endpoint })
        const replayed = await unwrap(api.POST('/v1/events/{id}/replay', { params: { path: { id } }, body }))
        out.answer(
          replayed,
          () =>
            replayed.deliveries
              .map(({ endpoint_id, id: delivery, result }) =>
                result === 'queued'
                  ? `queued to ${endpoint_id} as ${delivery}`
                  : `${endpoint_id} is being sent it at this moment (${delivery})`,
              )
              .join('\n') || 'No endpoint that is enabled wants this event.',
        )
      }),
    )
}

/** `ringpost deliveries retry`. */
export function addDeliveryRetry(deliveries: Command): void {
  deliveries
    .command('retry <id>')
    .description('attempt a delivery again, now, whatever its status')
    .action((id: string, _options: object, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const delivery = await unwrap(api.POST('/v1/deliveries/{id}/retry', { params: { path: { id } } }))
        out.answer(
          delivery,
          () => `${id} is queued. "ringpost deliveries show ${id}" tells what comes of it.`,
        )
      }),
    )
}
