import { RULES } from './rules.ts'
import { environment } from './schema.ts'
import { SECTIONS, type VariableDoc, variables } from './variable.ts'

const WIDTH = 100

/** The text of `.env.example`: every variable, commented out, at its default or with an example. */
export function renderEnvExample(): string {
  const head = comment(
    'Copy this file to .env and take the # away from what you set. Everything has a default. The real environment wins over this file. A value with # or spaces in it goes in quotation marks.',
  )
  const sections = SECTIONS.map((section) => {
    const entries = documented()
      .filter(({ doc }) => doc.section === section)
      .map(({ name, doc }) => `${comment(`${plain(doc.description)} ${hint(doc)}`)}\n#${name}=${sample(doc)}`)
    return [`# --- ${section} ---`, ...entries].join('\n\n')
  })
  return `${[head, ...sections].join('\n\n')}\n`
}

/** The text of `docs/configuration.md`. */
export function renderConfigurationDoc(): string {
  const sections = SECTIONS.map((section) => {
    const rows = documented()
      .filter(({ doc }) => doc.section === section)
      .map(({ name, doc }) => {
        const cells = [`\`${name}\``, shownDefault(doc), doc.description, allowed(doc), example(name, doc)]
        return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
      })
    return [
      `## ${section}`,
      '',
      '| variable | default | meaning | allowed | example |',
      '|---|---|---|---|---|',
      ...rows,
    ].join('\n')
  })
  return `${[HEAD, ...sections, rulesDoc(), TAIL].join('\n\n')}\n`
}

const HEAD = `<!-- Generated from src/config by \`npm run generate\`. Do not edit. -->

# Configuration

ringpost is configured by environment variables, or by a \`.env\` file with them in the folder that it is started in (the real environment wins, even with an empty value). Everything has a default. \`.env.example\` lists all variables.

- Durations are a whole number and a unit: \`500ms\`, \`30s\`, \`15m\`, \`2h\`, \`30d\`.
- Space around a value is ignored; an empty value is the same as none.
- A wrong value stops the start, with all problems listed at once. Secrets are never printed.
- A \`RINGPOST_…\` name that nothing reads is refused, with the nearest one that exists. What Kubernetes sets by itself for a service called \`ringpost\` is ignored.`

const TAIL = `## Secrets

Where \`RINGPOST_API_TOKEN\` or \`RINGPOST_MASTER_KEY\` is not set, one is generated at the first start and kept in the data folder, readable by its owner alone. Processes on several machines must be given the same ones.

The master key encrypts what lies in Redis. Keep a copy apart from the backups of Redis: without it, API keys and signing secrets must be entered again.`

function rulesDoc(): string {
  return ['## Rules between variables', '', ...RULES.map((rule) => `- ${rule.law}`)].join('\n')
}

function documented() {
  return Object.entries(environment.shape).map(([name, schema]) => {
    const doc = variables.get(schema)
    if (doc === undefined) throw new Error(`${name} has no documentation.`)
    return { name, doc }
  })
}

function shownDefault(doc: VariableDoc): string {
  return doc.default === undefined ? (doc.unset ?? '–') : `\`${doc.default}\``
}

function allowed(doc: VariableDoc): string {
  return doc.secret === true ? `${doc.allowed} (secret)` : doc.allowed
}

function example(name: string, doc: VariableDoc): string {
  return `\`${name}=${doc.example}\``
}

/** What stands after the `=` of `.env.example`. An example of a secret would be copied and used as one. */
function sample(doc: VariableDoc): string {
  if (doc.secret === true) return ''
  return doc.default ?? doc.example
}

function hint(doc: VariableDoc): string {
  const command = /^\$\((.+)\)$/.exec(doc.example)?.[1]
  const made = command === undefined ? '' : ` Make one with: ${command}`
  const otherwise = doc.default === undefined ? ` Default: ${plain(doc.unset ?? 'none')}.` : ''
  return `Allowed: ${doc.allowed}.${otherwise}${made}`
}

function plain(markdown: string): string {
  return markdown.replaceAll('`', '')
}

/** Comment lines of at most `WIDTH` characters. */
function comment(text: string): string {
  const lines = ['#']
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? ''
    if (last.length + 1 + word.length > WIDTH) lines.push(`# ${word}`)
    else lines[lines.length - 1] = `${last} ${word}`
  }
  return lines.join('\n')
}
