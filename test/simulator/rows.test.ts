import { describe, expect, test } from 'vitest'
import { ids, NOW, NOW_SECS, start } from './support.ts'

const HOSTILE = [
  '__proto__',
  'constructor',
  'line\nbreak\r\ttab',
  '☎️👩‍👧 \u202Ertl\u202C',
  '../../etc/passwd',
  '<script>alert(1)</script>',
  '',
  ' ',
  '%2F+%00 &=?#',
  '\u0000',
  'é vs e\u0301',
  'x'.repeat(10_240),
  '☎'.repeat(3500),
]

test('a row has the fields of the upstream schema and no others', async () => {
  const { simulator, page } = await start()
  const conversation_id = simulator.call({ user_id: '+12025550123', agent_id: 'agent_a', agent_name: 'Desk' })
  expect((await page()).users).toEqual([
    {
      user_id: '+12025550123',
      last_contact_unix_secs: NOW_SECS,
      first_contact_unix_secs: NOW_SECS,
      conversation_count: 1,
      last_contact_conversation_id: conversation_id,
      last_contact_agent_id: 'agent_a',
      last_contact_agent_name: 'Desk',
    },
  ])
})

test('hostile ids come back byte for byte, in pages, in search and across cursors', async () => {
  const { simulator, scan, page } = await start()
  for (const [i, user_id] of HOSTILE.entries()) simulator.call({ user_id, at_unix_secs: NOW_SECS - i })
  expect(ids(await scan({ page_size: 1 }))).toEqual(HOSTILE)
  for (const user_id of HOSTILE.filter((id) => id !== '')) {
    expect(ids(await page({ search: user_id }))).toEqual([user_id])
  }
  simulator.overrideRow('__proto__', { conversation_count: 9 })
  simulator.removeUser('constructor')
  const { users } = await page({ page_size: 100 })
  expect(users[0]).toMatchObject({ user_id: '__proto__', conversation_count: 9 })
  expect(users.map((row) => row.user_id)).not.toContain('constructor')
})

describe('conversations', () => {
  test('an older one that arrives late raises the count and leaves the last contact', async () => {
    const { simulator, page } = await start()
    const newest = simulator.call({ user_id: 'ann', at_unix_secs: NOW_SECS })
    await page()
    simulator.call({ user_id: 'ann', at_unix_secs: NOW_SECS - 500 })
    expect((await page()).users[0]).toMatchObject({
      conversation_count: 2,
      last_contact_unix_secs: NOW_SECS,
      first_contact_unix_secs: NOW_SECS - 500,
      last_contact_conversation_id: newest,
    })
  })

  test('a late row appears when the clock says so, at its own time', async () => {
    const { simulator, clock, page } = await start()
    simulator.call({ user_id: 'early', at_unix_secs: NOW_SECS - 5 })
    simulator.call({ user_id: 'later', at_unix_secs: NOW_SECS - 10, visible_after_ms: 3000 })
    simulator.call({ user_id: 'late', at_unix_secs: NOW_SECS - 9, visible_after_ms: 2000 })
    expect(ids(await page())).toEqual(['early'])
    clock.now = NOW + 1999
    expect(ids(await page())).toEqual(['early'])
    clock.now = NOW + 2000
    expect(simulator.userCount).toBe(2)
    expect(ids(await page())).toEqual(['early', 'late'])
    clock.now = NOW + 9000
    simulator.overrideRow('later', { note: 1 })
    expect(ids(await page())).toEqual(['early', 'late', 'later'])
  })

  test('timestamps may be absurd', async () => {
    const { simulator, page } = await start()
    for (const at_unix_secs of [0, -5, NOW, NOW_SECS + 86_400]) {
      simulator.call({ user_id: `at ${at_unix_secs}`, at_unix_secs })
    }
    const { users } = await page()
    expect(users.map((row) => row.last_contact_unix_secs)).toEqual([NOW, NOW_SECS + 86_400, 0, -5])
  })

  test('no agent', async () => {
    const { simulator, page } = await start()
    simulator.call({ user_id: 'ann', agent_id: null })
    expect((await page()).users[0]).toMatchObject({
      last_contact_agent_id: null,
      last_contact_agent_name: null,
    })
  })
})

