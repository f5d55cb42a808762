import { text as readText } from 'node:stream/consumers'
import { type Command, Option } from 'commander'
import { fields } from '../output.ts'
import { unwrap, withApi } from '../run.ts'
import { shortTime } from '../values.ts'

interface NudgeOptions {
  secret?: string
  make?: true
  off?: true
}

/** `ringpost sources nudge`: ElevenLabs' post-call webhook as a reason to poll at once. */
export function addNudgeCommand(sources: Command): void {
  sources
    .command('nudge <id>')
    .description(
      "have ElevenLabs' post-call webhook make it poll at once; without options, tell how that goes",
    )
    .addOption(
      new Option('-s, --secret <secret>', 'of the webhook; "-" reads it from the standard input').conflicts([
        'make',
        'off',
      ]),
    )
    .addOption(new Option('--make', 'make a secret, for a sender of your own').conflicts('off'))
    .option('--off', 'take no nudges any more')
    .addHelpText('after', '\nExample:\n  ringpost sources nudge src_default --secret - < webhook-secret.txt')
    .action((id: string, options: NudgeOptions, command: Command) =>
      withApi(command, async ({ api, out, connection }) => {
        const urlOf = (path: string) => connection.url.replace(/\/+$/, '') + path
        const params = { path: { id } }
        if (options.make) {
          const made = await unwrap(api.POST('/v1/sources/{id}/nudge-secret', { params }))
          out.answer(made, () =>
            fields([
              ['secret, shown this once', made.secret],
              ['webhook URL', urlOf(made.path)],
            ]),
          )
          return
        }
        const secret = options.secret === '-' ? (await readText(process.stdin)).trim() : options.secret
        const nudge_secret = options.off ? null : secret
        const source = await unwrap(
          nudge_secret === undefined
            ? api.GET('/v1/sources/{id}', { params })
            : api.PATCH('/v1/sources/{id}', { params, body: { nudge_secret } }),
        )
        const { nudge } = source
        out.answer(source, () =>
          nudge === null
            ? `${id} takes no nudges. Make a webhook at ElevenLabs with the URL ${urlOf(`/v1/sources/${id}/nudge`)}, and enter its secret here with --secret.`
            : fields([
                ['webhook URL', urlOf(nudge.path)],
                ['received', nudge.received],
                ['last', shortTime(nudge.last_at)],
                ['last refused', nudge.last_refused ? refused(nudge.last_refused) : 'none'],
              ]),
        )
      }),
    )
}

function refused({ at, message }: { at: string; message: string }): string {
  return `${shortTime(at)}: ${message}`
}
