import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { acceptAttention } from '../../src/detect/accept.ts'
import { createKeepWatermarks } from '../../src/detect/keep-watermarks.ts'
import { createWatermarkFiles } from '../../src/detect/watermark-files.ts'
import { deleteKeys } from '../../src/redis/delete-keys.ts'
import type { Fault } from '../../src/simulator/faults.ts'
import { brief, createDetection, type Detection } from './detection.ts'

let d: Detection
beforeEach(async () => {
  d = await createDetection()
  d.simulator.seed({ users: 200, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3600 })
  await d.poll()
  d.pass(600)
})
afterEach(() => d.close())

const types = async () => (await d.events()).map(({ type }) => type)
const fullScan = () => d.poll({}, { full: true })
const accept = (as: 'events' | 'baseline') =>
  acceptAttention({ redis: d.redis, keys: d.keys, store: d.store }, d.source.id, as)

describe('a flood of new users', () => {
  const flood = (users: number) =>
    d.simulator.seed({ users, idOf: (i) => `flood-${i}`, spacingSecs: 0, newestUnixSecs: d.nowSecs() })

  test('writes nothing, stops the source and waits for a person', async () => {
    flood(501)
    d.simulator.call({ user_id: 'user_0000001' })
    const before = await d.state()
    expect(await d.poll()).toMatchObject({
      outcome: 'failed',
      error: expect.stringMatching(/no alerts were sent/),
    })
    expect(await types()).toEqual(['user.conversation_count.increased', 'source.needs_attention'])
    const state = await d.state()
    expect(state).toMatchObject({ known_users: 200, attention: { kind: 'flood' } })
    expect(state.watermark).toBe(before.watermark)
    const { requests } = await d.poll()
    expect(requests).toBe(0)
    expect((await d.tick()).outcome).toBe('waiting')
    // It is told once.
    expect(await types()).toHaveLength(2)
  })

  test('that is accepted as events is announced, once', async () => {
    flood(501)
    await d.poll()
    await accept('events')
    expect(await d.poll()).toMatchObject({ outcome: 'done', events: { 'user.created': 501 } })
    expect(await d.state()).toMatchObject({ known_users: 701 })
    expect((await d.state()).attention).toBeUndefined()
    d.pass(600)
    // The next flood is judged anew.
    d.simulator.seed({ users: 502, idOf: (i) => `more-${i}`, spacingSecs: 0, newestUnixSecs: d.nowSecs() })
    expect((await d.poll()).outcome).toBe('failed')
  })

  test('that is accepted as the new baseline is recorded in silence', async () => {
    flood(501)
    await d.poll()
    await accept('baseline')
    expect(await d.poll()).toMatchObject({ outcome: 'done', kind: 'baseline', events: {} })
    expect(await d.state()).toMatchObject({ mode: 'live', known_users: 701 })
    d.pass(60)
    d.simulator.call({ user_id: 'next' })
    await d.poll()
    expect(brief((await d.events()).filter(({ type }) => type === 'user.created'))).toEqual([
      'next: user.created 0→1',
    ])
  })

  test('is none up to the limit, also when there are too many to keep in memory', async () => {
    flood(500)
    expect(await d.poll()).toMatchObject({ outcome: 'done', events: { 'user.created': 500 } })
    await d.poll({}, { full: true })
    d.simulator.seed({ users: 10_000, idOf: (i) => `old-${i}`, spacingSecs: 1, newestUnixSecs: 1_000_000 })
    await d.poll({}, { full: true })
    await accept('baseline')
    await d.poll()
    expect(await d.state()).toMatchObject({ mode: 'live', known_users: 10_700 })
    d.pass(600)
    d.simulator.seed({ users: 1_500, idOf: (i) => `many-${i}`, spacingSecs: 0, newestUnixSecs: d.nowSecs() })
    expect(await d.poll()).toMatchObject({ outcome: 'done', events: { 'user.created': 1_500 } })
    const ids = (await d.events()).map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })
})

test('a newcomer whom the list repeats on a later page, with less, is announced once', async () => {
  await d.close()
  d = await createDetection({ cursors: 'offset' })
  d.simulator.seed({ users: 200, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3600 })
  await d.poll()
  d.pass(600)
  // One new user on the last place of the first page; who calls before the second is read moves it there again.
  for (let i = 0; i < 100; i++) d.simulator.call({ user_id: `call-${i}` })
  await d.poll()
  d.pass(300)
  for (let i = 0; i < 99; i++) d.simulator.call({ user_id: `call-${i}` })
  d.simulator.call({ user_id: 'new', at_unix_secs: d.nowSecs() - 5 })
  d.simulator.call({ user_id: 'new', at_unix_secs: d.nowSecs() - 5 })
  const { known_users } = await d.state()
  d.beforeRequest(2, () => {
    d.simulator.call({ user_id: 'call-99' })
    d.simulator.overrideRow('new', { conversation_count: 1 })
  })
  const report = await d.poll()
  expect(report.events).toMatchObject({ 'user.created': 1 })
  expect(brief(await d.events()).filter((line) => line.startsWith('new'))).toEqual(['new: user.created 0→2'])
  expect((await d.state()).known_users).toBe(known_users + 1)
})

