import { expect, test } from 'vitest'
import type { CursorKind } from '../../src/simulator/cursors.ts'
import { ids, NOW_SECS, start } from './support.ts'

const MILLION = 1_000_000

test.each<CursorKind>(['keyset', 'offset', 'snapshot'])(
  'a million users, %s cursors',
  { timeout: 120_000 },
  async (cursors) => {
    const { simulator, page } = await start({ cursors })
    simulator.seed({ users: MILLION, idOf: (i) => `u${i}`, newestUnixSecs: NOW_SECS - 1000, spacingSecs: 1 })
    expect(simulator.userCount).toBe(MILLION)

    const first = await page({ page_size: 100 })
    expect(ids(first)).toEqual(Array.from({ length: 100 }, (_, i) => `u${i}`))
    simulator.call({ user_id: `u${MILLION - 1}` })
    simulator.call({ user_id: 'stranger' })

    const second = await page({ page_size: 100, cursor: first.next_cursor ?? '' })
    const from = cursors === 'offset' ? 98 : 100
    expect(ids(second)).toEqual(Array.from({ length: 100 }, (_, i) => `u${from + i}`))
    expect(second.has_more).toBe(true)

    const top = await page({ page_size: 3 })
    expect(ids(top).toSorted()).toEqual(['stranger', 'u0', `u${MILLION - 1}`])
    expect(ids(await page({ search: 'u777777' }))).toEqual(['u777777'])
    const oldest = await page({ sort_direction: 'asc', page_size: 2 })
    expect(ids(oldest)).toEqual([`u${MILLION - 2}`, `u${MILLION - 3}`])
  },
)
