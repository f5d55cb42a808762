import { afterEach, describe, expect, test } from 'vitest'
import { ERROR_SHAPES } from '../../src/simulator/answers.ts'
import type { Fault } from '../../src/simulator/faults.ts'
import type { SimulatorOptions } from '../../src/simulator/types.ts'
import { brief, createDetection, type Detection } from './detection.ts'

/**
 * The list of what the upstream can do, case by case, over HTTP and with a real Redis: nothing is missed,
 * nothing is made up, and who runs it can see what was odd. What poll.test.ts and guards.test.ts tell at
 * length is not repeated here.
 */
let d: Detection
afterEach(() => d.close())

/** A live source of 250 users, polled a while ago. */
async function live(options: SimulatorOptions = {}) {
  d = await createDetection(options)
  d.simulator.seed({ users: 250, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3_600 })
  await d.poll()
  d.pass(600)
}
const told = async () => brief((await d.events()).filter(({ type }) => type.startsWith('user.')))

describe('rows', () => {
  test.each<[string, (now: number) => Record<string, unknown>, string[]]>([
    [
      'without an agent',
      () => ({ last_contact_agent_id: null, last_contact_agent_name: null }),
      ['odd: user.created 0→1'],
    ],
    [
      'with fields that vanish',
      () => ({ last_contact_agent_id: undefined, first_contact_unix_secs: undefined }),
      ['odd: user.created 0→1'],
    ],
    ['with numbers as text', () => ({ conversation_count: '7' }), ['odd: user.created 0→7']],
    [
      'with a first contact after the last',
      (now) => ({ first_contact_unix_secs: now + 9_999 }),
      ['odd: user.created 0→1'],
    ],
    ['dated zero', () => ({ last_contact_unix_secs: 0 }), []],
    ['dated below zero', () => ({ last_contact_unix_secs: -5 }), []],
    ['dated in milliseconds', (now) => ({ last_contact_unix_secs: now * 1_000 }), ['odd: user.created 0→1']],
    ['dated with a fraction', (now) => ({ last_contact_unix_secs: now - 0.5 }), ['odd: user.created 0→1']],
    ['with a count that is none', () => ({ conversation_count: 'several' }), []],
    ['with a count below zero', () => ({ conversation_count: -1 }), []],
    ['without a count', () => ({ conversation_count: undefined }), []],
    ['without an id', () => ({ user_id: undefined }), []],
  ])('%s disturb no other, and are told, found later, or set aside', async (_, patch, expected) => {
    await live()
    d.simulator.call({ user_id: 'odd' })
    d.simulator.call({ user_id: 'next' })
    d.simulator.overrideRow('odd', patch(d.nowSecs()))
    expect(await d.poll()).toMatchObject({ outcome: 'done' })
    expect((await told()).sort()).toEqual(['next: user.created 0→1', ...expected])
    d.pass(60)
    d.simulator.call({ user_id: 'later' })
    await d.poll({}, { full: true })
    const after = await told()
    expect(after).toContain('later: user.created 0→1')
    // What was not told by now cannot be read, and is kept to be seen.
    const aside = (await d.quarantine.list(d.source.id, { after: null, limit: 100 })).data
    expect(after.some((line) => line.startsWith('odd')) || aside.length === 1).toBe(true)
  })

  test('keep fields that nobody knows yet in the event', async () => {
    await live()
    d.simulator.call({ user_id: 'odd' })
    d.simulator.overrideRow('odd', { loyalty_tier: { name: 'gold' } })
    await d.poll()
    expect((await d.events())[0]?.data.raw).toMatchObject({ user_id: 'odd', loyalty_tier: { name: 'gold' } })
  })

  test.each([
    ['empty', ''],
    ['4 KB long', 'x'.repeat(4_096)],
    ['with line breaks', 'a\r\nb\tc'],
    ['an emoji', '👩‍👩‍👧‍👦'],
    ['right to left', '\u202egnp.exe'],
    ['of a prototype', '__proto__'],
    ['a path', '../../etc/passwd'],
    ['markup', '<script>alert(1)</script> & <!channel>'],
    ['one of two that look alike', 'e\u0301'],
    ['with a null byte', 'a\0b'],
  ])('with an id that is %s are told of once, byte for byte', async (_, id) => {
    await live()
    d.simulator.call({ user_id: id })
    await d.poll()
    d.pass(30)
    d.simulator.call({ user_id: id })
    await d.poll()
    await d.poll({}, { full: true })
    const events = await d.events()
    expect(events.map(({ data }) => (data.user as { user_id: string }).user_id)).toEqual([id, id])
    expect((await told()).map((line) => line.slice(-4).trim())).toEqual(['0→1', '1→2'])
  })

  test('with halves of a character in their id are set aside', async () => {
    await live()
    d.simulator.call({ user_id: 'half-\ud800' })
    d.simulator.call({ user_id: 'next' })
    await d.poll()
    expect(await told()).toEqual(['next: user.created 0→1'])
    expect((await d.quarantine.list(d.source.id, { after: null, limit: 100 })).data).toHaveLength(1)
  })

  test('that rise by five at once, or only change their last conversation, are one event and none', async () => {
    await live()
    for (let i = 0; i < 5; i++) d.simulator.call({ user_id: 'user_0000001' })
    await d.poll()
    expect(await told()).toEqual(['user_0000001: user.conversation_count.increased 1→6'])
    d.pass(60)
    d.simulator.overrideRow('user_0000001', {
      last_contact_unix_secs: d.nowSecs(),
      last_contact_conversation_id: 'conv_other',
    })
    await d.poll()
    expect(await told()).toHaveLength(1)
  })

  test('whose count dips and recovers are no new conversation', async () => {
    await live()
    d.simulator.call({ user_id: 'user_0000001' })
    await d.poll()
    d.simulator.overrideRow('user_0000001', { conversation_count: 1, last_contact_unix_secs: d.nowSecs() })
    await d.poll()
    d.simulator.overrideRow('user_0000001', null)
    await d.poll()
    expect(await told()).toEqual(['user_0000001: user.conversation_count.increased 1→2'])
  })

  test('with and without sentiment are read alike', async () => {
    await live({ sentiment: true })
    d.simulator.call({ user_id: 'new', sentiment_score: 0.5 })
    await d.poll()
    expect((await d.events())[0]?.data.user).toMatchObject({
      sentiment: { recent_average_sentiment_score: 0.5 },
    })
  })
})

