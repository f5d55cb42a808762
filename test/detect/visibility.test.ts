import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { acceptAttention } from '../../src/detect/accept.ts'
import { conditionOf, describeState } from '../../src/detect/source-state.ts'
import { deleteKeys } from '../../src/redis/delete-keys.ts'
import { allKeys } from '../support/redis.ts'
import { brief, createDetection, type Detection } from './detection.ts'

let d: Detection
beforeEach(async () => {
  d = await createDetection()
  d.simulator.seed({ users: 200, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3600 })
  await d.poll()
  d.pass(600)
})
afterEach(() => d.close())

const fullScan = () => d.poll({}, { full: true })
const warnings = async () => (await d.state()).last_poll?.warnings?.map(({ code }) => code)
const accept = (as: 'events' | 'baseline') =>
  acceptAttention({ redis: d.redis, keys: d.keys, store: d.store }, d.source.id, as)
const inWords = async () => describeState(await d.state(), { paused: false, intervalMs: 30_000 }, d.clock.ms)

describe('what a poll has seen is told with it', () => {
  test('nothing, where all is well', async () => {
    d.simulator.call({ user_id: 'new' })
    await d.poll()
    expect(await warnings()).toEqual([])
  })

  test('a list that is not newest first', async () => {
    d.simulator.fault({ kind: 'wrong_order' })
    await d.poll()
    expect(await warnings()).toEqual(['not_newest_first'])
    await d.poll()
    expect(await warnings()).toEqual([])
  })

  test('rows that cannot be read, at each poll that meets them', async () => {
    d.simulator.call({ user_id: 'bad' })
    d.simulator.overrideRow('bad', { conversation_count: null })
    await d.poll()
    await d.poll()
    expect(await warnings()).toEqual(['rows_unreadable'])
    expect((await d.state()).quarantined_rows).toBe(1)
  })

  test('rows dated in the future, in milliseconds for instance', async () => {
    d.simulator.call({ user_id: 'ms' })
    d.simulator.overrideRow('ms', { last_contact_unix_secs: d.clock.ms })
    await d.poll()
    expect(await warnings()).toEqual(['rows_in_future'])
  })

  test('changes that surface below the watermark', async () => {
    d.simulator.call({ user_id: 'on-time' })
    await d.poll()
    d.simulator.call({ user_id: 'late', at_unix_secs: d.nowSecs() - 60 })
    await d.poll()
    expect(await warnings()).toEqual(['changes_late'])
  })
})

test('a list whose every row cannot be read fails after a hundred pages, and says what it looks like', async () => {
  d.simulator.seed({ users: 10_500, idOf: (i) => `r-${i}`, spacingSecs: 0, newestUnixSecs: d.nowSecs() })
  for (let i = 0; i < 10_500; i++) d.simulator.overrideRow(`r-${i}`, { conversation_count: 'many' })
  const report = await d.poll()
  expect(report).toMatchObject({ outcome: 'failed', requests: 101 })
  expect(report.error).toMatch(/format of the list seems to have changed/)
  expect(conditionOf(await d.state(), false)).toBe('failing')
})

test('its sentence says how often it is polled, and at what pace just now', async () => {
  expect(await inWords()).toBe('200 users known; polling every 30s')
  d.simulator.call({ user_id: 'caller' })
  await d.poll()
  expect(await inWords()).toBe(
    '201 users known; polling every 30s, at present about every 15s, for the last poll found something',
  )
  for (let i = 0; i < 10; i++) await d.poll()
  expect(await inWords()).toBe(
    '201 users known; polling every 30s, at present about every 38s, for 10 polls in a row found nothing',
  )
})

