import { describe, expect, test } from 'vitest'
import { GOES_ON, UpstreamError } from '../../src/elevenlabs/upstream-error.ts'
import { NOON, startTestApi, type TestApi, userEvent } from './support.ts'

const KEY = 'sk_second_key_that_is_never_shown'
const BODY = { name: 'support', api_key: KEY }

async function create(api: TestApi, more: object = {}) {
  const answer = await api.post('/v1/sources', { ...BODY, ...more })
  expect(answer.status, answer.text).toBe(201)
  return answer.json
}

const schedule = async (api: TestApi, id: string) => {
  const scheduler = await api.queues.pollSchedule(id)
  return scheduler === null ? null : scheduler.everyMs
}

describe('POST /v1/sources', () => {
  test('makes a source with the defaults, polled at once', async () => {
    const api = await startTestApi()
    const source = await create(api)
    expect(source).toMatchObject({
      id: expect.stringMatching(/^src_[0-9a-f]{24}$/),
      name: 'support',
      base_url: 'https://api.elevenlabs.io',
      agent_id: null,
      branch_id: null,
      poll_interval: '30s',
      overlap: '2m',
      milestones: null,
      returned_after: '30d',
      sentiment_threshold: null,
      enrich: false,
      paused: false,
      managed_by: 'api',
      state: 'baseline',
      baseline: { reason: 'first', since: null, started_at: null, recorded: 0 },
      created_at: new Date(NOON).toISOString(),
    })
    expect((await api.get(`/v1/sources/${source.id}`)).json).toEqual(source)
    expect(await schedule(api, source.id)).toBe(30_000)
  })

  test('keeps the key encrypted, and shows it to nobody', async () => {
    const api = await startTestApi()
    const { id } = await create(api)
    for (const { text } of [await api.get('/v1/sources'), await api.get(`/v1/sources/${id}`)]) {
      expect(text).not.toContain(KEY)
      expect(text).not.toContain('api_key')
    }
    expect(JSON.stringify(await api.redis.hgetall(api.keys.sources))).not.toContain(KEY)
    expect(api.lines.join('')).not.toContain(KEY)
    expect(api.sources.toPoll(await api.sources.get(id)).apiKey).toBe(KEY)
  })

  test('takes every setting', async () => {
    const api = await startTestApi()
    const settings = {
      base_url: 'http://127.0.0.1:9/proxy',
      agent_id: 'agent_1',
      branch_id: 'agtbrch_1',
      poll_interval: '5m',
      overlap: '20m',
      milestones: [1, 3, 1000],
      returned_after: '7d',
      sentiment_threshold: -0.25,
      enrich: true,
    }
    const source = await create(api, { ...settings, base_url: 'http://127.0.0.1:9/proxy/', paused: true })
    expect(source).toMatchObject({ ...settings, paused: true, state: 'paused', next_poll_at: null })
    expect(await schedule(api, source.id)).toBeNull()
    // The overlap goes with the interval where nothing is said.
    expect(await create(api, { poll_interval: '10m' })).toMatchObject({ overlap: '20m' })
    expect(await create(api, { milestones: [] })).toMatchObject({ milestones: [] })
  })

  test.each([
    [{ name: undefined }, 'name'],
    [{ api_key: undefined }, 'api_key'],
    [{ api_key: 'two words' }, 'api_key'],
    [{ name: '' }, 'name'],
    [{ base_url: 'ftp://example.com' }, 'base_url'],
    [{ base_url: 'https://user:pw@example.com' }, 'base_url'],
    [{ base_url: 'https://example.com/?x=1' }, 'base_url'],
    [{ poll_interval: '500ms' }, 'poll_interval'],
    [{ poll_interval: '30' }, 'poll_interval'],
    [{ poll_interval: 30 }, 'poll_interval'],
    [{ poll_interval: '60d' }, 'poll_interval'],
    [{ poll_interval: '5m', overlap: '1m' }, 'overlap'],
    [{ milestones: [5, 5] }, 'milestones'],
    [{ milestones: [10, 5] }, 'milestones'],
    [{ milestones: [0] }, 'milestones.0'],
    [{ milestones: [1.5] }, 'milestones.0'],
    [{ returned_after: '0s' }, 'returned_after'],
    [{ sentiment_threshold: 'low' }, 'sentiment_threshold'],
    [{ enrich: 'yes' }, 'enrich'],
    [{ agent_id: 'a b' }, 'agent_id'],
    [{ id: 'src_mine' }, 'id'],
  ])('refuses %j and says where', async (wrong, path) => {
    const api = await startTestApi()
    const { status, json } = await api.post('/v1/sources', { ...BODY, ...wrong })
    expect(status).toBe(400)
    expect(json.errors.map((error: { path: string }) => error.path)).toContain(path)
    expect((await api.get('/v1/sources')).json.data).toEqual([])
  })

  test('tries the connection first where it is asked to, and saves nothing where that fails', async () => {
    const api = await startTestApi()
    api.state.upstreamError = new UpstreamError('key', 'api.elevenlabs.io refused the API key (401).')
    const refused = await api.post('/v1/sources', { ...BODY, verify: true })
    expect(refused.status).toBe(502)
    expect(refused.json).toMatchObject({
      code: 'upstream_failed',
      detail: 'Nothing was saved. api.elevenlabs.io refused the API key (401).',
    })
    expect((await api.get('/v1/sources')).json.data).toEqual([])
    api.state.upstreamError = new UpstreamError(
      'passing',
      `api.elevenlabs.io cannot be reached (ENOTFOUND)${GOES_ON}. Check the base URL.`,
    )
    expect((await api.post('/v1/sources', { ...BODY, verify: true })).json.detail).toBe(
      'Nothing was saved. api.elevenlabs.io cannot be reached (ENOTFOUND). Check the base URL. To save it all the same, leave out "verify" (on the command line: --no-verify).',
    )
    api.state.upstreamError = null
    await create(api, { verify: true })
  })
})

