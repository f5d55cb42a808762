import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { acceptAttention } from '../../src/detect/accept.ts'
import { createUsers } from '../../src/users/users.ts'
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

describe('rows that cannot be read while the baseline is taken', () => {
  const users = () => createUsers({ redis: d.redis, keys: d.keys, store: d.store })
  const repair = (count: number) => {
    for (let i = 0; i < count; i++) d.simulator.overrideRow(`bad-${i}`, null)
  }
  const fullScan = () => {
    d.pass(600)
    return d.poll({}, { full: true })
  }

  test('and can be read later are recorded in silence, with no flood, and rise from then on', async () => {
    seedUnreadable(600, d.nowSecs() - 86_400)
    await live()
    expect(await d.state()).toMatchObject({ mode: 'live', known_users: 200 })
    repair(600)
    expect(await fullScan()).toMatchObject({ outcome: 'done', kind: 'full', events: {} })
    expect(await d.state()).toMatchObject({ known_users: 800 })
    d.simulator.call({ user_id: 'bad-7' })
    await d.poll()
    expect(brief(await d.events())).toEqual(['bad-7: user.conversation_count.increased 1→2'])
  })

  test('hide nobody who first called after it began', async () => {
    seedUnreadable(1, d.nowSecs() - 86_400)
    d.simulator.seed({ users: 250, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3_600 })
    // Above the page that was read first: a head poll of the baseline meets them.
    d.beforeRequest(3, () => {
      d.pass(40)
      for (const user_id of ['new', 'untold', 'bad-0']) d.simulator.call({ user_id })
      d.simulator.overrideRow('new', { conversation_count: null })
      d.simulator.overrideRow('untold', { conversation_count: null, first_contact_unix_secs: null })
    })
    await d.poll()
    d.pass(30)
    await d.poll()
    expect(await d.events()).toEqual([])
    for (const id of ['new', 'untold', 'bad-0']) d.simulator.overrideRow(id, null)
    await fullScan()
    expect(brief(await d.events()).sort()).toEqual(['new: user.created 0→1', 'untold: user.created 0→1'])
  })

  test('are of nobody who is known, until they can be read', async () => {
    seedUnreadable(3, d.nowSecs() - 86_400)
    await live(0)
    await d.poll()
    expect((await users().list(d.source.id, { after: null, limit: 10 })).data).toEqual([])
    expect(await users().find(d.source.id, 'bad-1')).toBeNull()
    repair(3)
    await fullScan()
    expect(await users().find(d.source.id, 'bad-1')).toMatchObject({ count: 1, removed: false })
    expect(await d.state()).toMatchObject({ known_users: 3 })
    expect(await d.events()).toEqual([])
  })

  test('and say later that everybody is new are recorded in silence where a person has said so', async () => {
    const later = d.nowSecs() + 300
    seedUnreadable(1_470, d.nowSecs() - 86_400)
    await live(30)
    repair(1_470)
    for (let i = 0; i < 1_470; i++) d.simulator.overrideRow(`bad-${i}`, { first_contact_unix_secs: later })
    expect(await fullScan()).toMatchObject({
      outcome: 'failed',
      error: expect.stringMatching(/flood|at once/),
    })
    await acceptAttention({ redis: d.redis, keys: d.keys, store: d.store }, d.source.id, 'baseline')
    d.pass(60)
    expect(await d.poll()).toMatchObject({ outcome: 'done', kind: 'baseline', events: {} })
    expect(await d.state()).toMatchObject({ mode: 'live', known_users: 1_500 })
  })

  test('of somebody who is forgotten are forgotten with them', async () => {
    seedUnreadable(2, d.nowSecs() - 86_400)
    await live()
    expect(await users().forget(d.source.id, 'bad-0')).toBe(true)
    expect(await d.state()).toMatchObject({ known_users: 200 })
    repair(2)
    await fullScan()
    expect(brief(await d.events())).toEqual(['bad-0: user.created 0→1'])
  })
})
