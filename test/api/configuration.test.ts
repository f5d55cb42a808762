import { describe, expect, test } from 'vitest'
import { createOwnership } from '../../src/config-file/ownership.ts'
import { readConfigFile } from '../../src/config-file/read.ts'
import { createSecret } from '../../src/deliver/sign.ts'
import { API_KEY, startTestApi, type TestApi } from './support.ts'

const FILE = {
  sources: { src_support: { api_key: 'sk_support', poll_interval: '1m', milestones: [3, 7] } },
  endpoints: {
    ep_crm: {
      url: 'https://crm.example.com/hooks',
      event_types: ['user.created'],
      source_ids: ['src_support'],
      filter: { 'data.user.conversation_count': { gte: 2 } },
      headers: { 'X-Token': 'abc' },
      secret: createSecret(),
    },
  },
}

/** Everything that is stored of sources and endpoints, sealed as it is. */
async function stored(api: TestApi) {
  return [await api.redis.hgetall(api.keys.sources), await api.redis.hgetall(api.keys.endpoints)]
}

const actions = (answer: { json: { changes: { id: string; action: string; fields: string[] }[] } }) =>
  answer.json.changes.map(({ id, action, fields }) => [id, action, fields.join()])
const errorsOf = (answer: { json: { errors?: { path: string; message: string }[] } }) =>
  (answer.json.errors ?? []).map(({ path, message }) => `${path} ${message}`)

