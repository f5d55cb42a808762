import { text as readText } from 'node:stream/consumers'
import { type Command, InvalidArgumentError } from 'commander'
import { unwrap, withApi } from '../run.ts'
import { commaList } from '../values.ts'
import { given } from './lists.ts'

interface Wish {
  key?: string
  baseUrl?: string
  agent?: string
  branch?: string
  interval?: string
  overlap?: string
  milestones?: number[]
  returnedAfter?: string
  sentimentThreshold?: number | 'none'
  enrich?: boolean
}

/** `ringpost sources add` and `change`: what is polled, and how. */
export function addSourceChanges(sources: Command): void {
  withWishes(sources.command('add <name>'))
    .description('poll another list; asks upstream once before it is saved')
    .requiredOption('-k, --key <key>', 'the API key; "-" reads it from the standard input')
    .option('--no-verify', 'save it without asking upstream')
    .addHelpText(
      'after',
      '\nExample:\n  ringpost sources add support --key - --agent agent_3701k3ttaq12ewp8b7qv5rfyszkz < key.txt',
    )
    .action((name: string, options: Wish & { key: string; verify: boolean }, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const { api_key = '', ...more } = await fieldsOf(options)
        const body = { name, api_key, verify: options.verify, ...more }
        const source = await unwrap(api.POST('/v1/sources', { body }))
        out.answer(source, () => `${source.id}: ${source.state_detail}`)
      }),
    )

  withWishes(sources.command('change <id>'))
    .description('change a source; what is not given stays')
    .option('--name <name>', 'another name')
    .option('-k, --key <key>', 'another API key; "-" reads it from the standard input')
    .option('--no-enrich', 'send events without their conversation')
    .addHelpText(
      'after',
      `
Another key, region, agent or branch is another list: what it shows is recorded without alerts first.

Examples:
  ringpost sources change src_default --interval 5m --enrich
  ringpost sources change src_default --milestones 10,100 --returned-after 30d`,
    )
    .action((id: string, options: Wish & { name?: string }, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const body = { ...given({ name: options.name }), ...(await fieldsOf(options)) }
        const source = await unwrap(api.PATCH('/v1/sources/{id}', { params: { path: { id } }, body }))
        out.answer(source, () => `${id} is changed.`)
      }),
    )
}

function withWishes(command: Command): Command {
  return command
    .option('--base-url <url>', 'a region or a proxy')
    .option('--agent <id>', 'only the callers of this agent')
    .option('--branch <id>', 'only the callers of this branch')
    .option('--interval <duration>', 'how often it is polled, such as 30s or 5m')
    .option('--overlap <duration>', 'how late a call may show up in the list, such as 2m')
    .option('--milestones <counts>', 'numbers of calls that are events, separated by commas', countsOf)
    .option('--returned-after <duration>', 'after how long a caller has returned, such as 30d')
    .option(
      '--sentiment-threshold <number>',
      'below which a sentiment is an event; "none" for never',
      thresholdOf,
    )
    .option('--enrich', 'have events wait for their conversation: its summary, outcome, duration')
}

async function fieldsOf(options: Wish) {
  const {
    key,
    baseUrl,
    agent,
    branch,
    interval,
    overlap,
    milestones,
    returnedAfter,
    enrich,
    sentimentThreshold,
  } = options
  const api_key = key === '-' ? (await readText(process.stdin)).trim() : key
  return {
    ...given({
      api_key,
      base_url: baseUrl,
      agent_id: agent,
      branch_id: branch,
      poll_interval: interval,
      overlap,
      milestones,
      returned_after: returnedAfter,
      enrich,
    }),
    ...(sentimentThreshold === undefined
      ? {}
      : { sentiment_threshold: sentimentThreshold === 'none' ? null : sentimentThreshold }),
  }
}

function countsOf(text: string): number[] {
  return commaList(text).map((one) => {
    if (!/^\d{1,9}$/.test(one)) throw new InvalidArgumentError(`${one} is not a number of calls.`)
    return Number(one)
  })
}

function thresholdOf(text: string): number | 'none' {
  if (text === 'none') return text
  const threshold = Number(text)
  if (text.trim() === '' || Number.isNaN(threshold))
    throw new InvalidArgumentError(`It must be a number, or "none".`)
  return threshold
}
