import { type Document, isScalar, LineCounter, parseDocument, visit } from 'yaml'
import { readInput } from '../api/validate.ts'
import type { FieldError } from '../errors.ts'
import { createPlaces } from './places.ts'
import { resolveReferences } from './references.ts'
import { type ConfigFile, configFile } from './schema.ts'
import { type Draft, withoutWrong } from './without-wrong.ts'

/** What is wrong with a file, and where. Lines and columns count from 1. */
export interface PlacedProblem extends FieldError {
  line: number
  column: number
}

/** A file, read. */
export interface ReadFile {
  /** Null where there are problems. */
  content: ConfigFile | null
  /**
   * It without the fields that have problems, for what else can be told of it; null where nothing is left. Its
   * input is as it is written, with references read: what the API is sent.
   */
  draft: Draft | null
  /** In the order of the file. */
  problems: PlacedProblem[]
  /** Finds the places of problems that are told later, and hides what came from the environment. */
  locate(fields: readonly FieldError[]): PlacedProblem[]
}

/** Stands for a text that could not be read, until it is taken out. */
const UNREAD = Symbol('unread')

/**
 * Reads a configuration file: YAML, then the `${NAME}` in its texts, then the API's own schemas. References
 * are read after the YAML, so that a value is a text whatever is in it.
 *
 * @param env null leaves references and what they are part of unread, for where the secrets are not
 */
export function readConfigFile(text: string, env: Record<string, string | undefined> | null): ReadFile {
  const lines = new LineCounter()
  // Editors on Windows begin a file with a byte order mark.
  const document = parseDocument(text.replace(/^\uFEFF/, ''), {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    // Sets and binary are nothing that a field can be.
    resolveKnownTags: false,
  })
  const used = new Map<string, string>()
  const places = createPlaces(document, lines, (value) => value === UNREAD)
  const locate = (fields: readonly FieldError[]) =>
    inOrder(fields.map(({ path, message }) => ({ message: masked(message, used), ...places.of(path) })))

  const broken = [...document.errors, ...document.warnings].map(({ pos, message }) => ({
    path: '',
    message,
    ...places.at(pos[0]),
  }))
  if (broken.length > 0) return { content: null, draft: null, problems: firstOfLines(broken, text), locate }
  const unset = readReferences(document, env, used).map(({ offset, ...field }) => ({
    ...field,
    ...places.at(offset),
  }))
  const input = plain(document)
  if ('message' in input) {
    return { content: null, draft: null, problems: locate([{ path: '', ...input }]), locate }
  }
  const read = readInput(configFile, input.value)
  const wrong = 'fields' in read ? locate(read.fields) : []
  const problems = inOrder([...unset, ...wrong])
  const draft = withoutWrong(input.value, 'fields' in read ? read.fields : [])
  return { content: problems.length > 0 ? null : (draft?.content ?? null), draft, problems, locate }
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: this is how the file has it
const IN_BRACES = ' (between { } or [ ], a text with ${NAME} goes in quotation marks)'

/** One mistake makes the parser find several on its line, and the first says what it is. */
function firstOfLines(problems: PlacedProblem[], text: string): PlacedProblem[] {
  const lines = text.split(/\r?\n/)
  return inOrder(problems)
    .filter(({ line }, i, all) => line !== all[i - 1]?.line)
    .map((problem) => {
      const hint = lines[problem.line - 1]?.includes('${') ? IN_BRACES : ''
      return { ...problem, message: `is not valid YAML: ${problem.message}${hint}` }
    })
}

/** Puts values in the place of references; what could not be read is marked, and told with its place. */
function readReferences(
  document: Document.Parsed,
  env: Record<string, string | undefined> | null,
  used: Map<string, string>,
): (FieldError & { offset: number })[] {
  const problems: (FieldError & { offset: number })[] = []
  visit(document, {
    Scalar(key, node, ancestors) {
      if (key === 'key' || typeof node.value !== 'string') return
      const resolved = resolveReferences(node.value, env ?? {})
      for (const [name, value] of resolved.used) used.set(name, value)
      const unread = resolved.problems.length > 0
      if (unread && env !== null) {
        const path = pathOf(ancestors)
        for (const message of resolved.problems)
          problems.push({ path, message, offset: node.range?.[0] ?? 0 })
      }
      node.value = unread || (env === null && resolved.hasReference) ? UNREAD : resolved.text
    },
  })
  return problems
}

/** The names of the pairs that lead to a node. */
function pathOf(ancestors: readonly unknown[]): string {
  return ancestors
    .flatMap((node) => {
      const { key } = node as { key?: unknown }
      return isScalar(key) ? [String(key.value)] : []
    })
    .join('.')
}

function plain(document: Document.Parsed): { value: unknown } | { message: string } {
  try {
    return { value: withoutUnread(document.toJS()) }
  } catch (error) {
    // More aliases than a file of people has: the parser refuses to unfold them.
    return { message: error instanceof Error ? error.message : String(error) }
  }
}

/** Every field of the file may be left out, so that what is left is checked as if it were all. */
function withoutUnread(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((one) => one !== UNREAD).map(withoutUnread)
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).filter(([, one]) => one !== UNREAD)
  return Object.fromEntries(kept.map(([key, one]) => [key, withoutUnread(one)]))
}

/** Shorter values are words of our own sentences, and no secrets. */
const LEAST_MASKED = 4

function masked(message: string, used: ReadonlyMap<string, string>): string {
  const longestFirst = [...used]
    .filter(([, value]) => value.length >= LEAST_MASKED)
    .sort(([, a], [, b]) => b.length - a.length)
  return longestFirst.reduce((text, [name, value]) => text.replaceAll(value, `\${${name}}`), message)
}

function inOrder(problems: PlacedProblem[]): PlacedProblem[] {
  return problems.sort((a, b) => a.line - b.line || a.column - b.column)
}