describe('why a baseline is taken', () => {
  test('of a new source, and how it ended', async () => {
    expect(await d.state()).toMatchObject({
      mode: 'live',
      baseline_reason: 'first',
      last_baseline: { reason: 'first', users: 200 },
    })
    expect(await inWords()).toBe('200 users known; polling every 30s')
  })

  test('of one whose key has changed', async () => {
    d.simulator.setApiKey('another')
    d.simulator.fault({ kind: 'status', status: 500, skip: 1, times: 4 })
    await d.poll({ apiKey: 'another' })
    expect(await d.state()).toMatchObject({ mode: 'baseline', baseline_reason: 'settings_changed' })
    d.pass(3600)
    await d.poll({ apiKey: 'another' })
    expect(await d.state()).toMatchObject({ mode: 'live', last_baseline: { reason: 'settings_changed' } })
  })

  test('of one that Redis has lost', async () => {
    d.simulator.call({ user_id: 'before' })
    await d.poll()
    await deleteKeys(d.redis, d.keys.prefix)
    d.simulator.fault({ kind: 'status', status: 404, code: 'agent_not_found', skip: 1 })
    await d.poll()
    expect(await d.state()).toMatchObject({ mode: 'baseline', baseline_reason: 'redis_lost' })
    await d.poll()
    expect((await d.state()).last_baseline).toMatchObject({ reason: 'redis_lost', users: 201 })
    expect(await d.events()).toSatisfy((events: { type: string }[]) =>
      events.every(({ type }) => type.startsWith('source.')),
    )
  })
})

test('how old the view of the list is follows the polls that read its top to the end', async () => {
  await d.poll()
  const seen = (await d.state()).seen_at
  expect(seen).toBe(d.clock.ms)
  d.pass(60)
  d.simulator.fault({ kind: 'status', status: 500 })
  await d.poll()
  expect((await d.state()).seen_at).toBe(seen)
  await d.poll()
  expect((await d.state()).seen_at).toBe(d.clock.ms)
})

test('a refused cursor starts again at once, but an upstream that refuses every cursor is not hammered', async () => {
  for (let i = 0; i < 120; i++) d.simulator.call({ user_id: `burst-${i}` })
  d.simulator.fault({ kind: 'status', status: 400, code: 'invalid_cursor', skip: 1 })
  await d.poll()
  expect((await d.state()).not_before).toBe(d.clock.ms)
  d.simulator.fault({ kind: 'status', status: 400, code: 'invalid_cursor', skip: 1 })
  await d.poll()
  expect((await d.state()).not_before).toBeGreaterThanOrEqual(d.clock.ms + 15_000)
  expect(await d.poll()).toMatchObject({ outcome: 'done' })
})

test('removals that were held back need no decision any more when the users are back', async () => {
  const gone = Array.from({ length: 40 }, (_, i) => `user_${String(i + 1).padStart(7, '0')}`)
  for (const user of gone) d.simulator.removeUser(user)
  await fullScan()
  await fullScan()
  expect(conditionOf(await d.state(), false)).toBe('needs_attention')
  await fullScan()
  expect(conditionOf(await d.state(), false)).toBe('needs_attention')
  for (const user of gone) d.simulator.restoreUser(user)
  await fullScan()
  expect(conditionOf(await d.state(), false)).toBe('live')
  expect((await d.events()).map(({ type }) => type)).toEqual(['source.needs_attention'])
  // Gone again, it is told again.
  d.pass(60)
  for (const user of gone) d.simulator.removeUser(user)
  await fullScan()
  await fullScan()
  expect((await d.events()).map(({ type }) => type)).toEqual([
    'source.needs_attention',
    'source.needs_attention',
  ])
})

test('a flood that only a full scan has found is let through by the next one, and by no later flood', async () => {
  d.simulator.seed({ users: 501, idOf: (i) => `old-${i}`, spacingSecs: 1, newestUnixSecs: 1_000_000 })
  expect((await fullScan()).outcome).toBe('failed')
  await accept('events')
  // On schedule: nobody has to ask for the full scan.
  expect(await d.tick()).toMatchObject({ kind: 'full', events: { 'user.created': 501 } })
  expect((await d.state()).flood_accepted).toBeUndefined()
  d.pass(600)
  d.simulator.seed({ users: 502, idOf: (i) => `more-${i}`, spacingSecs: 0, newestUnixSecs: d.nowSecs() })
  expect((await d.poll()).outcome).toBe('failed')
})