describe('POST /v1/config', () => {
  test('creates what is named, under its id, and the second time writes nothing', async () => {
    const api = await startTestApi()
    const dry = await api.post('/v1/config', { ...FILE, dry_run: true })
    expect([dry.status, dry.json.dry_run]).toEqual([200, true])
    expect(await stored(api)).toEqual([{}, {}])
    const first = await api.post('/v1/config', FILE)
    expect(first.json.changes).toEqual(dry.json.changes)
    expect(actions(first)).toEqual([
      ['src_support', 'create', 'api_key,poll_interval,milestones'],
      ['ep_crm', 'create', 'url,event_types,source_ids,filter,headers,secret'],
    ])
    expect((await api.get('/v1/sources/src_support')).json).toMatchObject({
      name: 'support',
      base_url: 'https://api.elevenlabs.io',
      poll_interval: '1m',
      milestones: [3, 7],
      returned_after: '30d',
      managed_by: 'api',
    })
    expect((await api.get('/v1/endpoints/ep_crm')).json).toMatchObject({
      url: FILE.endpoints.ep_crm.url,
      source_ids: ['src_support'],
      headers: { 'x-token': '••••' },
      enabled: true,
    })
    expect(api.endpoints.target(await api.endpoints.get('ep_crm'))).toMatchObject({
      headers: { 'x-token': 'abc' },
      secrets: [FILE.endpoints.ep_crm.secret],
    })
    expect(await api.queues.nextPoll('src_support')).not.toBeNull()

    const before = await stored(api)
    api.clock.now += 60_000
    const second = await api.post('/v1/config', FILE)
    expect(actions(second)).toEqual([
      ['src_support', 'none', ''],
      ['ep_crm', 'none', ''],
    ])
    // The very bytes: nothing was sealed anew, and no time was noted.
    expect(await stored(api)).toEqual(before)
  })

  test('changes what differs, and leaves what is not named and fields that are left out', async () => {
    const api = await startTestApi()
    await api.post('/v1/config', FILE)
    const other = await api.addEndpoint()
    await api.patch('/v1/sources/src_support', { paused: true, poll_interval: '5m' })
    await api.patch('/v1/endpoints/ep_crm', { enabled: false, description: 'by hand' })
    const changed = await api.post('/v1/config', {
      sources: { src_support: { ...FILE.sources.src_support, api_key: 'sk_new' } },
      endpoints: { ep_crm: { filter: null, headers: { 'x-more': 'd' } } },
    })
    expect(actions(changed)).toEqual([
      ['src_support', 'update', 'api_key,poll_interval'],
      ['ep_crm', 'update', 'filter,headers'],
    ])
    expect((await api.get('/v1/sources/src_support')).json).toMatchObject({
      paused: true,
      poll_interval: '1m',
    })
    expect(api.sources.toPoll(await api.sources.get('src_support')).apiKey).toBe('sk_new')
    expect((await api.get('/v1/endpoints/ep_crm')).json).toMatchObject({
      enabled: false,
      description: 'by hand',
      filter: null,
      event_types: ['user.created'],
    })
    expect(api.endpoints.target(await api.endpoints.get('ep_crm')).headers).toEqual({
      'x-token': 'abc',
      'x-more': 'd',
    })
    expect((await api.get(`/v1/endpoints/${other.id}`)).status).toBe(200)
  })

  test('another secret or kind of signature is a rotation, once', async () => {
    const api = await startTestApi()
    await api.post('/v1/config', FILE)
    const [first, second] = [FILE.endpoints.ep_crm.secret, createSecret()]
    const valid = async () => api.endpoints.target(await api.endpoints.get('ep_crm')).secrets
    const apply = (entry: object) => api.post('/v1/config', { endpoints: { ep_crm: entry } })
    expect(actions(await apply({ secret: second }))).toEqual([['ep_crm', 'update', 'secret']])
    expect(await valid()).toEqual([second, first])
    expect(actions(await apply({ secret: second }))).toEqual([['ep_crm', 'none', '']])
    const older = await apply({ secret: first })
    expect([older.status, errorsOf(older)]).toEqual([
      400,
      [expect.stringMatching(/^endpoints\.ep_crm\.secret is an older secret/)],
    ])
    expect(actions(await apply({ signing: 'ed25519' }))).toEqual([['ep_crm', 'update', 'signing']])
    expect(await valid()).toEqual([expect.stringMatching(/^whsk_/), second, first])
    expect(actions(await apply({ signing: 'ed25519' }))).toEqual([['ep_crm', 'none', '']])
  })

  test('tells everything that is wrong and changes nothing', async () => {
    const api = await startTestApi()
    await api.addSource('src_default')
    const gone = (await api.post('/v1/sources', { name: 'gone', api_key: 'sk_gone' })).json.id
    await api.request('DELETE', `/v1/sources/${gone}`)
    await api.post('/v1/config', {
      endpoints: { ep_private: { url: 'https://a.example.com/', headers: many(20) } },
    })
    const before = await stored(api)
    const answer = await api.post('/v1/config', {
      sources: {
        src_good: { api_key: 'sk_good' },
        src_keyless: { name: 'x' },
        src_short: { api_key: 'sk_a', poll_interval: '10m', overlap: '1m' },
        src_default: { api_key: 'sk_other', agent_id: 'agent_x', poll_interval: '1h', overlap: '30m' },
        [gone]: { api_key: 'sk_a' },
      },
      endpoints: {
        ep_good: { url: 'https://a.example.com/', source_ids: ['src_good', 'src_default'] },
        ep_urlless: { description: 'x', source_ids: ['src_good', 'src_none'] },
        ep_private: { url: 'http://10.0.0.1/', headers: many(20, 'b') },
      },
    })
    expect(answer.status).toBe(400)
    expect(errorsOf(answer)).toEqual([
      'sources.src_keyless.api_key is required: there is no source src_keyless yet',
      expect.stringMatching(
        /^sources\.src_short\.overlap must be at least as long as poll_interval: that is /,
      ),
      'sources.src_default.api_key is set by ELEVENLABS_API_KEY: leave it out here',
      'sources.src_default.agent_id is set by ELEVENLABS_AGENT_ID: leave it out here',
      expect.stringMatching(
        /^sources\.src_default\.overlap must be at least as long as poll_interval: that is /,
      ),
      expect.stringMatching(`^sources\\.${gone} was deleted, .* choose another id`),
      'endpoints.ep_urlless.source_ids.1 is not a source: there is no src_none',
      'endpoints.ep_urlless.url is required: there is no endpoint ep_urlless yet',
      expect.stringMatching(/^endpoints\.ep_private\.url is refused: 10\.0\.0\.1/),
      expect.stringMatching(/^endpoints\.ep_private\.headers must have at most 30 entries/),
    ])
    expect(await stored(api)).toEqual(before)
    const wrong = await api.post('/v1/config', { sources: { 'src_a b': { api_key: 'x' } }, colour: 'red' })
    expect(errorsOf(wrong)).toEqual([
      expect.stringMatching(/^sources\.src_a b must be an id: src_ /),
      'colour is not a known field',
    ])
  })

  test('an endpoint that was deleted is made anew, with another secret', async () => {
    const api = await startTestApi()
    const file = { endpoints: { ep_a: { url: 'https://a.example.com/', headers: { a: 'b' } } } }
    await api.post('/v1/config', file)
    const { secrets } = api.endpoints.target(await api.endpoints.get('ep_a'))
    await api.request('DELETE', '/v1/endpoints/ep_a')
    expect(actions(await api.post('/v1/config', file))).toEqual([['ep_a', 'create', 'url,headers']])
    const target = api.endpoints.target(await api.endpoints.get('ep_a'))
    expect(target.headers).toEqual({ a: 'b' })
    expect(target.secrets).not.toEqual(secrets)
  })
})

