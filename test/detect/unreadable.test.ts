import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { brief, createDetection, type Detection } from './detection.ts'

let d: Detection
beforeEach(async () => {
  d = await createDetection()
})
afterEach(() => d.close())

/** Users whose rows lack what is required of one. */
function seedUnreadable(users: number, newestUnixSecs: number) {
  d.simulator.seed({ users, idOf: (i) => `bad-${i}`, spacingSecs: 0, newestUnixSecs })
  for (let i = 0; i < users; i++) d.simulator.overrideRow(`bad-${i}`, { conversation_count: null })
}
async function live(users = 200) {
  d.simulator.seed({ users, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3_600 })
  await d.poll()
  d.pass(600)
  await d.poll()
}

describe('many pages of rows that cannot be read', () => {
  test('at the end of the list keep no baseline from its end', async () => {
    d.simulator.seed({ users: 100, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3_600 })
    seedUnreadable(2_200, d.nowSecs() - 9_000_000)
    expect(await d.poll()).toMatchObject({ outcome: 'done', kind: 'baseline', requests: 23 })
    expect(await d.state()).toMatchObject({ mode: 'live', known_users: 100, quarantined_rows: 2_200 })
  })

  test('at the top of the list keep nobody below from being announced', async () => {
    await live()
    d.simulator.call({ user_id: 'new' })
    seedUnreadable(2_200, d.nowSecs() + 1)
    expect(await d.poll()).toMatchObject({ outcome: 'done', error: null })
    expect(brief(await d.events())).toEqual(['new: user.created 0→1'])
  })

  test('end a scan where they come round and round under new cursors', async () => {
    await live(10)
    const { listUsers } = d.deps
    d.deps.listUsers = async (query, signal, onCursor) => {
      const page = await listUsers({ ...query, cursor: null }, signal, onCursor)
      if (query.cursor === null) return { ...page, nextCursor: '1' }
      const unreadable = [{ row: '{}', reason: 'empty' }]
      return { ...page, rows: [], unreadable, nextCursor: `${Number(query.cursor) + 1}` }
    }
    expect(await d.poll({}, { full: true })).toMatchObject({
      outcome: 'failed',
      error: expect.stringContaining('which would never end'),
    })
  })
})