describe.each(['offset', 'keyset', 'snapshot'] as const)('pages by %s cursors', (cursors) => {
  test('miss nobody while callers move to the top between them', async () => {
    await live({ cursors, awkwardCursors: true })
    for (let i = 0; i < 150; i++) d.simulator.call({ user_id: `burst-${i}` })
    d.beforeRequest(2, () => {
      d.pass(1)
      d.simulator.call({ user_id: 'burst-0' })
      d.simulator.call({ user_id: 'user_0000200' })
      d.simulator.call({ user_id: 'between' })
    })
    await d.poll()
    d.pass(30)
    await d.poll()
    const lines = await told()
    expect(lines.filter((line) => line.includes('created'))).toHaveLength(151)
    expect(lines).toContain('user_0000200: user.conversation_count.increased 1→2')
    expect(new Set(lines).size).toBe(lines.length)
    expect((await d.state()).known_users).toBe(401)
  })
})

/** What is odd in one answer, what the poll makes of it, and what its sentence says. */
const ODD: [name: string, fault: Fault, sentence: RegExp][] = [
  ['more that follow, and no cursor', { kind: 'next_cursor', value: 'null' }, /gave no cursor/],
  [
    'more that follow, and a cursor that is missing',
    { kind: 'next_cursor', value: 'missing' },
    /gave no cursor/,
  ],
  ['more that follow, and an empty cursor', { kind: 'next_cursor', value: 'empty' }, /gave no cursor/],
  ['an empty list', { kind: 'empty_list' }, /empty list although users are known/],
  ['a web page', { kind: 'html' }, /not JSON/],
  ['half of its JSON', { kind: 'truncated_json' }, /not JSON/],
  ['something else', { kind: 'raw', body: '{"users": 5}' }, /not a page of users/],
  ['a key that is wrong', { kind: 'status', status: 401, code: 'invalid_api_key' }, /check the key/],
  ['a key without the scope', { kind: 'status', status: 401, code: 'missing_permissions' }, /convai_read/],
  [
    '401 as it was written before',
    { kind: 'status', status: 401, code: 'invalid_api_key', shape: 'older' },
    /check the key/,
  ],
  ['402', { kind: 'status', status: 402 }, /subscription/],
  ['403 by a proxy', { kind: 'html', status: 403 }, /refused the API key/],
  ['404 for the agent', { kind: 'status', status: 404, code: 'agent_not_found' }, /does not know this agent/],
  ['408', { kind: 'status', status: 408 }, /goes on by itself/],
  ['422', { kind: 'status', status: 422, shape: 'validation', param: 'agent_id' }, /did not accept/],
  ['429', { kind: 'status', status: 429, code: 'rate_limit_exceeded' }, /asked to slow down/],
  [
    'too many at once',
    { kind: 'status', status: 429, code: 'too_many_concurrent_requests' },
    /asked to slow down/,
  ],
  ['500', { kind: 'status', status: 500 }, /goes on by itself/],
  ['a proxy’s 502', { kind: 'html', status: 502 }, /goes on by itself/],
  ['a redirect to another host', { kind: 'redirect' }, /not taken to another host/],
  ['a connection that is reset', { kind: 'reset' }, /cannot be reached/],
  ['a connection that is reset in the body', { kind: 'reset', when: 'mid_body' }, /cannot be reached/],
  ['a body of 64 MB', { kind: 'oversized_body' }, /over 32 MB/],
]

