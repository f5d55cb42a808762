import { isDeepStrictEqual } from 'node:util'
import { problemsAlone } from '../config-file/problems-alone.ts'
import type { PlacedProblem, ReadFile } from '../config-file/read.ts'
import type { ConfigFile } from '../config-file/schema.ts'
import type { GuardPolicy } from '../deliver/guard/url.ts'
import { RingpostError } from '../errors.ts'
import { type Finding, ok, problem, warning } from './finding.ts'

const CHECK = 'configuration file'

/**
 * Whether the next start can read RINGPOST_CONFIG: each fault with its line and column. What only shows against
 * what there is (a source without a key that is not there yet) is for the start to say.
 *
 * @param about.policy null where it is not known what may be delivered to
 * @param about.words whether faults are told in words, which may hold what is in the file; only their places otherwise
 * @param about.applied what it said at the start of the process that runs, if one does
 */
export function examineConfigFile(
  { path, read }: { path: string; read: () => ReadFile },
  about: { policy: GuardPolicy | null; words: boolean; applied?: ConfigFile },
): Finding[] {
  const { policy, words, applied } = about
  let file: ReadFile
  try {
    file = read()
  } catch (error) {
    if (!(error instanceof RingpostError)) throw error
    return [problem(CHECK, error.message, 'Correct RINGPOST_CONFIG, or put the file there.')]
  }
  const { content, problems } = file
  const faults = policy === null ? problems : problemsAlone(file, policy)
  if (faults.length > 0) return faults.map((fault) => told(path, fault, words))
  if (applied !== undefined && !isDeepStrictEqual(content, applied)) {
    return [
      warning(
        CHECK,
        `${path} says something else than when ringpost was started.`,
        'Restart ringpost to have it applied, or see what it would do: ringpost config apply --dry-run.',
      ),
    ]
  }
  const { sources = {}, endpoints = {} } = content ?? {}
  return [ok(CHECK, `${path} is good: sources ${listed(sources)}; endpoints ${listed(endpoints)}.`)]
}

function told(path: string, { line, column, path: field, message }: PlacedProblem, words: boolean): Finding {
  const what = words ? ended(`${field} ${message}`.trim()) : 'something is wrong.'
  return problem(
    CHECK,
    `${path}, line ${line}, column ${column}: ${what}`,
    `Correct it there; ringpost does not start with it. "ringpost config check" ${words ? 'reads it again' : 'says what it is'}.`,
  )
}

function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`
}

function listed(entries: object): string {
  return Object.keys(entries).join(', ') || 'none'
}
