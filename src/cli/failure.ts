import type { Command } from 'commander'
import { toProblem } from '../api/problems.ts'
import type { Problem } from '../api/schemas/problem.ts'
import { RingpostError } from '../errors.ts'
import { typedName, withTypedNames } from './option-names.ts'
import { printableJson, printableLines } from './printable.ts'
import { commandsFor } from './typed-commands.ts'

const HELP = '(with --help a command says what it takes)'

/** What failed, as a program is told it: the API's problem, or as much of one as there is. */
export type Failure = Partial<Problem> & Pick<Problem, 'code' | 'detail'>

/** A request that the API refused, or a command that found nothing to do; its message is a plain sentence. */
export class ApiProblem extends Error {
  /** As the API answered it. */
  readonly problem: Failure

  constructor(message: string, problem: Partial<Problem> = {}) {
    super(message)
    this.problem = { code: 'failed', ...problem, detail: message }
  }
}

/**
 * Ends a command that has failed: with a sentence on the standard error, or with the problem as one line of
 * JSON there, so that the standard output has results and nothing else. The exit code is 2 where this machine
 * could tell that the command was wrong, and 1 otherwise.
 *
 * @param command whose options the sentence names
 * @throws what is no failure that people should be told
 */
export function tellFailure(error: unknown, command?: Command): void {
  const wrongUsage = error instanceof RingpostError && error.code === 'bad_request'
  const failure = failureOf(error)
  if (failure === null) throw error
  const text = wantsJson()
    ? printableJson(failure)
    : wrongUsage
      ? `error: ${sentenceOf(failure, command)}\n${HELP}`
      : sentenceOf(failure, command)
  process.stderr.write(`${wantsJson() ? text : printableLines(text)}\n`)
  process.exitCode = wrongUsage ? 2 : 1
}

/** What Commander finds wrong, told in the same way. */
export function tellWrongUsage(message: string, write: (text: string) => void): void {
  const detail = message.replace(/^error: /, '').trim()
  const problem = toProblem(new RingpostError('bad_request', detail))
  write(wantsJson() ? `${printableJson(problem)}\n` : `${message}${HELP}\n`)
}

/** As it was typed: a command line that is wrong has no options yet. */
function wantsJson(): boolean {
  return process.argv.includes('--json')
}

function failureOf(error: unknown): Failure | null {
  if (error instanceof ApiProblem) return error.problem
  if (error instanceof RingpostError) return toProblem(error)
  return null
}

/** A summary of several fields, which all follow it here. */
const MORE = /^.* \(and \d+ more, see errors\)\.$/s

function sentenceOf({ code, title, detail, errors = [] }: Failure, command: Command | undefined): string {
  // A wrong file is told by the places in it.
  if (errors.length === 0 || code === 'config_invalid') return withCommands(detail)
  const told = errors.map(
    ({ path, message }) => `${path ? `${typedName(path, command)} ` : ''}${withTypedNames(message, command)}`,
  )
  const [only] = errors
  if (only !== undefined && errors.length === 1) {
    const sentence = `${only.path} ${only.message}`
    return detail.startsWith(sentence) ? told[0] + detail.slice(sentence.length) : withCommands(detail)
  }
  const head = MORE.test(detail) ? `${title}:` : withCommands(detail)
  return [head, ...told.map((one) => `  ${one}`)].join('\n')
}

function withCommands(detail: string): string {
  return [detail, ...commandsFor(detail).map((command) => `  → ${command}`)].join('\n')
}