describe('an answer with', () => {
  test.each(ODD)('%s is told in a plain sentence, and nothing is lost by it', async (_, fault, sentence) => {
    await live()
    d.simulator.call({ user_id: 'new' })
    const before = await d.state()
    // `next_cursor` and the like need a page that has more behind it: the first.
    d.simulator.fault(fault)
    const report = await d.poll()
    expect(report).toMatchObject({ outcome: 'failed', events: {}, error: expect.stringMatching(sentence) })
    const state = await d.state()
    expect(state.failure).toMatch(sentence)
    expect(state.last_poll?.error).toMatch(sentence)
    expect([state.watermark, state.known_users]).toEqual([before.watermark, before.known_users])
    expect(await d.poll()).toMatchObject({ outcome: 'done', events: { 'user.created': 1 } })
    expect(await told()).toEqual(['new: user.created 0→1'])
  })

  test.each<[string, Fault]>([
    ['an empty page in between', { kind: 'empty_page' }],
    ['more rows than were asked for', { kind: 'extra_rows', extra: 40 }],
  ])('%s is read as it is', async (_, fault) => {
    await live()
    d.simulator.call({ user_id: 'new' })
    d.simulator.fault(fault)
    expect(await d.poll()).toMatchObject({ outcome: 'done', events: { 'user.created': 1 } })
    await d.poll({}, { full: true })
    expect(await told()).toEqual(['new: user.created 0→1'])
  })

  test.each(ERROR_SHAPES)('an error body of the shape "%s" is classified by what it has', async (shape) => {
    await live()
    d.simulator.fault({ kind: 'status', status: 401, shape })
    expect((await d.poll()).error).toMatch(/check the key/)
    d.simulator.fault({ kind: 'status', status: 500, shape })
    expect((await d.poll()).error).toMatch(/goes on by itself/)
    expect((await d.poll()).outcome).toBe('done')
  })

  test('its body one byte at a time is read to its end', async () => {
    // A busy machine takes its time for each.
    d = await createDetection({ deadlineMs: 60_000 })
    d.simulator.seed({ users: 2, newestUnixSecs: d.nowSecs() - 3_600 })
    await d.poll()
    d.pass(600)
    d.simulator.call({ user_id: 'new' })
    d.simulator.fault({ kind: 'slow_body', ms: 0 })
    expect(await d.poll()).toMatchObject({ outcome: 'done', events: { 'user.created': 1 } })
  })

  test('the same cursor again ends the scan, which would never end', async () => {
    await live()
    for (let i = 0; i < 220; i++) d.simulator.call({ user_id: `burst-${i}` })
    d.simulator.fault({ kind: 'next_cursor', value: 'repeated', skip: 1 })
    expect(await d.poll()).toMatchObject({
      outcome: 'failed',
      error: expect.stringMatching(/same cursor twice/),
    })
    expect((await d.poll()).events).toEqual({ 'user.created': 220 })
  })

  test('a body that stalls is given up at the deadline', async () => {
    await live()
    d.simulator.call({ user_id: 'new' })
    d.simulator.fault({ kind: 'stalled_body' })
    expect(await d.poll()).toMatchObject({
      outcome: 'failed',
      error: expect.stringMatching(/did not answer in time/),
    })
    expect((await d.poll()).events).toEqual({ 'user.created': 1 })
  }, 20_000)
})

