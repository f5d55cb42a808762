import { once } from 'node:events'
import { type Command, Option } from 'commander'
import { parseSecret } from '../../deliver/sign.ts'
import { RingpostError } from '../../errors.ts'
import { createAgent } from '../../http/agent.ts'
import { startReceiver } from '../../receiver/receiver.ts'
import { isEd25519, parsePublicKey } from '../../secrets/signing-secret.ts'
import { cannotListen } from '../cannot-listen.ts'
import { type Forwarded, forward } from '../forward.ts'
import { createOutput, type Output } from '../output.ts'
import { isOnThisMachine, secretOf, subscribe } from '../own-endpoint.ts'
import { printableJson } from '../printable.ts'
import { orExit, type Session, withApi } from '../run.ts'
import { commaList, httpStatus, httpUrl, portNumber } from '../values.ts'
import { webhookEntry, webhookReport } from '../webhook-report.ts'

/** Of how many webhooks it is remembered that they came. */
const REMEMBERED = 10_000

interface ListenOptions {
  port: number
  host: string
  types: string[]
  sources?: string[]
  forwardTo?: URL
  answer?: number
  body?: boolean
  url?: URL
  secret?: string
  endpoint?: string
  subscribe: boolean
}

/** `ringpost listen`: a receiver for those who write one. */
export function addListenCommand(program: Command): void {
  program
    .command('listen')
    .description('receive webhooks here: verify, print and forward them until Ctrl-C')
    .option('-p, --port <port>', 'port to listen on; 0 picks a free one', portNumber, 7466)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('-t, --types <types>', 'event types and patterns, separated by commas', commaList, ['*'])
    .option('-s, --sources <ids>', 'only of these sources, separated by commas', commaList)
    .option('-f, --forward-to <url>', 'pass each on to this URL, and answer as it does', httpUrl)
    .addOption(
      new Option('-a, --answer <status>', 'answer with this status, to see what comes of it')
        .argParser(httpStatus)
        .conflicts('forwardTo'),
    )
    .option('-b, --body', 'print their bodies, too')
    .option('--url <url>', 'an address that leads here from where ringpost runs, such as a tunnel', httpUrl)
    .option('--secret <secret>', 'a signing secret of your own, in place of a new one each time')
    .addOption(
      new Option('-e, --endpoint <id>', 'verify for this endpoint, and make none').conflicts([
        'secret',
        'types',
        'sources',
        'url',
      ]),
    )
    .addOption(new Option('--no-subscribe', 'make no endpoint; verify with --secret').conflicts('endpoint'))
    .addHelpText(
      'after',
      `
Without --endpoint and --no-subscribe, it makes an endpoint of its own for as long as it runs. A server must be
allowed to reach this machine: RINGPOST_ALLOW_NETWORKS=127.0.0.0/8 (the demo is).

Examples:
  ringpost listen
  ringpost listen --forward-to http://127.0.0.1:3000/hooks --types user.created
  ringpost listen --answer 503
  ringpost listen --url https://your-tunnel.example.com/ --body`,
    )
    .action(async (options: ListenOptions, command: Command) => {
      if (options.subscribe) {
        await withApi(command, (session) => receive(options, session.out, session))
      } else if (options.secret === undefined) {
        command.error("error: option '--no-subscribe' needs option '--secret <secret>'")
      } else {
        const { json = false } = command.optsWithGlobals<{ json?: boolean }>()
        await orExit(() => receive(options, createOutput({ json }), null))
      }
    })
}