describe('a user who is gone', () => {
  test('is removed when two full scans have not shown them, and comes back as a return', async () => {
    d.simulator.removeUser('user_0000007')
    await fullScan()
    expect(await types()).toEqual([])
    await fullScan()
    expect(brief(await d.events())).toEqual(['user_0000007: user.removed 1→0'])
    expect((await d.state()).known_users).toBe(199)
    await fullScan()
    expect(await types()).toHaveLength(1)
    d.simulator.restoreUser('user_0000007')
    d.simulator.call({ user_id: 'user_0000007' })
    await d.poll()
    expect(brief((await d.events()).slice(1))).toEqual([
      'user_0000007: user.conversation_count.increased 1→2',
      'user_0000007: user.returned 1→2',
    ])
    expect((await d.state()).known_users).toBe(200)
  })

  test('is not removed by a scan that only missed them', async () => {
    d.simulator.fault({ kind: 'short_list', rows: 95, skip: 2 })
    await fullScan()
    d.simulator.fault({ kind: 'short_list', rows: 95, skip: 2 })
    await fullScan()
    // Asked for by name, they are there.
    expect(await types()).toEqual([])
    expect((await d.state()).known_users).toBe(200)
  })

  test('is not looked for by a scan that was interrupted', async () => {
    d.simulator.removeUser('user_0000150')
    await fullScan()
    d.simulator.fault({ kind: 'status', status: 500, skip: 2, times: 4 })
    expect((await fullScan()).outcome).toBe('failed')
    expect(await fullScan()).toMatchObject({ outcome: 'done', kind: 'full' })
    expect(await types()).toEqual([])
    await fullScan()
    expect(await types()).toEqual(['user.removed'])
  })

  test('is asked for again where a look-up fails', async () => {
    d.simulator.removeUser('user_0000007')
    await fullScan()
    d.simulator.fault({ kind: 'status', status: 500, skip: 3, times: 3 })
    expect(await fullScan()).toMatchObject({ outcome: 'done', requests: 7, events: { 'user.removed': 1 } })
  })

  test('is counted also where the look-up of the next one fails for good', async () => {
    d.simulator.removeUser('user_0000007')
    d.simulator.removeUser('user_0000008')
    await fullScan()
    d.simulator.fault({ kind: 'status', status: 500, skip: 4, times: 4 })
    expect(await fullScan()).toMatchObject({ outcome: 'done', requests: 8, events: { 'user.removed': 1 } })
    expect(await types()).toEqual(['user.removed'])
    expect((await d.state()).known_users).toBe(199)
    await fullScan()
    expect(await types()).toEqual(['user.removed', 'user.removed'])
  })

  /** Upstream as it answers where it does not like some ids: whoever is asked for by one of them gets this. */
  function refuseLookUps(isRefused: (userId: string) => boolean, fault: Fault): { asked: string[] } {
    const { listUsers } = d.deps
    const asked: string[] = []
    d.deps.listUsers = (query, ...rest) => {
      if (query.search !== undefined) asked.push(query.search)
      if (query.search !== undefined && isRefused(query.search)) d.simulator.fault(fault)
      return listUsers(query, ...rest)
    }
    return { asked }
  }

  test.each<[string, Fault]>([
    ['with 403 and a web page', { kind: 'html', status: 403 }],
    ['with 404', { kind: 'status', status: 404 }],
    ['with 500', { kind: 'status', status: 500 }],
    ['with 503 and a wait', { kind: 'status', status: 503, headers: { 'retry-after': '30' } }],
    ['with 503 and a longer wait', { kind: 'status', status: 503, headers: { 'retry-after': '90' } }],
    ['with something else than a list', { kind: 'raw', body: '[]' }],
    ['with 403 and a time to reset', { kind: 'html', status: 403, headers: { 'x-ratelimit-reset': '20' } }],
  ])('is removed although the look-ups of others are answered %s, which is no failure', async (_, fault) => {
    const odd = Array.from({ length: 7 }, (_, i) => `user_${String(i + 1).padStart(7, '0')}`)
    for (const id of [...odd, 'user_0000150']) d.simulator.removeUser(id)
    refuseLookUps((id) => odd.includes(id), fault)
    for (let day = 0; day < 3; day++) {
      d.pass(86_400)
      expect(await d.poll()).toMatchObject({ outcome: 'done', kind: 'full' })
    }
    expect(brief(await d.events())).toEqual(['user_0000150: user.removed 1→0'])
    expect(await d.state()).toMatchObject({ known_users: 199 })
    expect((await d.state()).failing_since).toBeUndefined()
  })

  test('waits for the next scan where no look-up at all is answered, and the scan is complete', async () => {
    for (let i = 1; i <= 9; i++) d.simulator.removeUser(`user_${String(i).padStart(7, '0')}`)
    let refused = true
    const { asked } = refuseLookUps(() => refused, { kind: 'html', status: 403 })
    await fullScan()
    expect(await fullScan()).toMatchObject({ outcome: 'done', kind: 'full' })
    // Three of them, and somebody who was listed a moment ago.
    expect(asked).toHaveLength(4)
    expect(await types()).toEqual([])
    d.pass(60)
    expect(await d.poll()).toMatchObject({ outcome: 'done', kind: 'head', requests: 1 })
    refused = false
    await fullScan()
    expect(await types()).toEqual(Array.from({ length: 9 }, () => 'user.removed'))
  })

  test('waits for the next scan where upstream asks to slow down, which is obeyed, and the scan is complete', async () => {
    d.simulator.removeUser('user_0000007')
    await fullScan()
    d.simulator.fault({ kind: 'status', status: 429, headers: { 'retry-after': '90' }, skip: 3 })
    expect(await fullScan()).toMatchObject({ outcome: 'failed', kind: 'full', requests: 4 })
    d.pass(89)
    expect((await d.tick()).outcome).toBe('waiting')
    d.pass(1)
    expect(await d.tick()).toMatchObject({ outcome: 'done', kind: 'head', requests: 1 })
    await fullScan()
    expect(await types()).toEqual(['user.removed'])
  })

  test('stays accepted by a person until all have been looked for', async () => {
    for (let i = 1; i <= 40; i++) d.simulator.removeUser(`user_${String(i).padStart(7, '0')}`)
    await fullScan()
    await fullScan()
    await accept('events')
    let refused = true
    refuseLookUps(() => refused, { kind: 'html', status: 403 })
    await d.poll()
    expect(await d.state()).toMatchObject({ known_users: 200, removals_accepted: 'events' })
    refused = false
    await fullScan()
    expect((await types()).filter((type) => type === 'user.removed')).toHaveLength(40)
  })

  test('and was seen by an interrupted scan has to be absent twice anew', async () => {
    d.simulator.removeUser('user_0000007')
    await fullScan()
    d.simulator.restoreUser('user_0000007')
    d.simulator.fault({ kind: 'status', status: 500, skip: 3, times: 4 })
    expect((await fullScan()).outcome).toBe('failed')
    d.simulator.removeUser('user_0000007')
    await fullScan()
    await fullScan()
    expect(await types()).toEqual([])
    await fullScan()
    expect(await types()).toEqual(['user.removed'])
  })

  test('together with many others waits for a person', async () => {
    for (let i = 1; i <= 40; i++) d.simulator.removeUser(`user_${String(i).padStart(7, '0')}`)
    await fullScan()
    await fullScan()
    expect(await types()).toEqual(['source.needs_attention'])
    expect(await d.state()).toMatchObject({
      known_users: 200,
      attention: { kind: 'mass_removal', users: 40 },
    })
    // New callers are announced meanwhile.
    d.simulator.call({ user_id: 'next' })
    expect(await d.poll()).toMatchObject({ outcome: 'done', events: { 'user.created': 1 } })
    await accept('events')
    await d.poll()
    expect((await types()).filter((type) => type === 'user.removed')).toHaveLength(40)
    expect(await d.state()).toMatchObject({ known_users: 161 })
    expect((await d.state()).attention).toBeUndefined()
  })

  test('is taken out in silence where a person says so', async () => {
    for (let i = 1; i <= 40; i++) d.simulator.removeUser(`user_${String(i).padStart(7, '0')}`)
    await fullScan()
    await fullScan()
    await accept('baseline')
    await d.poll()
    expect(await types()).toEqual(['source.needs_attention'])
    expect((await d.state()).known_users).toBe(160)
  })
})