describe('removal and return', () => {
  test('a removed user comes back as it was', async () => {
    const { simulator, page } = await start()
    simulator.seed({ users: 3, count: 7, idOf: (i) => `u${i}` })
    simulator.call({ user_id: 'u1', at_unix_secs: NOW_SECS - 1 })
    const before = await page()
    simulator.removeUser('u1')
    expect(ids(await page())).toEqual(['u0', 'u2'])
    expect(simulator.userCount).toBe(2)
    simulator.restoreUser('u1')
    expect(await page()).toEqual(before)
    expect(simulator.userCount).toBe(3)
  })

  test('a call after removal starts the count anew; restoring adds the rest', async () => {
    const { simulator, page } = await start()
    for (let i = 0; i < 4; i++) simulator.call({ user_id: 'ann', at_unix_secs: NOW_SECS - 100 })
    simulator.removeUser('ann')
    simulator.removeUser('ann')
    simulator.call({ user_id: 'ann' })
    expect((await page()).users[0]).toMatchObject({
      conversation_count: 1,
      first_contact_unix_secs: NOW_SECS,
    })
    simulator.restoreUser('ann')
    const restored = { conversation_count: 5, first_contact_unix_secs: NOW_SECS - 100 }
    expect((await page()).users[0]).toMatchObject(restored)
  })

  test('an unknown user is an error that names it', async () => {
    const { simulator } = await start()
    expect(() => simulator.removeUser('nobody')).toThrow('The simulator knows no user "nobody".')
    expect(() => simulator.restoreUser('nobody')).toThrow('nobody')
    expect(() => simulator.overrideRow('nobody', {})).toThrow('nobody')
  })
})

describe('overrides', () => {
  test('show any JSON, make fields vanish, and end', async () => {
    const { simulator, page } = await start()
    simulator.call({ user_id: 'ann' })
    const [before] = (await page()).users
    const patch = JSON.parse('{"__proto__": 1, "extra": {"deep": [null]}, "first_contact_unix_secs": 9e12}')
    simulator.overrideRow('ann', { ...patch, last_contact_agent_id: undefined, user_id: 17 })
    const [row] = (await page()).users
    expect(row).not.toHaveProperty('last_contact_agent_id')
    expect(row).toMatchObject({ user_id: 17, extra: { deep: [null] }, first_contact_unix_secs: 9e12 })
    expect(Object.keys(row ?? {})).toContain('__proto__')
    simulator.overrideRow('ann', null)
    expect((await page()).users[0]).toEqual(before)
  })

  test('survive later calls, and the list sorts by what it shows where that is a number', async () => {
    const { simulator, page } = await start()
    simulator.seed({ users: 3, idOf: (i) => `u${i}`, newestUnixSecs: NOW_SECS - 10 })
    simulator.overrideRow('u2', { last_contact_unix_secs: NOW, conversation_count: '12' })
    simulator.overrideRow('u0', { last_contact_unix_secs: null })
    expect(ids(await page())).toEqual(['u2', 'u0', 'u1'])
    simulator.call({ user_id: 'u2' })
    const { users } = await page()
    expect(users.map((row) => row.user_id)).toEqual(['u2', 'u0', 'u1'])
    expect(users[0]).toMatchObject({ last_contact_unix_secs: NOW, conversation_count: '12' })
    simulator.overrideRow('u2', null)
    expect((await page()).users[0]).toMatchObject({ last_contact_unix_secs: NOW_SECS, conversation_count: 2 })
  })

  test('play a count that falls and rises again', async () => {
    const { simulator, page } = await start()
    const count = async () => (await page()).users[0]?.conversation_count
    simulator.seed({ users: 1, count: 8, idOf: () => 'ann' })
    simulator.overrideRow('ann', { conversation_count: 3 })
    expect(await count()).toBe(3)
    simulator.overrideRow('ann', null)
    simulator.call({ user_id: 'ann' })
    expect(await count()).toBe(9)
  })
})

