import { readFile } from 'node:fs/promises'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { whyUnreadable } from '../../config/why-unreadable.ts'
import { RingpostError } from '../../errors.ts'
import { FORMATS, type Format } from '../../kinds/kind.ts'
import { KIND_NAMES, type KindName } from '../../kinds/kinds.ts'
import type { Template } from '../../kinds/template/template.ts'
import { fields } from '../output.ts'
import { unwrap, withApi } from '../run.ts'
import { collectPair, commaList, filterOf } from '../values.ts'
import { given } from './lists.ts'

interface Wish {
  set?: [string, string][]
  types?: string[] | false
  sources?: string[] | false
  filter?: string | false
  header?: [string, string][]
  description?: string
  template?: string | false
  format?: Format
  rateLimit?: number | false
}

interface Unset {
  unset?: string[]
  unsetHeader?: string[]
}

/** `ringpost endpoints add` and `change`: what an endpoint is. */
export function addEndpointChanges(endpoints: Command): void {
  withWishes(endpoints.command('add [url]'))
    .description('subscribe a URL, a Slack channel, …; prints its signing secret')
    .addOption(
      new Option('-k, --kind <kind>', 'what is at the other end').choices(KIND_NAMES).default('webhook'),
    )
    .addHelpText(
      'after',
      `
What a kind needs: ringpost endpoints kinds <kind>

Examples:
  ringpost endpoints add https://example.com/hooks/callers --types user.created,user.returned
  ringpost endpoints add --kind slack https://hooks.slack.com/services/… --types user.created
  ringpost endpoints add --kind telegram --set bot_token=… --set chat_id=-1001234567890`,
    )
    .action((url: string | undefined, options: Wish & { kind: KindName }, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const body = { kind: options.kind, ...given({ url }), ...(await fieldsOf(options)) }
        const endpoint = await unwrap(api.POST('/v1/endpoints', { body }))
        out.answer(endpoint, () =>
          [
            fields([
              ['endpoint', endpoint.id],
              ['url', endpoint.url],
              ...(endpoint.signing === null ? [] : [['secret', endpoint.secret] as const]),
            ]),
            ...endpoint.warnings.map((warning) => `! ${warning}`),
          ].join('\n'),
        )
      }),
    )

  withWishes(endpoints.command('change <id>'))
    .description('change an endpoint; what is not given stays')
    .option('--url <url>', 'another URL')
    .option('--unset <name...>', 'settings that go back to their default')
    .option('--unset-header <name...>', 'headers that are sent no more')
    .option('--no-filter', 'let every event pass')
    .option('--no-template', 'send the event as it is')
    .option('--no-types', 'every user.* event, or what its kind is meant for')
    .option('--no-sources', 'of all sources')
    .option('--no-rate-limit', 'no limit but that of its kind')
    .addHelpText(
      'after',
      '\nExamples:\n  ringpost endpoints change ep_… --set time_zone=Europe/Berlin\n  ringpost endpoints change ep_… --template ./contact.json',
    )
    .action((id: string, options: Wish & Unset & { url?: string }, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const { settings, headers, ...changes } = await fieldsOf(options)
        const body = {
          ...given({
            url: options.url,
            settings: withoutSome(settings, options.unset),
            headers: withoutSome(headers, options.unsetHeader),
          }),
          ...changes,
        }
        const endpoint = await unwrap(api.PATCH('/v1/endpoints/{id}', { params: { path: { id } }, body }))
        out.answer(endpoint, () =>
          [`${id} is changed.`, ...endpoint.warnings.map((text) => `! ${text}`)].join('\n'),
        )
      }),
    )
}

function withWishes(command: Command): Command {
  return command
    .option('--set <name=value>', 'a setting of its kind; can be given several times', collectPair)
    .option('-t, --types <types>', 'event types and patterns, separated by commas', commaList)
    .option('-s, --sources <ids>', 'only of these sources, separated by commas', commaList)
    .option(
      '--filter <json>',
      'only events that it lets pass, such as {"data.user.conversation_count": {"gte": 10}}',
    )
    .option(
      '--header <name=value>',
      'sent with each request, and never shown; can be given several times',
      collectPair,
    )
    .option('-d, --description <text>', 'what it is for')
    .option(
      '--template <file>',
      'what a webhook’s body is made from, as JSON; see ringpost endpoints preview',
    )
    .addOption(new Option('--format <format>', 'of a webhook').choices(FORMATS))
    .option('--rate-limit <number>', 'the most deliveries a second', positive)
}

/** Null removes one. */
function withoutSome(
  values: Record<string, string> | undefined,
  unset: readonly string[] | undefined,
): Record<string, string | null> | undefined {
  if (values === undefined && unset === undefined) return undefined
  return { ...values, ...Object.fromEntries((unset ?? []).map((name) => [name, null])) }
}

async function fieldsOf(options: Wish) {
  const { types, sources, filter, header, description, template, format, rateLimit } = options
  return {
    ...given({
      description,
      format,
      settings: options.set && Object.fromEntries(options.set),
      headers: header && Object.fromEntries(header),
    }),
    ...(types === undefined ? {} : { event_types: types || null }),
    ...(sources === undefined ? {} : { source_ids: sources || null }),
    ...(rateLimit === undefined ? {} : { rate_limit: rateLimit === false ? null : rateLimit }),
    ...(filter === undefined ? {} : { filter: filter === false ? null : filterOf(filter) }),
    ...(template === undefined ? {} : { template: template === false ? null : await readTemplate(template) }),
  }
}

/** @throws RingpostError `bad_request` where the file is no JSON; the server says what else is wrong with it */
export async function readTemplate(path: string): Promise<Template> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new RingpostError('bad_request', `The template ${path} cannot be read: ${whyUnreadable(cause)}.`, {
      cause,
    })
  })
  try {
    return JSON.parse(text) as Template
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new RingpostError('bad_request', `The template ${path} is not JSON: ${why}`, { cause })
  }
}

function positive(text: string): number {
  const number = Number(text)
  if (!(number > 0)) throw new InvalidArgumentError('It must be a number above 0.')
  return number
}
