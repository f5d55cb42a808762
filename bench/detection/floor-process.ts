import { createAgent } from '../../src/http/agent.ts'
import { measured } from '../measure.ts'
import type { Place } from './poller.ts'

/**
 * The least that any reader of the list has to do: ask for each page, one after the other, over one kept
 * connection, and `JSON.parse` it. Nothing is looked at but the cursor. Sends what it used.
 */
const { upstream } = JSON.parse(process.argv[2] ?? '{}') as Place
const agent = createAgent({})

async function readAll(): Promise<{ requests: number; rows: number }> {
  const path = '/v1/convai/users?page_size=100&sort_by=last_contact_unix_secs&sort_direction=desc'
  const headers = { 'xi-api-key': 'sim_key', accept: 'application/json' }
  let cursor: string | null = null
  let requests = 0
  let rows = 0
  do {
    const more: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const { body } = await agent.request({ origin: upstream, path: `${path}${more}`, method: 'GET', headers })
    const page = JSON.parse(await body.text()) as { users: unknown[]; next_cursor: string | null }
    requests++
    rows += page.users.length
    cursor = page.next_cursor
  } while (cursor !== null)
  return { requests, rows }
}

const used = await measured(readAll)
process.send?.(used)
await agent.close()
