import type { Command } from 'commander'
import { type ApiClient, createClient } from '../client/client.ts'
import { RingpostError } from '../errors.ts'
import { type Connection, findConnection } from './connection.ts'
import { createOutput, type Output } from './output.ts'
import { printableLines } from './printable.ts'
import { checkAnswer, withoutAnswer } from './unexpected-answer.ts'

/** What a command that talks to the API works with. */
export interface Session {
  api: ApiClient
  out: Output
  connection: Connection
}

/** A request that the API refused; printed as the sentence that it answered, field by field. */
export class ApiProblem extends Error {}

/**
 * The good answer of a call, or its problem as an error.
 *
 * @throws ApiProblem with the sentences of the problem
 */
export async function unwrap<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<NonNullable<T>> {
  const { data, error, response } = await call
  if (error === undefined && response.ok) return (data ?? undefined) as NonNullable<T>
  throw new ApiProblem(sentenceOf(error, response.status))
}

function sentenceOf(error: unknown, status: number): string {
  const problem = (typeof error === 'object' && error !== null ? error : {}) as {
    detail?: string
    errors?: { path: string; message: string }[]
  }
  const said = problem.detail ?? `The server answered ${status}.`
  const more = (problem.errors ?? []).map(({ path, message }) => `\n  ${path || 'body'}: ${message}`)
  return said + (more.length > 1 ? more.join('') : '')
}

/** Runs a command's body with the API, and ends the process with 1 and a sentence where it fails. */
export async function withApi(command: Command, body: (session: Session) => Promise<void>): Promise<void> {
  await orExit(async () => {
    const connection = findConnection(process.cwd(), process.env)
    const { json = false } = command.optsWithGlobals<{ json?: boolean }>()
    const ask = async (request: Request) => checkAnswer(await fetch(request), request.url)
    const api = createClient({ ...connection, fetch: ask })
    try {
      await body({ api, out: createOutput({ json }), connection })
    } catch (error) {
      throw withoutAnswer(error, connection)
    }
  })
}

/** Ends the process with 1 and a sentence where the body fails in a way that people should be told. */
export async function orExit(body: () => Promise<void>): Promise<void> {
  try {
    await body()
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`)
    process.exitCode = 1
  }
}

function messageOf(error: unknown): string {
  if (error instanceof ApiProblem || error instanceof RingpostError) return printableLines(error.message)
  throw error
}
