import { afterEach, describe, expect, test } from 'vitest'
import { acceptAttention } from '../../src/detect/accept.ts'
import { createPoll } from '../../src/detect/poll.ts'
import type { SimulatorOptions } from '../../src/simulator/types.ts'
import { createDetection, type Detection } from './detection.ts'

let d: Detection
afterEach(() => d.close())

/** A live source of so many users, polled a while ago. */
async function live(users: number, options: SimulatorOptions = {}) {
  d = await createDetection(options)
  d.simulator.seed({ users, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3600 })
  await d.poll()
  d.pass(600)
}
const warnings = async () => (await d.state()).last_poll?.warnings

test('callers who move up between two pages by offset are no disorder, and cost no look at the whole list', async () => {
  await live(1_000, { cursors: 'offset' })
  for (let i = 0; i < 150; i++) {
    d.simulator.call({ user_id: `new-${i}`, at_unix_secs: d.nowSecs() - 300 + i })
  }
  d.beforeRequest(2, () => {
    for (let i = 0; i < 3; i++) d.simulator.call({ user_id: `between-${i}` })
  })
  expect(await d.poll()).toMatchObject({ outcome: 'done', requests: 3, events: { 'user.created': 150 } })
  expect(await warnings()).toEqual([])
  d.pass(30)
  expect((await d.poll()).events).toEqual({ 'user.created': 3 })
})

test('a page of very many rows is read like any other, and one of too many is refused', async () => {
  await live(20)
  const page = (users: unknown[]) =>
    d.simulator.fault({ kind: 'raw', body: JSON.stringify({ users, has_more: false }) })
  const rows = (count: number, fields: object) =>
    Array.from({ length: count }, (_, i) => ({
      user_id: `many-${i}`,
      conversation_count: 1,
      last_contact_unix_secs: 1_000,
      ...fields,
    }))
  page(rows(10_001, {}))
  expect(await d.poll()).toMatchObject({ outcome: 'failed', error: expect.stringMatching(/over 10,000/) })
  page(rows(9_000, {}))
  expect(await d.poll()).toMatchObject({ outcome: 'failed', error: expect.stringMatching(/at once/) })
  await acceptAttention({ redis: d.redis, keys: d.keys, store: d.store }, d.source.id, 'events')
  page(rows(2_500, {}))
  expect((await d.poll()).events).toEqual({ 'user.created': 2_500 })
  page(rows(2_500, { conversation_count: 2 }))
  expect((await d.poll()).events).toEqual({ 'user.conversation_count.increased': 2_500 })
  page(rows(9_000, { conversation_count: 'several' }))
  expect(await d.poll()).toMatchObject({ outcome: 'done', events: {} })
  expect((await d.state()).quarantined_rows).toBe(9_000)
})

test.each([
  ['one page', 1],
  ['three pages', 3],
])('%s that go round under new cursors end the scan, which would never end', async (_, length) => {
  await live(500)
  d.simulator.call({ user_id: 'new' })
  const { listUsers } = d.deps
  const cursors: (string | null)[] = [null]
  let requests = 0
  d.deps.listUsers = async (query, signal) => {
    const at = requests++ % length
    const page = await listUsers({ ...query, cursor: cursors[at] ?? null }, signal)
    cursors[at + 1] = page.nextCursor
    // Nobody is old enough to stop at.
    const rows = page.rows.map((row) => ({ ...row, last_contact_unix_secs: d.nowSecs() }))
    return { ...page, rows, nextCursor: `nonce-${requests}` }
  }
  expect(await d.poll()).toMatchObject({ outcome: 'failed', error: expect.stringMatching(/again on/) })
  expect(requests).toBeLessThan(30)
  d.deps.listUsers = listUsers
  expect((await d.poll()).events).toEqual({ 'user.created': 1 })
})

test.each([
  ['400 of a code that nobody knows', { status: 400, code: 'bad_request' }],
  ['500', { status: 500 }],
  ['404', { status: 404 }],
])('a full scan whose place is answered with %s begins again at the top', async (_, answer) => {
  await live(2_500)
  d.beforeRequest(15, () => d.simulator.fault({ kind: 'status', status: 500, times: 'always' }))
  await d.poll({}, { full: true })
  d.simulator.clearFaults()
  const { scan_cursor } = await d.state()
  expect(scan_cursor).toBeDefined()
  const { listUsers } = d.deps
  d.deps.listUsers = (query, signal) => {
    if (query.cursor === scan_cursor) d.simulator.fault({ kind: 'status', ...answer })
    return listUsers(query, signal)
  }
  expect(await d.poll()).toMatchObject({ outcome: 'failed', error: expect.stringMatching(/from the top/) })
  d.deps.listUsers = listUsers
  expect(await d.poll()).toMatchObject({ outcome: 'done', kind: 'full', rows: 2_600 })
  expect((await d.state()).scan_kind).toBeUndefined()
})

