import { type FieldError, RingpostError } from '../errors.ts'
import { RULES, type Rule } from './rules.ts'
import { type Config, type Environment, environment, toConfig } from './schema.ts'
import { unknownNames } from './unknown-names.ts'
import { variables } from './variable.ts'

type Env = Record<string, string | undefined>
type Name = keyof Environment

const NAMES = Object.keys(environment.shape) as Name[]

/** All variables and the rules between them; a rule runs as soon as what it reads is valid by itself. */
const schema = RULES.reduce(withRule, environment)

/**
 * Reads the configuration from environment variables. Space around a value is ignored, an empty value is
 * none, and the paths in it are made absolute against `cwd`.
 *
 * @throws RingpostError `config_invalid`, whose message lists every problem, one a line, and no secret;
 *   `fields` has the same, by variable
 */
export function parseConfig(env: Env, cwd: string): Config {
  const texts: Env = Object.fromEntries(NAMES.map((name) => [name, env[name]?.trim() || undefined]))
  const unknown = unknownNames(env, NAMES)
  const result = schema.safeParse(texts)
  if (result.success && unknown.length === 0) return toConfig(result.data, cwd)

  const fields: FieldError[] = []
  for (const issue of result.error?.issues ?? []) {
    const name = issue.path[0] as Name
    const byRule = issue.code === 'custom' && issue.params?.byRule === true
    fields.push({ path: name, message: byRule ? issue.message : problem(name, issue.message, texts) })
  }
  fields.sort((a, b) => NAMES.indexOf(a.path as Name) - NAMES.indexOf(b.path as Name))
  for (const { name, sentence } of unknown) fields.push({ path: printable(name), message: sentence })

  throw refusal(fields)
}

/**
 * For who reads only some of the variables, as the command line does.
 *
 * @throws RingpostError `config_invalid` where there are `RINGPOST_` names that nothing reads
 */
export function refuseUnknownNames(env: Env): void {
  const unknown = unknownNames(env, NAMES)
  if (unknown.length === 0) return
  throw refusal(unknown.map(({ name, sentence }) => ({ path: printable(name), message: sentence })))
}

function refusal(fields: FieldError[]): RingpostError {
  const lines = fields.map(({ path, message }) => `  ${path}: ${message}`)
  const count = fields.length === 1 ? 'a problem' : `${fields.length} problems`
  return new RingpostError('config_invalid', `The configuration has ${count}:\n${lines.join('\n')}`, {
    fields,
  })
}

function withRule(schema: typeof environment, rule: Rule): typeof environment {
  return schema.superRefine(
    (env, context) => {
      const message = rule.broken(env)
      if (message !== null)
        context.addIssue({ code: 'custom', path: [rule.at], message, params: { byRule: true } })
    },
    // Without this, zod runs no rule at all once any variable is wrong, and the list is not complete.
    { when: ({ issues }) => !issues.some((issue) => rule.reads.includes(issue.path?.[0] as Name)) },
  )
}

/** What is wrong with one variable, what it is now unless that may be a secret, what is allowed, an example. */
function problem(name: Name, wrong: string, texts: Env): string {
  const doc = variables.get(environment.shape[name])
  const text = texts[name] ?? ''
  const now = maybeSecret(name, text, texts) ? '' : ` It is now ${quoted(text)}.`
  return `${wrong}${now} Allowed: ${doc?.allowed}. Example: ${name}=${doc?.example}`
}

/** Whether a value must not be printed: a secret variable's, and what looks like one that went astray. */
function maybeSecret(name: Name, text: string, texts: Env): boolean {
  if (isSecret(name)) return true
  if (/\b(sk|rp|whsec)_|@|^[\w+/=-]{32,}$/.test(text)) return true
  return NAMES.some((other) => isSecret(other) && texts[other] !== undefined && text.includes(texts[other]))
}

function isSecret(name: Name): boolean {
  return variables.get(environment.shape[name])?.secret === true
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}

/** A name as it was written, on one line whatever is in it. */
function printable(name: string): string {
  return JSON.stringify(name).slice(1, -1)
}
