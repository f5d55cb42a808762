import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { SimulatorOptions } from '../../src/simulator/types.ts'
import { brief, createDetection, type Detection } from './detection.ts'

let detection: Detection
const start = async (options: SimulatorOptions = {}) => {
  detection = await createDetection(options)
  return detection
}
afterEach(() => detection.close())

/** Users of the past, the newest of them an hour ago. */
function seed({ simulator, nowSecs }: Detection, users: number, spacingSecs = 60) {
  simulator.seed({ users, spacingSecs, newestUnixSecs: nowSecs() - 3600 })
}

describe('a baseline', () => {
  test.each([0, 1, 99, 100, 101, 250])('of %i users records them all and announces none', async (users) => {
    const d = await start()
    if (users > 0) seed(d, users)
    const report = await d.poll()
    expect(report).toMatchObject({ outcome: 'done', kind: 'baseline', rows: users, events: {} })
    if (users === 0) await d.poll()
    expect(await d.state()).toMatchObject({ mode: 'live', known_users: users })
    expect(await d.events()).toEqual([])
  })

  test('believes an empty list only when it sees it twice', async () => {
    const d = await start()
    await d.poll()
    expect((await d.state()).mode).toBe('baseline')
    seed(d, 3)
    await d.poll()
    expect(await d.state()).toMatchObject({ mode: 'live', known_users: 3 })
    expect(await d.events()).toEqual([])
  })

  test('gives way to head polls and announces who first calls meanwhile', async () => {
    const d = await start()
    seed(d, 450)
    d.beforeRequest(5, () => {
      d.pass(60)
      d.simulator.call({ user_id: 'new-caller' })
      d.simulator.call({ user_id: 'user_0000002' })
    })
    // A head poll is due after each page.
    const report = await d.poll({ intervalMs: 0 })
    expect(report.events).toEqual({ 'user.created': 1, 'user.conversation_count.increased': 1 })
    expect(report.requests).toBeGreaterThan(8)
    expect(await d.state()).toMatchObject({ mode: 'live', known_users: 451 })
    expect(brief(await d.events()).sort()).toEqual([
      'new-caller: user.created 0→1',
      'user_0000002: user.conversation_count.increased 1→2',
    ])
  })

  test('does not announce who was there before and moved up behind its back', async () => {
    const d = await start()
    seed(d, 250)
    // Behind the page that is read next, and then above the page that was read first.
    d.beforeRequest(2, () => d.simulator.call({ user_id: 'user_0000240' }))
    await d.poll()
    expect(await d.state()).toMatchObject({ mode: 'live', known_users: 249 })
    d.pass(1)
    d.simulator.call({ user_id: 'new' })
    await d.poll()
    d.simulator.call({ user_id: 'user_0000240' })
    await d.poll()
    expect(brief(await d.events())).toEqual([
      'new: user.created 0→1',
      'user_0000240: user.conversation_count.increased 2→3',
    ])
    // From then on whoever is not known is new, unless they first called long before the baseline.
    d.simulator.call({ user_id: 'late', at_unix_secs: d.nowSecs() - 60 })
    await d.poll()
    expect(brief(await d.events()).at(-1)).toBe('late: user.created 0→1')
  })

  test('that pages hid somebody from, as they shift, makes no new caller of them when they call again', async () => {
    const d = await start()
    seed(d, 250)
    d.simulator.removeUser('user_0000240')
    await d.poll()
    d.simulator.restoreUser('user_0000240')
    d.pass(600)
    d.simulator.call({ user_id: 'user_0000240' })
    d.simulator.call({ user_id: 'new' })
    await d.poll()
    expect(await d.state()).toMatchObject({ known_users: 251 })
    d.simulator.call({ user_id: 'user_0000240' })
    await d.poll()
    expect(brief(await d.events())).toEqual([
      'new: user.created 0→1',
      'user_0000240: user.conversation_count.increased 2→3',
    ])
  })

  test('that pages hid somebody from makes no new caller of them where a poll reads far down right after it', async () => {
    const d = await start()
    seed(d, 250)
    d.simulator.removeUser('user_0000240')
    await d.poll()
    d.simulator.restoreUser('user_0000240')
    d.pass(20)
    for (let i = 1; i <= 160; i++) d.simulator.call({ user_id: `user_${String(i).padStart(7, '0')}` })
    d.simulator.call({ user_id: 'late', at_unix_secs: d.nowSecs() - 3_000 })
    await d.poll()
    expect(await d.state()).toMatchObject({ known_users: 251 })
    expect((await d.state()).events_by_type).toEqual({
      'user.conversation_count.increased': 160,
      'user.created': 1,
    })
  })

  test('goes on where it was when it broke off', async () => {
    const d = await start()
    seed(d, 450)
    d.simulator.fault({ kind: 'status', status: 500, skip: 2, times: 4 })
    expect(await d.poll()).toMatchObject({ outcome: 'failed', kind: 'baseline', rows: 200 })
    expect(await d.state()).toMatchObject({ mode: 'baseline', known_users: 200 })
    d.pass(60)
    d.simulator.call({ user_id: 'new-caller' })
    // One page for the head poll, and what is left of the list.
    expect(await d.poll()).toMatchObject({ kind: 'baseline', requests: 5, events: { 'user.created': 1 } })
    expect(await d.state()).toMatchObject({ mode: 'live', known_users: 451 })
    expect(brief(await d.events())).toEqual(['new-caller: user.created 0→1'])
  })

  test('asks again for a page that cannot be had for a moment, and goes on without a break', async () => {
    const d = await start()
    seed(d, 450)
    d.simulator.fault({ kind: 'status', status: 500, skip: 2, times: 3 })
    expect(await d.poll()).toMatchObject({ outcome: 'done', kind: 'baseline', requests: 8, rows: 450 })
  })

  test('starts again from the top when its cursor is refused', async () => {
    const d = await start()
    seed(d, 300)
    d.simulator.fault({ kind: 'status', status: 500, skip: 1, times: 4 })
    await d.poll()
    expect((await d.state()).scan_cursor).toBeDefined()
    d.simulator.fault({ kind: 'status', status: 400, code: 'invalid_cursor', skip: 1 })
    const refused = await d.poll()
    expect(refused.outcome).toBe('failed')
    expect((await d.state()).scan_cursor).toBeUndefined()
    expect(await d.poll()).toMatchObject({ outcome: 'done' })
    expect(await d.state()).toMatchObject({ mode: 'live', known_users: 300 })
    expect(await d.events()).toEqual([])
  })
})