describe('an upstream that', () => {
  test('refuses connections is waited for', async () => {
    await live()
    d.simulator.call({ user_id: 'new' })
    await d.simulator.refuseConnections()
    expect(await d.poll()).toMatchObject({
      outcome: 'failed',
      error: expect.stringMatching(/cannot be reached/),
    })
    await d.simulator.acceptConnections()
    expect((await d.poll()).events).toEqual({ 'user.created': 1 })
  })

  test('revokes the key in the middle of a scan loses nothing of what was read', async () => {
    d = await createDetection()
    d.simulator.seed({ users: 450, spacingSecs: 60, newestUnixSecs: d.nowSecs() - 3_600 })
    d.beforeRequest(3, () => d.simulator.setApiKey('another'))
    expect(await d.poll()).toMatchObject({ outcome: 'failed', error: expect.stringMatching(/check the key/) })
    expect((await d.state()).known_users).toBe(200)
    d.simulator.setApiKey('sim_key')
    await d.poll()
    expect(await d.state()).toMatchObject({ mode: 'live', known_users: 450 })
  })

  test('forgets its cursors in the middle of a full scan has it begin again, and tells of nobody gone', async () => {
    await live()
    d.simulator.fault({ kind: 'expired_cursors' })
    expect((await d.poll({}, { full: true })).outcome).toBe('failed')
    await d.poll({}, { full: true })
    await d.poll({}, { full: true })
    expect(await told()).toEqual([])
  })

  test.each(['refused', 'always_desc', 'always_asc'] as const)(
    'has sort_direction %s is read right all the same',
    async (sortDirection) => {
      await live({ sortDirection })
      d.simulator.call({ user_id: 'new' })
      expect(await d.poll()).toMatchObject({ outcome: 'done', events: { 'user.created': 1 } })
      const warnings = (await d.state()).last_poll?.warnings?.map(({ code }) => code)
      expect(warnings).toEqual(sortDirection === 'always_asc' ? ['not_newest_first'] : [])
    },
  )

  test.each([
    ['seconds', { 'retry-after': '90' }, 90, 99],
    ['a date', { 'retry-after': new Date(Date.parse('2026-03-01T12:12:00Z')).toUTCString() }, 119, 132],
    ['nothing', {}, 30, 33],
    ['0', { 'retry-after': '0' }, 30, 33],
    ['less than nothing', { 'retry-after': '-5' }, 30, 33],
    ['garbage', { 'retry-after': 'soon' }, 30, 33],
    ['a year', { 'retry-after': '31536000' }, 3_600, 3_960],
    ['a time to reset', { 'x-ratelimit-reset': '75' }, 75, 83],
  ])('asks to slow down with %s is obeyed within bounds', async (_, headers, least, most) => {
    await live()
    d.simulator.fault({ kind: 'status', status: 429, headers: headers as Record<string, string> })
    await d.poll()
    const wait = ((await d.state()).not_before - d.clock.ms) / 1_000
    expect(wait).toBeGreaterThanOrEqual(least)
    expect(wait).toBeLessThanOrEqual(most)
  })
})
