import { resolve } from 'node:path'
import { text as readStdin } from 'node:stream/consumers'
import type { Command } from 'commander'
import { loadEnv } from '../../config/load-env.ts'
import { refuseUnknownNames } from '../../config/parse.ts'
import { renderFileSchema } from '../../config-file/json-schema.ts'
import { readText, refusalOf } from '../../config-file/load.ts'
import { problemsAlone, problemsIfNew } from '../../config-file/problems-alone.ts'
import { type PlacedProblem, type ReadFile, readConfigFile } from '../../config-file/read.ts'
import { entryField } from '../../config-file/without-wrong.ts'
import type { GuardPolicy } from '../../deliver/guard/url.ts'
import { type FieldError, RingpostError } from '../../errors.ts'
import { renderConfigFile } from '../config-yaml.ts'
import { examineConfiguration } from '../doctor/configuration.ts'
import { createOutput, type Output } from '../output.ts'
import { orExit, type Session, unwrap, withApi } from '../run.ts'

type Env = Record<string, string | undefined>

/** `ringpost config`: sources and endpoints as one file that can live in git. */
export function addConfigCommands(program: Command): void {
  const config = program
    .command('config')
    .description('sources and endpoints as one file that can live in git')

  config
    .command('export')
    .description('print all sources and endpoints as a file, without what is secret')
    .option('--secrets', 'with the shared signing secrets of endpoints; API keys and headers are never shown')
    .addHelpText('after', '\nExample:\n  ringpost config export > ringpost.yaml')
    .action((options: { secrets?: boolean }, command: Command) =>
      withApi(command, async ({ api, out }) => {
        const found = await getConfiguration(api)
        const shown = options.secrets ? await withSecrets(api, found) : found
        out.answer(shown, () => renderConfigFile(shown).trimEnd())
      }),
    )

  config
    .command('check [file]')
    .description('read a file and tell everything that is wrong with it; asks no server')
    .option('--no-env', 'without the environment: what it refers to is not looked at')
    .addHelpText('after', `${WHICH_FILE}\nExample:\n  ringpost config check ringpost.yaml --no-env`)
    .action((file: string | undefined, options: { env: boolean }, command: Command) =>
      orExit(async () => {
        const { json = false } = command.optsWithGlobals<{ json?: boolean }>()
        const { path, read } = await readGiven(command, file, options)
        answerCheck(createOutput({ json }), path, read, options.env ? policyHere() : null)
      }, command),
    )

  config
    .command('apply [file]')
    .description('create and update what a file names; what it does not name stays')
    .option('--dry-run', 'tell what would change, and change nothing')
    .addHelpText('after', `${WHICH_FILE}\nExample:\n  ringpost config apply ringpost.yaml --dry-run`)
    .action((file: string | undefined, options: { dryRun?: boolean }, command: Command) =>
      withApi(command, async (session) => {
        const { path, read } = await readGiven(command, file, { env: true })
        if (read.content === null) throw refusalOf(path, await allProblems(session.api, read))
        await apply(session, path, read, options.dryRun ?? false)
      }),
    )

  config
    .command('schema')
    .description('print the JSON Schema of the file, for editors')
    .action(() => void process.stdout.write(renderFileSchema()))
}

const WHICH_FILE = '\nWithout a file it is the one of RINGPOST_CONFIG; "-" reads the standard input.\n'

async function readGiven(
  command: Command,
  given: string | undefined,
  options: { env: boolean },
): Promise<{ path: string; read: ReadFile }> {
  const env: Env = loadEnv(process.cwd(), process.env)
  refuseUnknownNames(env)
  const path = given ?? env.RINGPOST_CONFIG?.trim()
  if (!path) return command.error('error: name the file, or set RINGPOST_CONFIG')
  const text = path === '-' ? await readStdin(process.stdin) : readFileOf(path, given !== undefined)
  return {
    path: path === '-' ? 'the standard input' : path,
    read: readConfigFile(text, options.env ? env : null),
  }
}

/** @throws RingpostError where it cannot be read: `bad_request` for one that the command line names */
function readFileOf(path: string, isTyped: boolean): string {
  try {
    return readText(resolve(path))
  } catch (error) {
    if (!isTyped || !(error instanceof RingpostError)) throw error
    throw new RingpostError('bad_request', error.message, { cause: error })
  }
}