describe('a live source', () => {
  beforeEach(async () => {
    await start()
    seed(detection, 250)
    await detection.poll()
    detection.pass(600)
  })

  test('costs one request when nothing has changed', async () => {
    expect(await detection.poll()).toMatchObject({ kind: 'head', requests: 1, rows: 100, events: {} })
  })

  test('announces a new caller once, and their further calls as one rise', async () => {
    const d = detection
    d.simulator.call({ user_id: '+15550100' })
    await d.poll()
    await d.poll()
    d.pass(30)
    d.simulator.call({ user_id: '+15550100' })
    d.pass(5)
    d.simulator.call({ user_id: '+15550100' })
    await d.poll()
    await d.poll()
    const [created, rise, ...more] = await d.events()
    expect(more).toEqual([])
    expect(created).toMatchObject({
      type: 'user.created',
      data: {
        source: { id: 'src_test', name: 'test' },
        user: { user_id: '+15550100', conversation_count: 1 },
        previous: null,
        change: { from: 0, to: 1, by: 1 },
      },
    })
    expect(rise).toMatchObject({
      type: 'user.conversation_count.increased',
      data: {
        user: { conversation_count: 3, last_contact_unix_secs: d.nowSecs() },
        previous: { conversation_count: 1, last_contact_unix_secs: d.nowSecs() - 35 },
        change: { from: 1, to: 3, by: 2 },
      },
    })
  })

  test('finds changes over many pages, with one page more than they fill', async () => {
    const d = detection
    for (let i = 0; i < 250; i++) d.simulator.call({ user_id: `burst-${i}` })
    d.pass(200)
    expect(await d.poll()).toMatchObject({ kind: 'head', events: { 'user.created': 250 }, requests: 4 })
    expect(new Set((await d.events()).map(({ id }) => id)).size).toBe(250)
  })

  test('finds rows that surface late, within the overlap, and counts them', async () => {
    const d = detection
    d.simulator.call({ user_id: 'on-time' })
    await d.poll()
    d.simulator.call({ user_id: 'late', at_unix_secs: d.nowSecs() - 100 })
    d.pass(1)
    await d.poll()
    expect(brief(await d.events())).toContain('late: user.created 0→1')
    expect((await d.state()).late_changes).toBe(1)
  })

  test('reads past a whole page of known rows within the overlap', async () => {
    const d = detection
    for (let i = 0; i < 110; i++)
      d.simulator.call({ user_id: `c${i}`, at_unix_secs: d.nowSecs() - Math.floor(i / 2) })
    await d.poll()
    d.simulator.call({ user_id: 'late', at_unix_secs: d.nowSecs() - 100 })
    expect(await d.poll()).toMatchObject({ events: { 'user.created': 1 } })
  })

  test('finds rows that surface below the overlap with a full scan', async () => {
    const d = detection
    d.simulator.call({ user_id: 'very-late', at_unix_secs: d.nowSecs() - 86_400 })
    await d.poll()
    expect(await d.events()).toEqual([])
    await d.poll({}, { full: true })
    expect(brief(await d.events())).toEqual(['very-late: user.created 0→1'])
    d.pass(25 * 3600)
    d.simulator.call({ user_id: 'too-late', at_unix_secs: d.nowSecs() - 2 * 86_400 })
    expect(await d.poll()).toMatchObject({ kind: 'full', events: { 'user.created': 1 } })
  })

  test('reads on through ties at a page’s end', async () => {
    const d = detection
    d.simulator.seed({ users: 150, idOf: (i) => `tie-${i}`, spacingSecs: 0, newestUnixSecs: d.nowSecs() })
    await d.poll()
    expect(await d.events()).toHaveLength(150)
  })

  test('is not misled by a row dated in the future', async () => {
    const d = detection
    d.simulator.call({ user_id: 'time-traveller', at_unix_secs: d.nowSecs() + 1_000_000 })
    await d.poll()
    expect((await d.state()).watermark).toBeLessThanOrEqual(d.nowSecs())
    d.pass(60)
    d.simulator.call({ user_id: 'next' })
    await d.poll()
    expect(brief(await d.events())).toContain('next: user.created 0→1')
  })

  test('does not take an empty list for the truth', async () => {
    const d = detection
    d.simulator.fault({ kind: 'empty_list' })
    expect(await d.poll()).toMatchObject({ outcome: 'failed', error: expect.stringMatching(/empty list/) })
    expect((await d.state()).known_users).toBe(250)
  })

  test('reads everything, and says so, where the list is out of order', async () => {
    const d = detection
    d.simulator.fault({ kind: 'wrong_order' })
    expect(await d.poll()).toMatchObject({ outcome: 'done', requests: 3 })
  })

  test('sets unreadable rows aside, once each, and goes on with the others', async () => {
    const d = detection
    d.simulator.call({ user_id: 'bad' })
    d.simulator.call({ user_id: 'good' })
    d.simulator.overrideRow('bad', { conversation_count: 'several' })
    await d.poll()
    await d.poll()
    expect(brief(await d.events())).toEqual(['good: user.created 0→1'])
    expect((await d.state()).quarantined_rows).toBe(1)
    expect((await d.quarantine.list(d.source.id, { after: null, limit: 100 })).data).toMatchObject([
      { reason: expect.stringContaining('conversation_count'), row: expect.stringContaining('"bad"') },
    ])
    d.simulator.overrideRow('bad', null)
    await d.poll()
    expect(brief(await d.events())).toContain('bad: user.created 0→1')
  })

  test('announces hostile ids byte for byte', async () => {
    const d = detection
    const ids = [
      '__proto__',
      'constructor',
      '../..',
      'a\nb\0c',
      '😀\u202e',
      '<!channel>',
      'x'.repeat(4_096),
      'a:b',
    ]
    for (const user_id of ids) d.simulator.call({ user_id })
    await d.poll()
    await d.poll()
    const seen = (await d.events()).map(({ data }) => (data.user as { user_id: string }).user_id)
    expect(seen.sort()).toEqual(ids.sort())
  })
})