describe('PATCH /v1/sources/:id', () => {
  test('changes what is given, leaves the rest, and null goes back to the default', async () => {
    const api = await startTestApi()
    const made = await create(api, { poll_interval: '5m', milestones: [3], returned_after: '1d' })
    const path = `/v1/sources/${made.id}`
    const changed = await api.patch(path, { name: 'sales', sentiment_threshold: 0 })
    expect(changed.json).toEqual({ ...made, name: 'sales', sentiment_threshold: 0 })
    const cleared = await api.patch(path, {
      poll_interval: null,
      overlap: null,
      milestones: null,
      returned_after: null,
      sentiment_threshold: null,
    })
    expect(cleared.json).toMatchObject({
      poll_interval: '30s',
      overlap: '2m',
      milestones: null,
      returned_after: '30d',
      sentiment_threshold: null,
    })
    expect(await schedule(api, made.id)).toBe(30_000)
    expect((await api.patch(path, {})).json).toEqual(cleared.json)
  })

  test('refuses an overlap that would become shorter than the interval, and unknown fields', async () => {
    const api = await startTestApi()
    const { id } = await create(api, { overlap: '2m' })
    const path = `/v1/sources/${id}`
    expect((await api.patch(path, { poll_interval: '10m' })).json.errors).toEqual([
      { path: 'overlap', message: 'must be at least as long as poll_interval: that is 10m, and this 2m' },
    ])
    expect((await api.patch(path, { colour: 'red' })).status).toBe(400)
    expect((await api.get(path)).json.poll_interval).toBe('30s')
    expect((await api.patch('/v1/sources/src_none', { name: 'x' })).status).toBe(404)
  })

  test('pauses and resumes', async () => {
    const api = await startTestApi()
    const { id } = await create(api)
    await api.redis.hset(api.keys.source(id).state, 'not_before', NOON + 3_600_000)
    const paused = await api.patch(`/v1/sources/${id}`, { paused: true })
    expect(paused.json).toMatchObject({ paused: true, state: 'paused', next_poll_at: null })
    expect(await schedule(api, id)).toBeNull()
    const resumed = await api.patch(`/v1/sources/${id}`, { paused: false })
    expect(resumed.json).toMatchObject({ paused: false, state: 'baseline' })
    expect(await schedule(api, id)).toBe(30_000)
    expect((await api.store.readState(id)).not_before).toBe(0)
  })

  test('of a connection takes the lease from a poll of what it was, and makes the next one due', async () => {
    const api = await startTestApi()
    const { id } = await create(api)
    const token = await api.store.acquire(id)
    await api.patch(`/v1/sources/${id}`, { name: 'only the name' })
    expect(await api.store.renew(id, token ?? 0)).toBe(true)
    await api.redis.hset(api.keys.source(id).state, 'not_before', NOON + 3_600_000)
    await api.patch(`/v1/sources/${id}`, { api_key: 'sk_third' })
    expect(await api.store.renew(id, token ?? 0)).toBe(false)
    expect((await api.store.readState(id)).not_before).toBe(0)
    expect(api.sources.toPoll(await api.sources.get(id)).apiKey).toBe('sk_third')
  })

  test('two changes at once are both kept', async () => {
    const api = await startTestApi()
    const { id } = await create(api)
    const fields = [{ name: 'a' }, { milestones: [7] }, { returned_after: '2d' }, { sentiment_threshold: 1 }]
    await Promise.all(fields.map((field) => api.patch(`/v1/sources/${id}`, field)))
    expect((await api.get(`/v1/sources/${id}`)).json).toMatchObject(Object.assign({}, ...fields))
  })
})

