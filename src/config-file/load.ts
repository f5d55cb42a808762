import { readFileSync } from 'node:fs'
import { whyUnreadable } from '../config/why-unreadable.ts'
import type { GuardPolicy } from '../deliver/guard/url.ts'
import { type FieldError, RingpostError } from '../errors.ts'
import { problemsAlone } from './problems-alone.ts'
import { type PlacedProblem, type ReadFile, readConfigFile } from './read.ts'
import type { ConfigFile } from './schema.ts'

/** A configuration file that has no problem in itself. */
export interface LoadedFile {
  path: string
  content: ConfigFile
  /** Reads it again. @throws RingpostError `config_invalid` where it cannot be read */
  read(): ReadFile
  /** Problems that show when it is applied, as one error with their places. */
  refusal(fields: readonly FieldError[]): RingpostError
}

/**
 * Reads a configuration file from the disk.
 *
 * @param env what its `${NAME}` are read from
 * @param policy what may be delivered to
 * @throws RingpostError `config_invalid`, whose message lists every problem with its line and column, one a
 *   line, and no secret
 */
export function loadConfigFile(
  path: string,
  env: Record<string, string | undefined>,
  policy: GuardPolicy,
): LoadedFile {
  const read = () => readConfigFile(readText(path), env)
  const found = read()
  const { content, locate } = found
  // Where it is good in itself, URLs are told together with what there is already.
  if (content === null) throw refusalOf(path, problemsAlone(found, policy))
  return { path, content, read, refusal: (fields) => refusalOf(path, locate(fields)) }
}

/** Every problem of a file on a line of its own. */
export function refusalOf(path: string, problems: readonly PlacedProblem[]): RingpostError {
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
  const lines = problems.map((problem) => {
    const { line, column, path: field, message } = problem
    return `  line ${line}, column ${column}: ${field ? `${field} ` : ''}${message}`
  })
  return new RingpostError('config_invalid', `${path} has ${count}:\n${lines.join('\n')}`, {
    fields: problems.map(({ path: field, message }) => ({ path: field, message })),
  })
}

/** @throws RingpostError `config_invalid` where there is none, or it is not text */
export function readText(path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path))
  } catch (cause) {
    const why = cause instanceof TypeError ? 'it is not UTF-8 text' : whyUnreadable(cause)
    throw new RingpostError('config_invalid', `The configuration file ${path} cannot be read: ${why}.`, {
      cause,
    })
  }
}