describe('a failing upstream', () => {
  test('is told in a plain sentence, waited for, and forgotten when it works again', async () => {
    const d = await start()
    seed(d, 3)
    const wrong = await d.poll({ apiKey: 'wrong' })
    expect(wrong).toMatchObject({ outcome: 'failed', error: expect.stringMatching(/check the key.*region/) })
    expect((await d.state()).failing_since).toBe(d.clock.ms)
    expect(await d.tick({ apiKey: 'wrong' })).toMatchObject({ outcome: 'waiting', requests: 0 })
    expect(await d.poll()).toMatchObject({ outcome: 'done' })
    const state = await d.state()
    expect(state.failing_since).toBeUndefined()
    expect(state).toMatchObject({ failures: 0, known_users: 3 })
  })

  test('is waited for as long as it asks', async () => {
    const d = await start()
    d.simulator.fault({ kind: 'status', status: 429, headers: { 'retry-after': '120' } })
    expect((await d.tick()).outcome).toBe('failed')
    d.pass(119)
    expect((await d.tick()).outcome).toBe('waiting')
    d.pass(2)
    expect((await d.tick()).outcome).toBe('done')
  })

  test('that fails between two pages loses nothing of either', async () => {
    const d = await start()
    seed(d, 250)
    await d.poll()
    d.pass(600)
    for (let i = 0; i < 150; i++) d.simulator.call({ user_id: `burst-${i}` })
    d.simulator.fault({ kind: 'status', status: 500, skip: 1, times: 4 })
    d.simulator.call({ user_id: 'user_0000001' })
    // Known users are announced page by page; newcomers when the scan is known to be no flood.
    expect(await d.poll()).toMatchObject({
      outcome: 'failed',
      events: { 'user.conversation_count.increased': 1 },
    })
    const { watermark } = await d.state()
    expect(await d.poll()).toMatchObject({ outcome: 'done', events: { 'user.created': 150 } })
    expect((await d.state()).watermark).toBeGreaterThan(watermark ?? 0)
    expect(new Set((await d.events()).map(({ id }) => id)).size).toBe(151)
  })
})