describe('a source of the environment', () => {
  test('is changed there where the environment decides, and here in everything else', async () => {
    const api = await startTestApi()
    await api.addSource('src_default', { agent_id: 'agent_1' })
    const path = '/v1/sources/src_default'
    const refused = await api.patch(path, { api_key: 'sk_other', agent_id: 'agent_1', name: 'x' })
    expect(refused.status).toBe(409)
    expect(refused.json).toMatchObject({
      code: 'conflict',
      detail: expect.stringContaining('ELEVENLABS_API_KEY'),
      errors: [{ path: 'api_key', message: 'is set by ELEVENLABS_API_KEY' }],
    })
    expect((await api.get(path)).json.name).toBe('default')
    expect((await api.patch(path, { name: 'mine', milestones: [2], paused: true })).status).toBe(200)
    expect((await api.request('DELETE', path)).status).toBe(409)
  })

  test('keeps across a restart what was set here, and takes what the environment says now', async () => {
    const api = await startTestApi()
    await api.addSource('src_default', { agent_id: 'agent_1' })
    await api.patch('/v1/sources/src_default', { name: 'mine', milestones: [2], poll_interval: '5m' })
    const before = await api.sources.get('src_default')
    const connection = { base_url: before.base_url, api_key: 'sk_new', agent_id: null, branch_id: null }
    await api.sources.keep({ id: 'src_default', name: 'default', ...connection })
    const { json } = await api.get('/v1/sources/src_default')
    expect(json).toMatchObject({
      name: 'mine',
      milestones: [2],
      poll_interval: '5m',
      agent_id: null,
      created_at: before.created_at,
    })
    expect(api.sources.toPoll(await api.sources.get('src_default')).apiKey).toBe('sk_new')
    // Said again, it changes nothing, not even how the key is sealed.
    const stored = await api.redis.hget(api.keys.sources, 'src_default')
    await api.sources.keep({ id: 'src_default', name: 'default', ...connection })
    expect(await api.redis.hget(api.keys.sources, 'src_default')).toBe(stored)
  })
})

describe('DELETE /v1/sources/:id', () => {
  test('hides the source, wipes its key and ends its polls; its events stay', async () => {
    const api = await startTestApi()
    const { id } = await create(api)
    const event = userEvent(id, 'u1')
    await api.addEvent(id, event)
    const sealed = (await api.sources.get(id)).api_key
    const token = await api.store.acquire(id)
    expect((await api.request('DELETE', `/v1/sources/${id}`)).status).toBe(204)
    for (const [method, path] of [
      ['GET', `/v1/sources/${id}`],
      ['PATCH', `/v1/sources/${id}`],
      ['DELETE', `/v1/sources/${id}`],
      ['POST', `/v1/sources/${id}/poll`],
    ] as const) {
      const body = method === 'PATCH' ? { body: {} } : {}
      expect((await api.request(method, path, body)).status, method).toBe(404)
    }
    expect((await api.get('/v1/sources')).json.data).toEqual([])
    expect(JSON.stringify(await api.redis.hgetall(api.keys.sources))).not.toContain(sealed)
    expect(await schedule(api, id)).toBeNull()
    expect(await api.store.renew(id, token ?? 0)).toBe(false)
    expect((await api.get(`/v1/events/${event.id}`)).json).toEqual(event)
    expect((await api.get('/v1/events')).json.data).toEqual([event])
  })
})

describe('POST /v1/sources/:id/accept', () => {
  test('carries out the decision and has the source polled', async () => {
    const api = await startTestApi()
    const { id } = await create(api)
    const attention = { kind: 'flood', scan: 'head', since: NOON, users: 900, message: '900 new users.' }
    await api.redis.hset(api.keys.source(id).state, {
      mode: 'live',
      not_before: NOON + 60_000,
      attention: JSON.stringify(attention),
    })
    expect((await api.get(`/v1/sources/${id}`)).json).toMatchObject({
      state: 'needs_attention',
      attention: {
        kind: 'flood',
        since: new Date(NOON).toISOString(),
        users: 900,
        message: '900 new users.',
      },
    })
    const accepted = await api.post(`/v1/sources/${id}/accept`, { as: 'baseline' })
    expect(accepted.json).toMatchObject({
      state: 'baseline',
      baseline: { reason: 'accepted' },
      attention: null,
    })
    expect((await api.store.readState(id)).not_before).toBe(0)
  })

  test('is a conflict where nothing waits', async () => {
    const api = await startTestApi()
    const { id } = await create(api)
    const { status, json } = await api.post(`/v1/sources/${id}/accept`, { as: 'events' })
    expect([status, json.code]).toEqual([409, 'conflict'])
    expect((await api.post(`/v1/sources/${id}/accept`, { as: 'maybe' })).status).toBe(400)
    expect((await api.post('/v1/sources/src_none/accept', { as: 'events' })).status).toBe(404)
  })
})