/** @param session null where no endpoint is to be made */
async function receive(options: ListenOptions, out: Output, session: Session | null): Promise<void> {
  const stopped = stopSignal()
  const agent = createAgent({})
  const secrets: string[] = []
  if (options.secret !== undefined) secrets.push(checkSecret(options.secret))
  const forwards = new WeakMap<object, Forwarded>()
  const countTimes = createCounter()
  const receiver = await startReceiver({
    secrets: () => secrets,
    host: options.host,
    port: options.port,
    async answer(received) {
      if (options.forwardTo === undefined) return { status: options.answer ?? 204 }
      const forwarded = await forward(agent, options.forwardTo, received)
      forwards.set(received, forwarded)
      return forwarded
    },
    onWebhook(received, answer) {
      const times = countTimes(received.headers['webhook-id'] ?? '')
      const heard = { received, answer, forwarded: forwards.get(received) ?? null, times }
      if (out.json) out.line(printableJson(webhookEntry(heard, new Date())))
      else {
        const target = options.forwardTo?.href ?? null
        out.line(webhookReport(out, heard, new Date(), { body: options.body === true, target }))
      }
    },
  }).catch((error: unknown) => {
    throw cannotListen(error, options)
  })
  try {
    const made = await endpointOf(options, receiver.url, session)
    if (made.secret !== null) secrets.push(made.secret)
    try {
      announce(out, { url: receiver.url, options, made, secret: secrets[0] ?? '' })
      if (!stopped.aborted) await once(stopped, 'abort')
    } finally {
      await made.remove()
    }
  } finally {
    await receiver.close()
    await agent.close()
  }
}

interface MadeEndpoint {
  id: string | null
  /** What it verifies with; null where that was given. */
  secret: string | null
  remove(): Promise<void>
}

async function endpointOf(
  options: ListenOptions,
  receiverUrl: string,
  session: Session | null,
): Promise<MadeEndpoint> {
  const keep = async () => undefined
  if (session === null) return { id: null, secret: null, remove: keep }
  const { endpoint, types, sources, secret } = options
  if (endpoint !== undefined) return { id: endpoint, secret: await secretOf(session, endpoint), remove: keep }
  if (options.url === undefined && !isOnThisMachine(session.connection.url)) {
    throw new RingpostError(
      'bad_request',
      `The ringpost at ${session.connection.url} is not on this machine, and ${receiverUrl} leads nowhere from there: give --url an address that leads here, such as that of a tunnel (or ${receiverUrl} itself, if it is this machine after all).`,
    )
  }
  return subscribe(session, { url: options.url?.href ?? receiverUrl, types, sources, secret })
}

function announce(
  out: Output,
  facts: { url: string; options: ListenOptions; made: MadeEndpoint; secret: string },
): void {
  const { url, options, made, secret } = facts
  if (out.json) {
    out.line(printableJson({ kind: 'listening', url, endpoint_id: made.id, secret }))
    return
  }
  const own = made.id !== null && options.endpoint === undefined
  const as = made.id === null ? '' : ` as endpoint ${made.id}${own ? ` (${options.types.join(', ')})` : ''}`
  // In one piece: who waits for its first line, such as a script, has all of it.
  const lines = [
    `Listening at ${url}${as}. Ctrl-C ends it${own ? ' and deletes the endpoint' : ''}.`,
    `  ${isEd25519(secret) ? 'public key' : 'signing secret'}: ${secret}`,
    ...(options.forwardTo === undefined ? [] : [`  forwarded to: ${options.forwardTo.href}`]),
    ...(made.id === null ? [] : [`  try it: ringpost trigger user.created --endpoint ${made.id}`]),
    '',
  ]
  out.line(lines.join('\n'))
}

/** How often something has come, for the last of them. */
function createCounter(): (id: string) => number {
  const known = new Map<string, number>()
  return (id) => {
    const times = (known.get(id) ?? 0) + 1
    known.delete(id)
    known.set(id, times)
    const oldest = known.size > REMEMBERED ? known.keys().next().value : undefined
    if (oldest !== undefined) known.delete(oldest)
    return times
  }
}

function stopSignal(): AbortSignal {
  const stopping = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort())
  return stopping.signal
}

/** @throws RingpostError where it is none, before the first webhook comes */
function checkSecret(secret: string): string {
  if (isEd25519(secret)) parsePublicKey(secret)
  else parseSecret(secret)
  return secret
}