test.each(['-5', '1', 'yesterday', '2001'])(
  'a Date header of %s is no date, and our own clock is taken',
  async (value) => {
    await live(20)
    d.simulator.call({ user_id: 'new' })
    d.simulator.fault({ kind: 'date_header', value })
    expect((await d.poll()).events).toEqual({ 'user.created': 1 })
    expect((await d.state()).watermark).toBe(d.nowSecs())
    expect(await warnings()).toEqual([])
  },
)

test('a watermark that a wrong clock has put into the future is taken back, and hides nobody', async () => {
  await live(400)
  d.simulator.call({ user_id: 'odd' })
  d.simulator.overrideRow('odd', { last_contact_unix_secs: d.nowSecs() + 90 * 86_400 })
  d.simulator.fault({ kind: 'date_header', value: new Date(d.clock.ms + 60 * 86_400_000).toUTCString() })
  await d.poll()
  expect((await d.state()).watermark).toBeGreaterThan(d.nowSecs() + 50 * 86_400)
  d.simulator.overrideRow('odd', null)
  d.pass(60)
  const calledAt = d.nowSecs()
  for (let i = 1; i <= 300; i++) d.simulator.call({ user_id: `user_${String(i).padStart(7, '0')}` })
  // The first page is committed, and then the poll ends.
  d.beforeRequest(2, () => d.simulator.fault({ kind: 'status', status: 500, times: 4 }))
  expect(await d.poll()).toMatchObject({ outcome: 'failed' })
  d.pass(60)
  await d.poll()
  expect((await d.state()).events_by_type['user.conversation_count.increased']).toBe(300)
  expect((await d.state()).watermark).toBe(calledAt)
  d.pass(30)
  expect((await d.poll()).requests).toBeLessThan(6)
})

test('a machine whose clock is a year behind reads no more than any other, and takes no watermark back', async () => {
  await live(400)
  d.simulator.call({ user_id: 'new' })
  await d.poll()
  const { watermark } = await d.state()
  d.pass(60)
  const poll = createPoll({ ...d.deps, now: () => d.clock.ms - 365 * 86_400_000 })
  // By its clock, the last look at the whole list is in the future and says nothing.
  expect(await poll(d.source, { now: true })).toMatchObject({ outcome: 'done', kind: 'full' })
  d.pass(60)
  expect(await poll(d.source, { now: true })).toMatchObject({ outcome: 'done', kind: 'head', requests: 1 })
  expect((await d.state()).watermark).toBe(watermark)
})

describe('a list whose first page is of one time, far below the watermark', () => {
  const imported = (at: number) =>
    d.simulator.seed({ users: 150, idOf: (i) => `imported-${i}`, spacingSecs: 0, newestUnixSecs: at })

  test('is not taken for newest first: where it is oldest first, whoever is new at its end is announced', async () => {
    d = await createDetection()
    imported(d.nowSecs() - 9_000_000)
    d.simulator.seed({ users: 50, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3_600 })
    await d.poll()
    d.pass(600)
    await d.poll()
    d.simulator.call({ user_id: 'new' })
    const { listUsers } = d.deps
    d.deps.listUsers = async (query, signal) => {
      let page = await listUsers({ ...query, cursor: null }, signal)
      const rows = [...page.rows]
      while (page.nextCursor !== null) {
        page = await listUsers({ ...query, cursor: page.nextCursor }, signal)
        rows.push(...page.rows)
      }
      const from = Number(query.cursor ?? 0)
      const next = from + 100
      return {
        ...page,
        rows: rows.reverse().slice(from, next),
        nextCursor: next < rows.length ? `${next}` : null,
      }
    }
    expect(await d.poll()).toMatchObject({ events: { 'user.created': 1 } })
    expect((await warnings())?.map(({ code }) => code)).toEqual(['not_newest_first'])
  })

  test('costs the pages of that time once, where all who came later were removed', async () => {
    d = await createDetection()
    imported(d.nowSecs() - 9_000_000)
    d.simulator.seed({ users: 300, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 9_100_000 })
    d.simulator.call({ user_id: 'gone' })
    await d.poll()
    d.pass(600)
    await d.poll()
    d.simulator.removeUser('gone')
    d.pass(60)
    expect(await d.poll()).toMatchObject({ outcome: 'done', requests: 2, events: {} })
    expect(await warnings()).toEqual([])
    for (let i = 0; i < 3; i++) {
      d.pass(60)
      expect(await d.poll()).toMatchObject({ outcome: 'done', requests: 1, events: {} })
    }
    // Another first row, and the order has to be seen anew.
    const [top] = (
      await d.deps.listUsers({ ...d.source, apiKey: 'sim_key', cursor: null }, AbortSignal.timeout(5_000))
    ).rows
    d.simulator.removeUser(top?.user_id ?? '')
    d.pass(60)
    expect(await d.poll()).toMatchObject({ outcome: 'done', requests: 2, events: {} })
  })
})
