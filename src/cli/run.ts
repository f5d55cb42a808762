import type { Command } from 'commander'
import type { Problem } from '../api/schemas/problem.ts'
import { type ApiClient, createClient } from '../client/client.ts'
import { requestCheck } from './check-request.ts'
import { type Connection, findConnection } from './connection.ts'
import { ApiProblem, tellFailure } from './failure.ts'
import { createOutput, type Output } from './output.ts'
import { checkAnswer, withoutAnswer } from './unexpected-answer.ts'

export { ApiProblem } from './failure.ts'

/** What a command that talks to the API works with. */
export interface Session {
  api: ApiClient
  out: Output
  connection: Connection
}

/**
 * The good answer of a call, or its problem as an error.
 *
 * @throws ApiProblem with the problem
 */
export async function unwrap<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<NonNullable<T>> {
  const { data, error, response } = await call
  if (error === undefined && response.ok) return (data ?? undefined) as NonNullable<T>
  const problem = (typeof error === 'object' && error !== null ? error : {}) as Partial<Problem>
  throw new ApiProblem(problem.detail ?? `The server answered ${response.status}.`, problem)
}

/** Runs a command's body with the API, and ends the process as {@link tellFailure} has it where it fails. */
export async function withApi(command: Command, body: (session: Session) => Promise<void>): Promise<void> {
  await orExit(async () => {
    const connection = findConnection(process.cwd(), process.env)
    const { json = false } = command.optsWithGlobals<{ json?: boolean }>()
    const ask = async (request: Request) => checkAnswer(await fetch(request), request.url)
    const api = createClient({ ...connection, fetch: ask })
    api.use(requestCheck)
    try {
      await body({ api, out: createOutput({ json }), connection })
    } catch (error) {
      throw withoutAnswer(error, connection)
    }
  }, command)
}

/** Ends the process as {@link tellFailure} has it where the body fails in a way that people should be told. */
export async function orExit(body: () => Promise<void>, command?: Command): Promise<void> {
  try {
    await body()
  } catch (error) {
    tellFailure(error, command)
  }
}