test('a poll that was planned by a clock that was an hour ahead does not wait for an hour', async () => {
  const d = await start()
  seed(d, 3)
  await d.poll()
  d.pass(3_600)
  await d.poll()
  d.pass(-3_600)
  d.simulator.call({ user_id: 'now' })
  expect(await d.tick()).toMatchObject({ outcome: 'done', events: { 'user.created': 1 } })
  expect(await d.tick()).toMatchObject({ outcome: 'waiting' })
})

test('a lookback, and a full scan, of a clock that was a month ahead put off none for a month', async () => {
  const d = await start()
  seed(d, 3)
  await d.poll()
  d.pass(30 * 86_400)
  await d.poll()
  expect((await d.poll()).kind).toBe('head')
  d.pass(-30 * 86_400)
  expect((await d.poll()).kind).toBe('full')
  await d.redis.hset(d.keys.source(d.source.id).state, 'last_lookback', d.clock.ms + 30 * 86_400_000)
  expect((await d.poll()).kind).toBe('lookback')
})

describe('pollers', () => {
  test('take turns: one polls, the other is told that it is busy', async () => {
    const d = await start()
    seed(d, 5)
    const reports = await Promise.all([d.poll(), d.poll(), d.poll()])
    expect(reports.map(({ outcome }) => outcome).sort()).toEqual(['busy', 'busy', 'done'])
  })

  test('move no watermark once their lease is lost', async () => {
    const d = await start()
    const token = (await d.store.acquire(d.source.id)) ?? 0
    await d.redis.unlink(d.keys.source(d.source.id).lease)
    await d.store.acquire(d.source.id)
    expect(await d.store.finishScan(d.source.id, token, undefined, 1_000, { set: { mode: 'live' } })).toBe(
      'FENCED',
    )
    expect(await d.store.startOver(d.source.id, token, 'identity', false)).toBe('FENCED')
    expect(await d.state()).toMatchObject({ mode: 'baseline' })
    expect((await d.state()).watermark).toBeUndefined()
  })

  test('write nothing once their lease is lost', async () => {
    const d = await start()
    seed(d, 150)
    await d.poll()
    d.pass(600)
    const before = await d.state()
    // The lease runs out in mid-poll and another poller takes it.
    d.simulator.call({ user_id: 'new' })
    d.deps.store.readUsersAndEpoch = new Proxy(d.deps.store.readUsersAndEpoch, {
      async apply(target, self, args) {
        await d.redis.unlink(d.keys.source(d.source.id).lease)
        await d.store.acquire(d.source.id)
        return Reflect.apply(target, self, args)
      },
    })
    expect((await d.poll()).outcome).toBe('failed')
    expect(await d.events()).toEqual([])
    const after = await d.state()
    expect(after.watermark).toBe(before.watermark)
    expect(after.known_users).toBe(150)
  })
})