test('a decision that comes while a scan is at work is kept for the next one', async () => {
  const gone = Array.from({ length: 40 }, (_, i) => `user_${String(i + 1).padStart(7, '0')}`)
  for (const user of gone) d.simulator.removeUser(user)
  await fullScan()
  await fullScan()
  d.beforeRequest(3, () => void accept('baseline'))
  await fullScan()
  await d.tick()
  expect(await d.state()).toMatchObject({ known_users: 160 })
  expect((await d.state()).attention).toBeUndefined()
})

test('a key that cannot be opened is told, drops nothing, and recovers once it can', async () => {
  const report = await d.poll({ apiKey: null })
  expect(report).toMatchObject({ outcome: 'failed', requests: 0, error: expect.stringMatching(/master key/) })
  expect(conditionOf(await d.state(), false)).toBe('failing')
  expect(await d.state()).toMatchObject({ known_users: 200, mode: 'live' })
  d.simulator.call({ user_id: 'next' })
  expect(await d.poll()).toMatchObject({ outcome: 'done', events: { 'user.created': 1 } })
})

describe('a dry run', () => {
  const dump = async () => {
    const entries: Record<string, unknown> = {}
    for (const key of await allKeys(d.redis, `${d.keys.prefix}*`)) {
      if (key.endsWith(':lease')) continue
      const value = await d.redis.dumpBuffer(key)
      entries[key] = key.endsWith(':state')
        ? { ...(await d.redis.hgetall(key)), fence: '' }
        : value?.toString('hex')
    }
    return entries
  }

  test('of a source that was never polled changes nothing', async () => {
    await deleteKeys(d.redis, d.keys.prefix)
    const report = await d.poll({}, { dryRun: true })
    expect(report).toMatchObject({ outcome: 'done', kind: 'baseline', rows: 200, events: {} })
    expect(await dump()).toEqual({})
  })

  test('of a source whose settings have changed says that there is nothing to compare', async () => {
    const before = await dump()
    d.simulator.setApiKey('another')
    const report = await d.poll({ apiKey: 'another' }, { dryRun: true, full: true })
    expect(report).toMatchObject({ outcome: 'failed', error: expect.stringMatching(/new baseline/) })
    expect(await dump()).toEqual(before)
  })

  test('with news, bad rows and removals changes nothing, and is in the history of polls', async () => {
    d.simulator.removeUser('user_0000005')
    d.simulator.call({ user_id: 'new' })
    d.simulator.call({ user_id: 'bad' })
    d.simulator.overrideRow('bad', { conversation_count: 'x' })
    const before = await dump()
    expect((await d.poll({}, { dryRun: true, full: true })).events).toEqual({ 'user.created': 1 })
    expect((await d.poll({}, { dryRun: true })).events).toEqual({ 'user.created': 1 })
    const { polls } = d.keys.source(d.source.id)
    expect({ ...(await dump()), [polls]: '' }).toEqual({ ...before, [polls]: '' })
    const page = { since: null, until: null, after: null, limit: 3 }
    const { data } = await d.history.list(d.source.id, page)
    expect(data.map(({ dry_run, kinds }) => [dry_run, kinds])).toEqual([
      [true, { head: 1 }],
      [true, { full: 1 }],
      [false, { baseline: 1 }],
    ])
    await d.poll()
    expect(brief(await d.events())).toEqual(['new: user.created 0→1'])
  })

  test('that reads the whole list holds up no poll, and counts nobody twice', async () => {
    d.simulator.call({ user_id: 'new' })
    let meanwhile: Promise<unknown> = Promise.resolve()
    d.beforeRequest(2, () => {
      d.pass(40)
      meanwhile = d.poll()
    })
    expect((await d.poll({}, { dryRun: true, full: true })).events).toEqual({ 'user.created': 1 })
    expect(await meanwhile).toMatchObject({ outcome: 'done', events: { 'user.created': 1 } })
  })
})

