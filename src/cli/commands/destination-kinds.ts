import { Argument, type Command, Option } from 'commander'
import { EVENT_TYPES, type EventType } from '../../events/catalogue.ts'
import { FORMATS, type Format } from '../../kinds/kind.ts'
import { KIND_NAMES, type KindName } from '../../kinds/kinds.ts'
import { table } from '../output.ts'
import { collectOverride, type Override, overrideValues } from '../overrides.ts'
import { printableJson } from '../printable.ts'
import { unwrap, withApi } from '../run.ts'
import { collectPair } from '../values.ts'
import { readTemplate } from './endpoint-changes.ts'
import { given } from './lists.ts'

/** `ringpost endpoints kinds` and `preview`: what there can be at the other end, and what it would get. */
export function addKindCommands(endpoints: Command): void {
  endpoints
    .command('kinds')
    .description('list what can be at the other end, or what one kind needs')
    .addArgument(new Argument('[kind]', 'which').choices(KIND_NAMES))
    .action((kind: KindName | undefined, _options: object, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const page = await unwrap(api.GET('/v1/destination-kinds', {}))
        type Row = (typeof page.data)[number]
        const one = page.data.find((row) => row.kind === kind)
        if (one === undefined) {
          const columns = [
            { heading: 'KIND', cell: (row: Row) => row.kind },
            { heading: 'TITLE', cell: (row: Row) => row.title },
            { heading: 'WHAT', cell: (row: Row) => row.description },
          ]
          out.answer(page, () => table(out, page.data, columns, 'None.'))
          return
        }
        out.answer(one, () => describe(one))
      }),
    )

  endpoints
    .command('preview')
    .description('print what an endpoint of a kind would be sent; sends nothing')
    .addArgument(new Argument('<kind>', 'which').choices(KIND_NAMES))
    .addOption(new Option('--type <type>', 'whose sample').choices(EVENT_TYPES).default('user.created'))
    .option('-o, --override <path=value>', 'another value in it; can be given several times', collectOverride)
    .option('--set <name=value>', 'a setting; can be given several times', collectPair)
    .option('--template <file>', 'what the body is made from, as JSON')
    .addOption(new Option('--format <format>', 'of a webhook').choices(FORMATS))
    .addHelpText('after', '\nExample:\n  ringpost endpoints preview webhook --template ./contact.json')
    .action((kind: KindName, options: PreviewOptions, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const page = await unwrap(
          api.GET('/v1/event-types/{type}', { params: { path: { type: options.type } } }),
        )
        const body = {
          event_type: options.type,
          override: overrideValues(options.override ?? [], page.sample),
          settings: Object.fromEntries(options.set ?? []),
          ...given({ format: options.format }),
          ...(options.template === undefined ? {} : { template: await readTemplate(options.template) }),
        }
        const params = { path: { kind } }
        const preview = await unwrap(api.POST('/v1/destination-kinds/{kind}/preview', { params, body }))
        out.answer(preview, () => printableJson(preview.body, 2))
      }),
    )
}

interface PreviewOptions {
  type: EventType
  override?: Override[]
  set?: [string, string][]
  template?: string
  format?: Format
}

function describe(kind: {
  title: string
  description: string
  docs: string
  defaults: { rate_limit: number | null }
  default_template?: unknown
  fields: { path: string; required: boolean; secret: boolean; help: string; default: string | null }[]
}): string {
  const lines = kind.fields.map(({ path, required, secret, help, default: value }) => {
    const name = path === 'url' ? '<url>' : `--set ${path.slice('settings.'.length)}=…`
    const notes = [
      required ? 'required' : null,
      secret ? 'secret' : null,
      value === null ? null : `default ${value}`,
    ]
    const said = notes.filter((note) => note !== null).join(', ')
    return `  ${name}${said === '' ? '' : ` (${said})`}\n      ${help}`
  })
  const { rate_limit: limit } = kind.defaults
  const pace = limit === null ? [] : ['', `At most ${limit} a second, unless --rate-limit says otherwise.`]
  const { default_template: template } = kind
  const record = template
    ? ['', 'What a record is given, unless --template says otherwise:', printableJson(template, 2)]
    : []
  return [
    `${kind.title}: ${kind.description}`,
    '',
    ...lines,
    ...pace,
    ...record,
    '',
    `More: ${kind.docs}`,
  ].join('\n')
}
