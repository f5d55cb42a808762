import { readInput } from '../api/validate.ts'
import type { FieldError } from '../errors.ts'
import { type ConfigFile, configFile } from './schema.ts'

type Fields = Record<string, unknown>

/** A file as far as it is right: as it is written, and as it is read. */
export interface Draft {
  input: Fields
  content: ConfigFile
}

/**
 * What is left of a file without the fields that are wrong, so that one mistake does not keep the others from
 * being found.
 *
 * @param wrong what reading the whole has found
 * @returns null where nothing is left that could be read
 */
export function withoutWrong(input: unknown, wrong: readonly FieldError[]): Draft | null {
  if (!isFields(input)) return null
  const left = structuredClone(input)
  let fields = wrong
  for (;;) {
    const taken = fields.filter(({ path }) => takeOut(left, path)).length
    const read = readInput(configFile, left)
    if ('value' in read) return { input: left, content: read.value }
    if (taken === 0) return null
    // A rule between fields may be broken only now.
    fields = read.fields
  }
}

/** The field of an entry that a problem is in: `endpoints.ep_a.filter` of whatever is in that filter. */
export function entryField(path: string): string {
  return path.split('.').slice(0, 3).join('.')
}

/** Takes the field out that a path leads into, or the whole entry where it is not a field's. */
function takeOut(file: Fields, path: string): boolean {
  const kind = nameIn(file, path)
  if (kind === null) return false
  const entries = file[kind]
  const inKind = path.slice(kind.length + 1)
  const id = isFields(entries) ? nameIn(entries, inKind) : null
  if (!isFields(entries) || id === null) return delete file[kind]
  const entry = entries[id]
  const field = isFields(entry) ? nameIn(entry, inKind.slice(id.length + 1)) : null
  if (isFields(entry) && field !== null) return delete entry[field]
  if (isFields(entry)) return delete entries[id]
  // What is named is there, whatever is wrong with it.
  entries[id] = {}
  return true
}

/** The name that a path begins with; names may have dots themselves. */
function nameIn(fields: Fields, path: string): string | null {
  return Object.keys(fields).find((name) => path === name || path.startsWith(`${name}.`)) ?? null
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
