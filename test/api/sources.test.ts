import { describe, expect, test } from 'vitest'
import { RingpostError } from '../../src/errors.ts'
import { API_KEY, NOON, startTestApi, walk } from './support.ts'

const LAST_POLL = {
  at: '2026-11-23T09:59:50.000Z',
  kind: 'head',
  requests: 1,
  rows: 100,
  events: 0,
  duration_ms: 84,
  error: null,
  warnings: [],
}

/** The state hash of a source that is polled without trouble, as detection writes it. */
const LIVE = {
  mode: 'live',
  watermark: 1685404800,
  known_users: 12400,
  last_poll: JSON.stringify(LAST_POLL),
  seen_at: NOON - 10_000,
  total_polls: 210,
  failed_polls: 4,
  total_requests: 214,
  total_events: 12,
  late_changes: 3,
  quarantined_rows: 2,
}

describe('GET /v1/sources/:id', () => {
  test('has the shape of the contract, field by field', async () => {
    const api = await startTestApi()
    await api.addSource('src_default', { agent_id: 'agent_1' })
    await api.redis.hset(api.keys.source('src_default').state, LIVE)
    api.state.nextPoll = NOON + 20_000
    const { status, json, text } = await api.get('/v1/sources/src_default')
    expect(status).toBe(200)
    expect(json).toEqual({
      id: 'src_default',
      name: 'default',
      base_url: 'https://api.elevenlabs.io',
      agent_id: 'agent_1',
      branch_id: null,
      poll_interval: '30s',
      overlap: '2m',
      milestones: null,
      returned_after: '30d',
      sentiment_threshold: null,
      enrich: false,
      nudge: null,
      paused: false,
      managed_by: 'environment',
      created_at: '2026-11-23T10:00:00.000Z',
      state: 'live',
      state_detail: '12,400 users known; polling every 30s',
      attention: null,
      baseline: null,
      last_baseline: null,
      known_users: 12400,
      watermark_unix_secs: 1685404800,
      lag_secs: 10,
      next_poll_at: '2026-11-23T10:00:20.000Z',
      last_poll: LAST_POLL,
      totals: {
        polls: 210,
        failed_polls: 4,
        requests: 214,
        enrichment_requests: 0,
        events: 12,
        late_changes: 3,
        quarantined_rows: 2,
      },
    })
    expect(text).not.toContain(API_KEY)
  })

  test('of a source that was never polled', async () => {
    const api = await startTestApi()
    await api.addSource('src_new', { poll_interval_ms: 1_500 })
    expect((await api.get('/v1/sources/src_new')).json).toMatchObject({
      poll_interval: '1500ms',
      state: 'baseline',
      known_users: 0,
      watermark_unix_secs: null,
      next_poll_at: null,
      last_poll: null,
      totals: { polls: 0, requests: 0, events: 0, late_changes: 0, quarantined_rows: 0 },
    })
  })

  test('of a failing source tells when it is really tried again', async () => {
    const api = await startTestApi()
    await api.addSource('src_default')
    await api.redis.hset(api.keys.source('src_default').state, {
      ...LIVE,
      failing_since: NOON - 60_000,
      failure: 'The API key was refused (401).',
      not_before: NOON + 65_000,
    })
    // The scheduler's tick comes too early to be a poll.
    api.state.nextPoll = NOON + 10_000
    expect((await api.get('/v1/sources/src_default')).json).toMatchObject({
      state: 'failing',
      state_detail: 'The API key was refused (401). Next try in 65s.',
      next_poll_at: '2026-11-23T10:01:05.000Z',
    })
  })

  test('whose baseline begins at no date is shown all the same', async () => {
    const api = await startTestApi()
    await api.addSource('src_default')
    await api.redis.hset(api.keys.source('src_default').state, {
      mode: 'baseline',
      announce_since: String(2 ** 52),
      baseline_started: String(-(2 ** 52)),
    })
    const { status, json } = await api.get('/v1/sources/src_default')
    expect([status, json]).toEqual([
      200,
      expect.objectContaining({ baseline: { reason: 'first', since: null, started_at: null, recorded: 0 } }),
    ])
  })

  test('of a paused source says that nothing is planned', async () => {
    const api = await startTestApi()
    const source = await api.addSource('src_default')
    await api.redis.hset(api.keys.sources, source.id, JSON.stringify({ ...source, paused: true }))
    api.state.nextPoll = NOON + 10_000
    const { json } = await api.get('/v1/sources/src_default')
    expect(json).toMatchObject({ paused: true, state: 'paused', next_poll_at: null })
  })

  test('of a source that waits for a person says what for', async () => {
    const api = await startTestApi()
    await api.addSource('src_default')
    const attention = {
      scan: 'head',
      since: NOON,
      users: 900,
      message: '900 new users at once. Accept them.',
    }
    api.state.nextPoll = NOON + 10_000
    const key = api.keys.source('src_default').state
    await api.redis.hset(key, { ...LIVE, attention: JSON.stringify({ ...attention, kind: 'flood' }) })
    const flood = (await api.get('/v1/sources/src_default')).json
    expect(flood).toMatchObject({
      state: 'needs_attention',
      state_detail: '900 new users at once. Accept them.',
      next_poll_at: null,
    })
    // Removals that are held back do not stop the polls.
    await api.redis.hset(key, { attention: JSON.stringify({ ...attention, kind: 'mass_removal' }) })
    expect((await api.get('/v1/sources/src_default')).json).toMatchObject({
      state: 'needs_attention',
      next_poll_at: '2026-11-23T10:00:10.000Z',
    })
  })

  test('of none', async () => {
    const api = await startTestApi()
    const answer = await api.get('/v1/sources/src_nope')
    expect(answer.status).toBe(404)
    expect(answer.json).toMatchObject({ code: 'not_found', detail: expect.stringContaining('src_nope') })
  })
})

