import { setTimeout as wait } from 'node:timers/promises'
import type { Connection } from './connection.ts'
import { ApiProblem } from './run.ts'
import { checkAnswer } from './unexpected-answer.ts'

/** One entry of the live stream. */
export interface StreamEntry {
  kind: string
  data: Record<string, unknown>
}

const RECONNECT_MS = 2_000

/**
 * Follows `GET /v1/stream` for ever, going on where a broken connection left off.
 *
 * @throws ApiProblem where the server refuses; TypeError where it cannot be reached at the first try
 */
export async function* followStream(connection: Connection): AsyncGenerator<StreamEntry> {
  let last: string | null = null
  let reached = false
  for (;;) {
    try {
      const url = `${connection.url.replace(/\/+$/, '')}/v1/stream`
      const response = await fetch(url, {
        headers: {
          authorization: `Bearer ${connection.token}`,
          ...(last === null ? {} : { 'last-event-id': last }),
        },
      })
      // A proxy may fail for a moment in between, and be something else only at the first try.
      if (!reached) checkAnswer(response, url)
      if (!response.ok) {
        const { detail } = (await response.json().catch(() => ({}))) as { detail?: string }
        throw new ApiProblem(detail ?? `The server answered ${response.status}.`)
      }
      reached = true
      for await (const { id, event, data } of entriesOf(response)) {
        last = id ?? last
        if (event !== undefined) yield { kind: event, data: JSON.parse(data ?? '{}') }
      }
    } catch (error) {
      if (!reached || error instanceof ApiProblem) throw error
    }
    await wait(RECONNECT_MS)
  }
}

async function* entriesOf(
  response: Response,
): AsyncGenerator<{ id?: string; event?: string; data?: string }> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true })
    const parts = text.split('\n\n')
    text = parts.pop() ?? ''
    for (const part of parts) {
      const fields = part.split('\n').map((line) => {
        const cut = line.indexOf(': ')
        return cut === -1 ? [line, ''] : [line.slice(0, cut), line.slice(cut + 2)]
      })
      yield Object.fromEntries(fields)
    }
  }
}