/** What may be delivered to from here; null where the environment does not say it right. */
function policyHere(): GuardPolicy | null {
  const { config, isWrong } = examineConfiguration(process.cwd(), process.env)
  return isWrong('RINGPOST_ALLOW_NETWORKS', 'RINGPOST_ALLOW_HTTP') ? null : config
}

/**
 * What is wrong with a file by itself, and at the server with what could be read of it. Of a field that could not
 * be read the server would say that it is missing.
 */
async function allProblems(api: Session['api'], read: ReadFile): Promise<PlacedProblem[]> {
  if (read.draft === null) return read.problems
  const { error } = await api.POST('/v1/config', { body: { ...read.draft.input, dry_run: true } })
  const unread = new Set(read.problems.map(({ path }) => entryField(path)))
  const fields = (error as { errors?: FieldError[] } | undefined)?.errors ?? []
  const further = read.locate(fields.filter(({ path }) => !unread.has(entryField(path))))
  return [...read.problems, ...further].sort((a, b) => a.line - b.line || a.column - b.column)
}

function answerCheck(out: Output, path: string, read: ReadFile, policy: GuardPolicy | null): void {
  const { content } = read
  const problems = problemsAlone(read, policy)
  if (content === null || problems.length > 0) {
    process.exitCode = 1
    if (out.json) out.answer({ ok: false, problems }, () => '')
    else throw refusalOf(path, problems)
    return
  }
  const sources = Object.keys(content.sources)
  const endpoints = Object.keys(content.endpoints)
  const ifNew = read.locate(problemsIfNew(content))
  out.answer({ ok: true, problems, sources, endpoints, if_new: ifNew }, () =>
    [
      `${path} is good: sources ${listed(sources)}; endpoints ${listed(endpoints)}.`,
      ...(ifNew.length === 0
        ? []
        : [
            'A server would also look at what it has: "config apply --dry-run" asks one. One that has nothing yet would refuse',
          ]),
      ...ifNew.map(
        ({ line, column, path: field, message }) => `  line ${line}, column ${column}: ${field} ${message}`,
      ),
    ].join('\n'),
  )
}

function listed(ids: readonly string[]): string {
  return ids.join(', ') || 'none'
}

async function apply({ api, out }: Session, path: string, read: ReadFile, dryRun: boolean): Promise<void> {
  const answer = await api.POST('/v1/config', { body: { ...read.draft?.input, dry_run: dryRun } })
  const fields = (answer.error as { errors?: FieldError[] } | undefined)?.errors
  if (fields && fields.length > 0) throw refusalOf(path, read.locate(fields))
  const applied = await unwrap(Promise.resolve(answer))
  out.answer(applied, () => {
    const changed = applied.changes.filter(({ action }) => action !== 'none')
    if (changed.length === 0) return `Nothing to change: ${applied.changes.length} as ${path} says.`
    const lines = changed.map(({ id, action, fields: names }) => {
      const verb = action === 'create' ? 'created' : 'updated'
      return `${dryRun ? 'would be ' : ''}${verb}  ${id}${names.length > 0 ? `  (${names.join(', ')})` : ''}`
    })
    const same = applied.changes.length - changed.length
    return [...lines, ...(same > 0 ? [`${same} as ${path} says already.`] : [])].join('\n')
  })
}

type Found = Awaited<ReturnType<typeof getConfiguration>>
const getConfiguration = (api: Session['api']) => unwrap(api.GET('/v1/config'))

/** The same with the signing secrets, which the API tells one by one. */
async function withSecrets(api: Session['api'], found: Found): Promise<Found> {
  const endpoints: Found['endpoints'] = { ...found.endpoints }
  const withheld: string[] = []
  for (const path of found.withheld) {
    const [, id = ''] = /^endpoints\.([^.]+)\.secret$/.exec(path) ?? []
    if (id === '') {
      withheld.push(path)
      continue
    }
    const { secret } = await unwrap(api.GET('/v1/endpoints/{id}/secret', { params: { path: { id } } }))
    endpoints[id] = { ...endpoints[id], secret }
  }
  return { ...found, endpoints, withheld }
}