describe('GET /v1/sources', () => {
  test('pages, oldest first, while sources are added', async () => {
    const api = await startTestApi()
    // Two of each moment, so that pages end between equals.
    for (let i = 0; i < 6; i++) {
      api.clock.now = NOON + Math.floor(i / 2)
      await api.addSource(`src_${i}`)
    }
    api.clock.now = NOON + 100
    const pages = await walk(api, '/v1/sources?limit=3', async () => void (await api.addSource('src_late')))
    expect(pages.map((page) => page.map(({ id }) => id))).toEqual([
      ['src_0', 'src_1', 'src_2'],
      ['src_3', 'src_4', 'src_5'],
      ['src_late'],
    ])
  })

  test.each([
    'limit=0',
    'limit=251',
    'limit=1.5',
    'limit=',
    'limit=ten',
    'limit=0x10',
    'limit=1&limit=2',
    'limit=-1',
  ])('refuses %s', async (query) => {
    const api = await startTestApi()
    const answer = await api.get(`/v1/sources?${query}`)
    expect(answer.status).toBe(400)
    expect(answer.json.errors).toEqual([{ path: 'limit', message: expect.stringContaining('must be') }])
  })

  test('refuses what it does not know', async () => {
    const api = await startTestApi()
    const answer = await api.get('/v1/sources?page=2')
    expect(answer.json.errors).toEqual([{ path: 'page', message: 'is not a known field' }])
  })
})

describe('POST /v1/sources/:id/poll', () => {
  test('answers what the poll found', async () => {
    const api = await startTestApi()
    await api.addSource('src_default')
    api.state.report = {
      ...api.state.report,
      duration_ms: 96,
      events: { 'user.created': 1, 'user.conversation_count.increased': 2 },
    }
    const { status, json } = await api.post('/v1/sources/src_default/poll', {})
    expect(status).toBe(200)
    expect(json).toEqual({
      kind: 'head',
      requests: 1,
      rows: 100,
      events: { 'user.created': 1, 'user.conversation_count.increased': 2 },
      duration_ms: 96,
    })
  })

  test('needs no body, and scans the whole list on demand', async () => {
    const api = await startTestApi()
    await api.addSource('src_default')
    const path = '/v1/sources/src_default/poll'
    const json = { headers: { 'content-type': 'application/json' } }
    const answers = [
      await api.post(path),
      await api.post(path, undefined, { raw: '', ...json }),
      await api.post(path, undefined, { raw: 'null' }),
      await api.post(path, { full: false }),
      await api.post(path, { full: true }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(api.state.polls.map(({ full }) => full)).toEqual([false, false, false, false, true])
  })

  test('refuses what it does not know', async () => {
    const api = await startTestApi()
    await api.addSource('src_default')
    const unknown = await api.post('/v1/sources/src_default/poll', { fulll: true })
    expect(unknown.json).toMatchObject({
      status: 400,
      errors: [{ path: 'fulll', message: 'is not a known field' }],
    })
    const wrong = await api.post('/v1/sources/src_default/poll', { full: 'yes' })
    expect(wrong.json.errors).toEqual([{ path: 'full', message: 'must be true or false' }])
    expect((await api.post('/v1/sources/src_nope/poll')).status).toBe(404)
    expect(api.state.polls).toEqual([])
  })

  test('tells why a poll failed', async () => {
    const api = await startTestApi()
    await api.addSource('src_default')
    api.state.report = { ...api.state.report, outcome: 'failed', error: 'The API key was refused (401).' }
    const answer = await api.post('/v1/sources/src_default/poll')
    expect(answer.json).toMatchObject({
      status: 502,
      code: 'upstream_failed',
      detail: 'The API key was refused (401).',
    })
  })

  test('says that the source is busy, however it is told', async () => {
    const api = await startTestApi()
    await api.addSource('src_default')
    api.state.report = { ...api.state.report, outcome: 'busy' }
    const reported = await api.post('/v1/sources/src_default/poll')
    expect(reported.json).toMatchObject({ status: 409, code: 'source_busy' })
    const other = await startTestApi({
      poll: () => Promise.reject(new RingpostError('source_busy', 'Another process polls.')),
    })
    const thrown = await other.post('/v1/sources/src_default/poll')
    expect(thrown.json).toMatchObject({ status: 409, code: 'source_busy', detail: 'Another process polls.' })
  })
})

describe('GET /v1/sources/:id/quarantine', () => {
  test('pages through the rows that could not be read, newest first', async () => {
    const api = await startTestApi()
    await api.addSource('src_default')
    for (let i = 0; i < 5; i++) {
      api.clock.now = NOON + Math.floor(i / 2)
      await api.quarantine.add('src_default', [{ row: `{"n":${i}}`, reason: 'user_id is missing' }])
    }
    const pages = await walk(api, '/v1/sources/src_default/quarantine?limit=2', async () => {
      api.clock.now = NOON + 50
      await api.quarantine.add('src_default', [{ row: '{"n":"late"}', reason: 'user_id is missing' }])
    })
    expect(pages.map((page) => page.length)).toEqual([2, 2, 1])
    expect(
      pages
        .flat()
        .map(({ row }) => JSON.parse(row).n)
        .sort(),
    ).toEqual([0, 1, 2, 3, 4])
    expect(pages[0]?.[0]).toEqual({
      row: '{"n":4}',
      reason: 'user_id is missing',
      first_seen: '2026-11-23T10:00:00.002Z',
    })
    expect((await api.get('/v1/sources/src_nope/quarantine')).status).toBe(404)
  })
})