test('a count that dips while full scans are taken one right after the other, and recovers, is no rise', async () => {
  for (let i = 0; i < 3; i++) d.simulator.call({ user_id: 'user_0000001' })
  await d.poll()
  const told = await types()
  d.simulator.overrideRow('user_0000001', { conversation_count: 1 })
  for (let i = 0; i < 3; i++) {
    await d.poll({}, { full: true })
    d.pass(2)
  }
  d.simulator.overrideRow('user_0000001', null)
  await d.poll({}, { full: true })
  expect(await types()).toEqual(told)
})

test('a count that falls for good is taken over however often full scans are taken', async () => {
  for (let i = 0; i < 2; i++) d.simulator.call({ user_id: 'user_0000001' })
  await d.poll()
  d.simulator.overrideRow('user_0000001', { conversation_count: 1 })
  for (let minutes = 0; minutes < 140; minutes += 20) {
    await d.poll({}, { full: true })
    d.pass(20 * 60)
  }
  const [snapshot] = await d.store.readUsers(d.source.id, ['user_0000001'])
  expect(snapshot).toMatchObject({ count: 1, epoch: 1, fall: null })
})

test('a count that falls is taken over after two full scans an hour apart, and its next rise is told', async () => {
  d.simulator.call({ user_id: 'user_0000001' })
  d.simulator.call({ user_id: 'user_0000001' })
  await d.poll()
  d.simulator.overrideRow('user_0000001', { conversation_count: 1 })
  await fullScan()
  d.pass(3_600)
  await fullScan()
  d.simulator.overrideRow('user_0000001', { conversation_count: 3 })
  await d.poll()
  const events = await d.events()
  expect(brief(events)).toEqual([
    'user_0000001: user.conversation_count.increased 1→3',
    'user_0000001: user.conversation_count.increased 1→3',
  ])
  expect(new Set(events.map(({ id }) => id)).size).toBe(2)
})

