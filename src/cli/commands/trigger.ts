import { Argument, type Command, Option } from 'commander'
import { createSecret } from '../../deliver/sign.ts'
import { CATALOGUE, EVENT_TYPES, type EventType } from '../../events/catalogue.ts'
import { sampleEvent } from '../../events/sample-event.ts'
import type { Filter } from '../../fanout/filter.ts'
import { matches } from '../../fanout/match.ts'
import type { Event } from '../../types.ts'
import { everyEndpoint } from '../every.ts'
import { createOutput, fields, type Output, table } from '../output.ts'
import { collectOverride, type Override, overrideValues } from '../overrides.ts'
import { ApiProblem, orExit, type Session, unwrap, withApi } from '../run.ts'
import { type SentSample, sendSample } from '../send-sample.ts'
import { httpUrl } from '../values.ts'
import { describeDelivery } from './deliveries.ts'

interface TriggerOptions {
  override?: Override[]
  endpoint?: string[]
  url?: URL
  secret?: string
}

/** `ringpost trigger`: the sample of an event type, as if it had happened. */
export function addTriggerCommand(program: Command): void {
  program
    .command('trigger')
    .description('send the sample of an event type; exits with 1 where it is not taken')
    .addArgument(new Argument('<type>', 'the event type').choices(EVENT_TYPES))
    .option('-o, --override <path=value>', 'another value in it; can be given several times', collectOverride)
    .option('-e, --endpoint <id...>', 'to these endpoints, whether they want the type or not')
    .addOption(
      new Option('--url <url>', 'from here to this URL, without a server')
        .argParser(httpUrl)
        .conflicts('endpoint'),
    )
    .option('--secret <secret>', 'with --url: the signing secret, in place of a new one')
    .addHelpText(
      'after',
      `
Without --endpoint and --url it goes to every enabled endpoint that such an event would go to, and a
ringpost.test to every enabled endpoint. Its
"data.sample" is true, so that a receiver can tell it from a call.

Types:
${EVENT_TYPES.map((type) => `  ${type.padEnd(33)}  ${CATALOGUE[type].description}`).join('\n')}

Examples:
  ringpost trigger user.created
  ringpost trigger user.created --override data.user.user_id=+15550100 --endpoint ep_…
  ringpost trigger user.returned --url http://127.0.0.1:3000/hooks --secret whsec_…`,
    )
    .action(async (type: EventType, options: TriggerOptions, command: Command) => {
      const { url, secret } = options
      const overrides = overrideValues(options.override ?? [], CATALOGUE[type].sample)
      if (url === undefined) {
        if (secret !== undefined)
          command.error("error: option '--secret <secret>' needs option '--url <url>'")
        return withApi(command, (session) => toEndpoints(session, type, overrides, options.endpoint))
      }
      await orExit(async () => {
        const { json = false } = command.optsWithGlobals<{ json?: boolean }>()
        const out = createOutput({ json })
        const key = secret ?? createSecret()
        const sent = await sendSample({ url, type, overrides, secret: key })
        out.answer({ ...sent, secret: key }, () => describeSent(out, sent, secret === undefined ? key : null))
        if (sent.error !== null) process.exitCode = 1
      }, command)
    })
}

async function toEndpoints(
  { api, out }: Session,
  type: EventType,
  override: Record<string, unknown>,
  chosen: string[] | undefined,
): Promise<void> {
  // Checked here, too: an override that does not fit is to be told before anything is sent.
  const event = sampleEvent({ type, id: CATALOGUE[type].sample.id, at: Date.now(), overrides: override })
  const ids = chosen ?? (await endpointsThatWant(api, event))
  if (ids.length === 0) {
    throw new ApiProblem(
      `No enabled endpoint would get such a ${type}. --endpoint sends it to one all the same, --url to any URL, and "ringpost listen" makes an endpoint.`,
    )
  }
  const deliveries = await Promise.all(
    ids.map((id) =>
      unwrap(
        api.POST('/v1/endpoints/{id}/test', {
          params: { path: { id } },
          body: { event_type: type, override },
        }),
      ),
    ),
  )
  out.answer({ data: deliveries }, () => {
    const [only] = deliveries
    if (only !== undefined && deliveries.length === 1) return describeDelivery(out, only)
    type Row = (typeof deliveries)[number]
    return table(
      out,
      deliveries,
      [
        { heading: 'ENDPOINT', cell: (row: Row) => row.endpoint_id },
        {
          heading: 'STATUS',
          cell: (row: Row) => row.status,
          style: (row: Row) => (row.status === 'succeeded' ? 'green' : 'red'),
        },
        { heading: 'DELIVERY', cell: (row: Row) => row.id },
        { heading: 'WHY', cell: (row: Row) => row.error?.message ?? '' },
      ],
      '',
    )
  })
  if (deliveries.some(({ status }) => status !== 'succeeded')) process.exitCode = 1
}

/** The enabled endpoints that an event would go to; a test goes to every one. */
async function endpointsThatWant(api: Session['api'], event: Event): Promise<string[]> {
  const ids: string[] = []
  for await (const { id, enabled, event_types, source_ids, filter } of everyEndpoint(api)) {
    const wants = matches(event, { event_types, source_ids, filter: filter as Filter | null })
    if (enabled && (wants || event.type === 'ringpost.test')) ids.push(id)
  }
  return ids
}

function describeSent(out: Pick<Output, 'style'>, sent: SentSample, newSecret: string | null): string {
  const { response, error } = sent
  const answered = response ? `answered ${response.status}` : 'gave no answer'
  const head = `${sent.url} ${answered} in ${sent.duration_ms} ms`
  return [
    out.style(error ? 'red' : 'green', head),
    fields([
      ['event', `${sent.event.id} (${sent.event.type})`],
      ...(newSecret === null ? [] : [['signed with', newSecret] as const]),
      ...(error ? [['error', error.message] as const] : []),
      ...(response?.body ? [['body', response.body] as const] : []),
    ]),
  ].join('\n')
}