test('sentiment only where an option asks for it', async () => {
  const { simulator, page } = await start({ sentiment: true })
  simulator.call({ user_id: 'new' })
  for (const [i, sentiment_score] of [0.9, 0.5, -0.5, -0.5, -0.5, -1, 0].entries()) {
    const at_unix_secs = NOW_SECS - 100 + i
    simulator.call({ user_id: 'ann', sentiment_score, frustration_score: i / 10, at_unix_secs })
  }
  const { users } = await page()
  expect(users[0]?.sentiment).toMatchObject({ scored_conversation_count: 0, average_sentiment_score: null })
  expect(users[1]?.sentiment).toMatchObject({
    scored_conversation_count: 7,
    positive_count: 2,
    neutral_count: 1,
    negative_count: 4,
    recent_scored_conversation_count: 5,
    recent_positive_count: 0,
    recent_average_sentiment_score: -0.5,
  })
  expect(users[1]?.most_frustrated_conversations).toMatchObject([
    { overall_frustration_score: 0.6, overall_label: 'neutral' },
    { overall_frustration_score: 0.5, overall_label: 'negative' },
    { overall_frustration_score: 0.4 },
  ])
})

describe('GET /v1/convai/conversations/:id', () => {
  test('tells about a call', async () => {
    const { simulator, get } = await start()
    const id = simulator.call({
      user_id: '+12025550123',
      agent_id: 'agent_a',
      agent_name: 'Desk',
      duration_secs: 95,
      summary: 'Asked for the hours.',
      successful: true,
    })
    const response = await get(`/v1/convai/conversations/${id}`)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({
      conversation_id: id,
      status: 'done',
      agent_id: 'agent_a',
      agent_name: 'Desk',
      user_id: '+12025550123',
      metadata: {
        start_time_unix_secs: NOW_SECS,
        call_duration_secs: 95,
        phone_call: { external_number: '+12025550123' },
      },
      analysis: { transcript_summary: 'Asked for the hours.', call_successful: 'success' },
    })
  })

  test('knows seeded conversations, and no removed or unknown ones', async () => {
    const { simulator, page, get } = await start()
    simulator.seed({ users: 2, count: 2, idOf: (i) => `u${i}` })
    const called = simulator.call({ user_id: 'u9' })
    const [, first] = (await page()).users
    const id = first?.last_contact_conversation_id
    const statusOf = async (conversation: unknown) =>
      (await get(`/v1/convai/conversations/${conversation}`)).status
    expect(await statusOf(id)).toBe(200)
    expect(await statusOf(called)).toBe(200)
    simulator.removeUser(first?.user_id ?? '')
    simulator.removeUser('u9')
    expect(await statusOf(id)).toBe(404)
    expect(await statusOf(called)).toBe(404)
    for (const unknown of ['conv_none', 'conv_seed_1_2', 'conv_seed_99_0', '%E0%A4%A', '__proto__']) {
      expect(await statusOf(unknown)).toBe(404)
    }
  })

  test('answers 404 for a while although the list shows it, or shows it while it is processed', async () => {
    const { simulator, clock, get } = await start()
    const slow = simulator.call({ user_id: 'a', detail_after_ms: 1000 })
    const late = simulator.call({ user_id: 'b', visible_after_ms: 1000 })
    expect((await get(`/v1/convai/conversations/${slow}`)).status).toBe(404)
    const processing = await (await get(`/v1/convai/conversations/${late}`)).json()
    expect(processing).toMatchObject({ status: 'processing', analysis: null })
    clock.now += 1000
    for (const id of [slow, late]) {
      expect(await (await get(`/v1/convai/conversations/${id}`)).json()).toMatchObject({ status: 'done' })
    }
  })
})