test('what ringpost itself cannot carry through is seen in the state, and passes when it is mended', async () => {
  const key = d.keys.source(d.source.id).users('user_0000003')
  const packed = await d.redis.hgetBuffer(key, 'user_0000003')
  await d.redis.hset(key, 'user_0000003', Buffer.from([0]))
  await expect(d.poll()).rejects.toThrow(/another version/)
  expect(conditionOf(await d.state(), false)).toBe('failing')
  expect(await inWords()).toMatch(/could not carry the poll through: A snapshot has layout 0/)
  expect((await d.tick()).outcome).toBe('waiting')
  await d.redis.hset(key, 'user_0000003', packed ?? '')
  await d.poll()
  expect(conditionOf(await d.state(), false)).toBe('live')
})

test('another sentiment threshold judges everybody anew in silence, and tells who falls after that', async () => {
  const threshold = (sentimentThreshold: number) => ({ sentimentThreshold })
  const call = (user_id: string, sentiment_score: number) => d.simulator.call({ user_id, sentiment_score })
  await d.close()
  d = await createDetection({ sentiment: true })
  for (let i = 0; i < 50; i++) call(`user-${i}`, 0)
  await d.poll(threshold(-0.5))
  d.pass(600)
  // Below the new one are all, and above it is nobody who was not before.
  expect(await d.poll(threshold(0.5))).toMatchObject({ kind: 'full', rows: 100, events: {} })
  d.pass(600)
  expect(await d.poll(threshold(0.5))).toMatchObject({ kind: 'head', events: {} })
  for (let i = 0; i < 30; i++) call('user-1', 1)
  await d.poll(threshold(0.5))
  d.pass(30)
  for (let i = 0; i < 90; i++) call('user-1', -1)
  expect((await d.poll(threshold(0.5))).events).toMatchObject({ 'user.sentiment.dropped': 1 })
})

test('rows that could not be read are found by their user, wherever in the row the id is', async () => {
  const users = [
    { most_frustrated: [{ user_id: 'another' }], user_id: 'one', conversation_count: 'x' },
    { note: 'x'.repeat(5_000), user_id: 'one', conversation_count: 'x' },
    { user_id: 'one too', conversation_count: 'x' },
  ]
  d.simulator.fault({ kind: 'raw', body: JSON.stringify({ users, has_more: false }) })
  await d.poll()
  expect(await d.quarantine.erase(d.source.id, 'one')).toBe(2)
  expect((await d.quarantine.list(d.source.id, { after: null, limit: 100 })).data).toHaveLength(1)
})

test('a key that upstream repeats in its error is not shown', async () => {
  const message = 'The key sk_0123456789 is not valid'
  d.simulator.fault({ kind: 'status', status: 401, code: 'invalid_api_key', message })
  const { error } = await d.poll({ apiKey: 'sk_0123456789' })
  expect(error).toMatch(/The key … is not valid/)
})

test('rows that are nested so deep that nothing can write them stop no other', async () => {
  const deep = '['.repeat(50_000) + ']'.repeat(50_000)
  const odd = (id: string, rest: string) => `{"user_id":"${id}","last_contact_unix_secs":5,${rest}}`
  const users = [
    odd('raw', `"conversation_count":1,"x":${deep}`),
    // As deep as can just be written, and not within an event.
    odd('edge', `"conversation_count":1,"x":${'['.repeat(4_450) + ']'.repeat(4_450)}`),
    odd('mood', `"conversation_count":1,"sentiment":${deep}`),
    odd('bad', `"conversation_count":"x","x":${deep}`),
    deep,
    odd('other', '"conversation_count":1'),
  ]
  d.simulator.fault({ kind: 'raw', body: `{"users":[${users}],"has_more":false}` })
  expect(await d.poll()).toMatchObject({ outcome: 'done', events: { 'user.created': 4 } })
  const aside = (await d.quarantine.list(d.source.id, { after: null, limit: 100 })).data
  expect(aside.map(({ row }) => row).sort()).toEqual(['{"user_id":"bad"}', '{}'])
})
