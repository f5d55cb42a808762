import { describe, expect, test } from 'vitest'
import type { CursorKind } from '../../src/simulator/cursors.ts'
import { ids, NOW_SECS, start } from './support.ts'

const KINDS: CursorKind[] = ['keyset', 'offset', 'snapshot']
const names = (n: number) => Array.from({ length: n }, (_, i) => `u${i}`)
const idOf = (i: number) => `u${i}`

describe.each(KINDS)('%s cursors', (cursors) => {
  test('lead once through a list that stands still, newest first', async () => {
    const { simulator, scan } = await start({ cursors })
    simulator.seed({ users: 95, idOf })
    const pages = await scan({ page_size: 10 })
    expect(ids(pages)).toEqual(names(95))
    expect(pages.map((page) => page.users.length)).toEqual([10, 10, 10, 10, 10, 10, 10, 10, 10, 5])
    expect(pages.at(-1)).toMatchObject({ has_more: false, next_cursor: null })
  })

  test.each([
    [0, [0]],
    [100, [100]],
    [101, [100, 1]],
  ])('%i users make full pages and no empty one', async (users, sizes) => {
    const { simulator, scan } = await start({ cursors })
    simulator.seed({ users })
    const pages = await scan({ page_size: 100 })
    expect(pages.map((page) => page.users.length)).toEqual(sizes)
    expect(pages.at(-1)?.has_more).toBe(false)
  })

  test('keep ties across a page boundary apart', async () => {
    const { simulator, scan } = await start({ cursors })
    simulator.seed({ users: 35, idOf, spacingSecs: 0 })
    expect(ids(await scan({ page_size: 10 })).toSorted()).toEqual(names(35).toSorted())
  })

  test('are different each time and survive in a URL whatever they contain', async () => {
    const { simulator, scan } = await start({ cursors, awkwardCursors: true })
    simulator.seed({ users: 50, idOf })
    const pages = await scan({ page_size: 10 })
    expect(ids(pages)).toEqual(names(50))
    const given = pages.slice(0, -1).map((page) => page.next_cursor ?? '')
    expect(new Set(given).size).toBe(4)
    for (const cursor of given) for (const mark of '+/=&') expect(cursor).toContain(mark)
  })

  test('fail when an awkward one is put into the URL unencoded', async () => {
    const { simulator, page } = await start({ cursors, awkwardCursors: true })
    simulator.seed({ users: 50 })
    const { next_cursor } = await page()
    const headers = { 'xi-api-key': 'sim_key' }
    const response = await fetch(`${simulator.url}/v1/convai/users?cursor=${next_cursor}`, { headers })
    expect(response.status).toBe(400)
  })

  test('are refused when unknown, damaged, of another query, or too old', async () => {
    const { simulator, clock, page, get } = await start({ cursors, cursorTtlMs: 60_000 })
    simulator.seed({ users: 50 })
    const cursor = (await page({ page_size: 10 })).next_cursor ?? ''
    const refused = async (query: Record<string, string>) => {
      const response = await get('/v1/convai/users', query)
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ detail: { code: 'invalid_cursor', param: 'cursor' } })
    }
    await refused({ cursor: 'nonsense' })
    await refused({ cursor: `${cursor.slice(0, -6)}AAAA==` })
    await refused({ cursor: ` ${cursor}` })
    await refused({ cursor, sort_by: 'conversation_count' })
    await refused({ cursor, agent_id: 'agent_other' })
    clock.now += 60_000
    expect((await page({ cursor, page_size: 20 })).users).toHaveLength(20)
    clock.now += 1
    await refused({ cursor })
  })
})

describe('callers who move to the top during a scan', () => {
  /** u15 calls after the first page of ten; two strangers after the second. */
  async function scanWhileMoving(cursors: CursorKind) {
    const { simulator, scan } = await start({ cursors })
    simulator.seed({ users: 30, idOf, newestUnixSecs: NOW_SECS - 1000 })
    const pages = await scan({ page_size: 10 }, (page) => {
      if (page === 1) simulator.call({ user_id: 'u15' })
      if (page === 2) for (const user_id of ['new1', 'new2']) simulator.call({ user_id })
    })
    return { pages, seen: ids(pages) }
  }

  test('are missed further down by keyset cursors, and nobody repeats', async () => {
    const { seen } = await scanWhileMoving('keyset')
    expect(seen).toEqual(names(30).filter((id) => id !== 'u15'))
  })

  test('make rows repeat under offset cursors', async () => {
    const { seen } = await scanWhileMoving('offset')
    expect(seen.filter((id, i) => seen.indexOf(id) !== i)).toEqual(['u9', 'u18', 'u19'])
    expect(seen).not.toContain('u15')
  })

  test('are seen as they were by snapshot cursors', async () => {
    const { pages, seen } = await scanWhileMoving('snapshot')
    expect(seen).toEqual(names(30))
    const row = pages.flatMap((page) => page.users).find(({ user_id }) => user_id === 'u15')
    expect(row?.conversation_count).toBe(1)
  })

  test('rows are skipped under offset cursors when users vanish', async () => {
    const { simulator, scan } = await start({ cursors: 'offset' })
    simulator.seed({ users: 30, idOf })
    const pages = await scan({ page_size: 10 }, (page) => {
      if (page === 1) simulator.removeUser('u0')
    })
    expect(ids(pages)).toEqual(names(30).filter((id) => id !== 'u10'))
  })

  test('a snapshot shows a user that has been removed since, whole', async () => {
    const { simulator, scan } = await start({ cursors: 'snapshot' })
    simulator.seed({ users: 12, idOf })
    const pages = await scan({ page_size: 10 }, () => simulator.removeUser('u11'))
    expect(pages[1]?.users[1]).toMatchObject({ user_id: 'u11', conversation_count: 1 })
    expect(pages[1]?.users[1]?.last_contact_conversation_id).toEqual(expect.any(String))
  })
})

test('an empty cursor is read as none: it leads to the first page again', async () => {
  const { simulator, page } = await start()
  simulator.seed({ users: 50, idOf })
  expect(ids(await page({ cursor: '', page_size: 10 }))).toEqual(names(10))
})