test('Redis that lost everything pages nobody, and announces who first called meanwhile', async () => {
  d.simulator.call({ user_id: 'before' })
  await d.poll()
  await deleteKeys(d.redis, d.keys.prefix)
  d.pass(300)
  d.simulator.call({ user_id: 'during' })
  expect(await d.poll()).toMatchObject({ outcome: 'done', kind: 'baseline', events: { 'user.created': 1 } })
  expect(brief(await d.events())).toEqual(['during: user.created 0→1'])
  expect(await d.state()).toMatchObject({ mode: 'live', known_users: 202 })
  d.pass(120)
  await d.poll()
  expect((await d.state()).announce_since).toBeUndefined()
})

test('whoever polls after Redis was lost knows where another process had got to', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ringpost-other-watermarks-'))
  try {
    // Another process, with a data folder of its own, which has not polled since.
    const { redis, keys, source } = d
    const watermarks = createWatermarkFiles(folder)
    const keepWatermarks = createKeepWatermarks({ redis, keys, watermarks, logger: d.deps.logger })
    await keepWatermarks([source.id, 'src_none'])
    d.simulator.call({ user_id: 'announced' })
    await d.poll()
    await keepWatermarks([source.id])
    expect(await watermarks.read(source.id)).toEqual(await d.deps.watermarks.read(source.id))
    await deleteKeys(redis, keys.prefix)
    // What is lost says nothing, and is not what is kept.
    await keepWatermarks([source.id])
    d.deps.watermarks = watermarks
    d.pass(300)
    d.simulator.call({ user_id: 'during' })
    expect(await d.poll()).toMatchObject({ outcome: 'done', kind: 'baseline' })
    expect(brief(await d.events())).toEqual(['during: user.created 0→1'])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('an outage is told once, at once where a person is needed, and so is its end', async () => {
  await d.poll({}, {})
  d.simulator.setApiKey('sim_key', { missingPermissions: true })
  await d.poll()
  await d.poll()
  expect(await types()).toEqual(['source.failing'])
  expect((await d.events())[0]?.data).toMatchObject({ message: expect.stringMatching(/convai_read/) })
  d.simulator.setApiKey('sim_key')
  await d.poll()
  await d.poll()
  expect(await types()).toEqual(['source.failing', 'source.recovered'])

  // What passes by itself is told only when it lasts.
  d.pass(60)
  d.simulator.fault({ kind: 'status', status: 503, times: 3 })
  await d.poll()
  d.pass(299)
  await d.poll()
  expect(await types()).toHaveLength(2)
  d.pass(2)
  await d.poll()
  await d.poll()
  expect(await types()).toEqual(['source.failing', 'source.recovered', 'source.failing', 'source.recovered'])
  expect(new Set((await d.events()).map(({ id }) => id)).size).toBe(4)
})

test('a dry run reports what it would do and changes nothing', async () => {
  d.simulator.call({ user_id: 'new' })
  d.simulator.call({ user_id: 'user_0000001' })
  const before = await d.redis.hgetall(d.keys.source(d.source.id).state)
  const report = await d.poll({}, { dryRun: true })
  expect(report.events).toEqual({ 'user.created': 1, 'user.conversation_count.increased': 1 })
  expect(await d.poll({}, { dryRun: true, full: true })).toMatchObject({
    kind: 'full',
    events: report.events,
  })
  const { fence: _, ...after } = await d.redis.hgetall(d.keys.source(d.source.id).state)
  const { fence: __, ...unchanged } = before
  expect(after).toEqual(unchanged)
  expect(await d.events()).toEqual([])
  expect((await d.poll()).events).toEqual(report.events)
})