describe('GET /v1/config', () => {
  test('says everything but defaults and secrets, and changes nothing where it is applied', async () => {
    const api = await startTestApi()
    await api.addSource('src_default', { poll_interval_ms: 60_000, agent_id: 'agent_env' })
    await api.post('/v1/config', FILE)
    await api.patch('/v1/sources/src_support', {
      paused: true,
      sentiment_threshold: 0.25,
      returned_after: '7d',
    })
    const { id: disabled } = await api.addEndpoint({ enabled: false })
    const { id: failed } = await api.addEndpoint({ rate_limit: 0.5 })
    await api.endpoints.disable(await api.endpoints.get(failed), 'It answered 410.')
    await api.endpoints.rotateSecret(failed, { overlapMs: 0, signing: 'ed25519' })
    const { status, json, text } = await api.get('/v1/config')
    expect(status).toBe(200)
    expect(json).toEqual({
      sources: {
        src_default: { name: 'default', poll_interval: '1m' },
        src_support: {
          name: 'support',
          poll_interval: '1m',
          returned_after: '7d',
          milestones: [3, 7],
          sentiment_threshold: 0.25,
          paused: true,
        },
      },
      endpoints: expect.objectContaining({
        ep_crm: {
          url: FILE.endpoints.ep_crm.url,
          event_types: ['user.created'],
          source_ids: ['src_support'],
          filter: FILE.endpoints.ep_crm.filter,
        },
        [disabled]: { url: 'https://hooks.example.com/ringpost', enabled: false },
        [failed]: { url: 'https://hooks.example.com/ringpost', rate_limit: 0.5, signing: 'ed25519' },
      }),
      withheld: expect.arrayContaining([
        'sources.src_support.api_key',
        'endpoints.ep_crm.headers.x-token',
        'endpoints.ep_crm.secret',
        `endpoints.${disabled}.secret`,
      ]),
    })
    expect(json.withheld).toHaveLength(4)
    for (const secret of [API_KEY, 'sk_support', 'abc', FILE.endpoints.ep_crm.secret])
      expect(text).not.toContain(`"${secret}"`)

    const before = await stored(api)
    const { sources, endpoints } = json
    const applied = await api.post('/v1/config', { sources, endpoints })
    expect(new Set(applied.json.changes.map(({ action }: { action: string }) => action))).toEqual(
      new Set(['none']),
    )
    expect(await stored(api)).toEqual(before)
  })
})

describe('what the configuration file sets', () => {
  async function startWithFile() {
    const { content } = readConfigFile(JSON.stringify(FILE), {})
    const api = await startTestApi({ ownership: createOwnership(content) })
    const { configuration } = api
    if (content === null) throw new Error('The file is good.')
    await configuration.apply(content, { dryRun: false })
    return api
  }

  test('cannot be changed elsewhere, and the rest can', async () => {
    const api = await startWithFile()
    expect((await api.get('/v1/sources/src_support')).json.managed_by).toBe('file')
    expect((await api.get('/v1/endpoints/ep_crm')).json.managed_by).toBe('file')
    const before = await stored(api)
    const refused = [
      await api.patch('/v1/sources/src_support', { poll_interval: '5m', name: 'x' }),
      await api.patch('/v1/endpoints/ep_crm', { headers: { 'x-token': 'z' } }),
      await api.patch('/v1/endpoints/ep_crm', { headers: { 'X-Token': null } }),
      await api.patch('/v1/endpoints/ep_crm', { headers: null }),
      await api.patch('/v1/endpoints/ep_crm', { filter: null }),
      await api.post('/v1/endpoints/ep_crm/rotate-secret'),
      await api.request('DELETE', '/v1/sources/src_support'),
      await api.request('DELETE', '/v1/endpoints/ep_crm'),
      await api.post('/v1/config', { sources: { src_support: { milestones: null } } }),
    ]
    for (const answer of refused) {
      expect([answer.status, answer.json.code]).toEqual([409, 'conflict'])
      expect(answer.json.detail).toContain('RINGPOST_CONFIG')
    }
    expect(errorsOf(refused[0] as never)).toEqual([expect.stringMatching(/^poll_interval is set by/)])
    expect(errorsOf(refused[8] as never)).toEqual([
      expect.stringMatching(/^sources\.src_support\.milestones is set/),
    ])
    expect(await stored(api)).toEqual(before)
    const good = [
      await api.patch('/v1/sources/src_support', { poll_interval: '1m', paused: true, name: 'other' }),
      await api.patch('/v1/endpoints/ep_crm', { enabled: false, headers: { 'x-own': 'y' } }),
      await api.post('/v1/config', FILE),
    ]
    for (const answer of good) expect(answer.status, answer.text).toBe(200)
    // What is not in the file belongs to people.
    const { id } = await api.addEndpoint()
    expect((await api.get(`/v1/endpoints/${id}`)).json.managed_by).toBe('api')
    expect((await api.request('DELETE', `/v1/endpoints/${id}`)).status).toBe(204)
    expect((await api.request('DELETE', '/v1/endpoints/ep_none')).status).toBe(404)
  })
})

function many(count: number, kind = 'a'): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`x-${kind}-${i}`, 'v']))
}