test('another key or filter begins a new baseline, and later rises are events of their own', async () => {
  const d = await start()
  seed(d, 20)
  await d.poll()
  d.pass(600)
  d.simulator.call({ user_id: 'caller' })
  await d.poll()
  d.pass(30)
  d.simulator.call({ user_id: 'caller' })
  await d.poll()
  const before = await d.events()
  expect(brief(before)).toEqual(['caller: user.created 0→1', 'caller: user.conversation_count.increased 1→2'])

  d.simulator.setApiKey('another')
  expect(await d.poll({ apiKey: 'another' })).toMatchObject({ kind: 'baseline', events: {} })
  d.simulator.removeUser('caller')
  d.pass(600)
  d.simulator.call({ user_id: 'caller' })
  expect(await d.state()).toMatchObject({ known_users: 21, mode: 'live' })

  // Back again: the caller has one call now, and is recorded with it; the second is a rise to 2 once more.
  d.simulator.setApiKey('sim_key')
  await d.poll()
  d.pass(30)
  d.simulator.call({ user_id: 'caller' })
  await d.poll()
  const after = await d.events()
  expect(brief(after.slice(before.length))).toEqual(['caller: user.conversation_count.increased 1→2'])
  expect(new Set(after.map(({ id }) => id)).size).toBe(after.length)
})

test('a baseline whose first page is compared anew still fixes when it began', async () => {
  const d = await start()
  seed(d, 150)
  const { commitPage } = d.deps.store
  let conflicts = 1
  d.deps.store.commitPage = async (...page) => (conflicts-- > 0 ? 'CONFLICT' : commitPage(...page))
  d.simulator.fault({ kind: 'status', status: 500, skip: 1, times: 4 })
  await d.poll()
  expect(await d.state()).toMatchObject({ baseline_started: d.nowSecs() - 7, known_users: 100 })
  expect((await d.state()).watermark).toBeDefined()
})
