import { onTestFinished } from 'vitest'
import { createSimulator } from '../../src/simulator/server.ts'
import type { Simulator, SimulatorOptions } from '../../src/simulator/types.ts'

export const NOW = Date.UTC(2025, 5, 1)
export const NOW_SECS = NOW / 1000

export interface Row {
  user_id: string
  last_contact_unix_secs: number
  first_contact_unix_secs: number
  conversation_count: number
  last_contact_conversation_id: string
  [field: string]: unknown
}

export interface Page {
  users: Row[]
  has_more: boolean
  next_cursor?: string | null
}

export type Query = Record<string, string | number>

/** A client that trusts nothing but HTTP, and a clock that stands still until it is moved. */
export interface Bench {
  simulator: Simulator
  clock: { now: number }
  get(path: string, query?: Query, init?: RequestInit): Promise<Response>
  /** One page; throws on anything but a 200. */
  page(query?: Query): Promise<Page>
  /** All pages, following cursors. `between` runs after each page but the last. */
  scan(query?: Query, between?: (page: number) => void): Promise<Page[]>
}

export async function start(options: SimulatorOptions = {}): Promise<Bench> {
  const clock = { now: NOW }
  const simulator = await createSimulator({ now: () => clock.now, ...options })
  onTestFinished(() => simulator.close())

  function get(path: string, query: Query = {}, init: RequestInit = {}): Promise<Response> {
    const params = new URLSearchParams(
      Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]),
    )
    const headers = { 'xi-api-key': 'sim_key' }
    return fetch(`${simulator.url}${path}?${params}`, { headers, ...init })
  }

  async function page(query: Query = {}): Promise<Page> {
    const response = await get('/v1/convai/users', query)
    if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`)
    return (await response.json()) as Page
  }

  async function scan(query: Query = {}, between: (page: number) => void = () => {}): Promise<Page[]> {
    const pages = [await page(query)]
    for (let last = pages[0]; last?.has_more && pages.length < 1000; last = pages.at(-1)) {
      between(pages.length)
      pages.push(await page({ ...query, cursor: last.next_cursor ?? '' }))
    }
    return pages
  }

  return { simulator, clock, get, page, scan }
}

export function ids(pages: Page | Page[]): string[] {
  return [pages].flat().flatMap((page) => page.users.map((row) => row.user_id))
}
