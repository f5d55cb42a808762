import { describe, expect, test } from 'vitest'
import { deliveryOf, NOON, startTestApi, userEvent, walk } from './support.ts'

const URL = 'https://hooks.example.com/ringpost'

describe('POST /v1/endpoints', () => {
  test('with a URL alone makes an endpoint for every user event, and tells its secret', async () => {
    const api = await startTestApi()
    const { status, headers, json } = await api.post('/v1/endpoints', { url: URL })
    expect(status).toBe(201)
    expect(headers.get('location')).toBe(`/v1/endpoints/${json.id}`)
    expect(json).toEqual({
      id: expect.stringMatching(/^ep_[0-9a-f]{24}$/),
      kind: 'webhook',
      url: URL,
      description: '',
      event_types: null,
      source_ids: null,
      filter: null,
      headers: {},
      settings: {},
      format: 'standard',
      template: null,
      rate_limit: null,
      enabled: true,
      disabled_reason: null,
      signing: 'hmac-sha256',
      warnings: [],
      managed_by: 'api',
      health: { state: 'healthy', failing_since: null, last_success_at: null, next_try_at: null },
      public_key: null,
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
    })
    const { secret: _, public_key: __, ...shown } = json
    expect((await api.get(`/v1/endpoints/${json.id}`)).json).toEqual(shown)
    expect((await api.get('/v1/endpoints')).json).toEqual({ data: [shown], next_cursor: null })
  })

  test('with everything', async () => {
    const api = await startTestApi()
    await api.addSource('src_default')
    const { status, json } = await api.post('/v1/endpoints', {
      kind: 'webhook',
      url: URL,
      description: 'CRM',
      event_types: ['user.created', 'user.conversation_count.*', 'source.*'],
      source_ids: ['src_default'],
      filter: { 'data.user.conversation_count': { gte: 10 } },
      headers: { 'X-Api-Key': 'k1', authorization: 'Bearer abc' },
      template: null,
      rate_limit: 0.5,
      enabled: false,
    })
    expect(status).toBe(201)
    expect(json).toMatchObject({
      description: 'CRM',
      event_types: ['user.created', 'user.conversation_count.*', 'source.*'],
      source_ids: ['src_default'],
      filter: { 'data.user.conversation_count': { gte: 10 } },
      rate_limit: 0.5,
      headers: { 'x-api-key': '••••', authorization: '••••' },
      enabled: false,
      health: { state: 'disabled' },
    })
    const stored = await api.endpoints.get(json.id)
    expect(api.endpoints.target(stored).headers).toEqual({ 'x-api-key': 'k1', authorization: 'Bearer abc' })
  })

  test.each([
    ['http://hooks.example.com/x'],
    ['https://127.0.0.1/x'],
    ['https://[::ffff:127.0.0.1]/x'],
    ['https://169.254.169.254/latest/meta-data'],
    ['https://user:pass@hooks.example.com/'],
    ['https://hooks.example.com:0/'],
    ['ftp://hooks.example.com/'],
    ['hooks.example.com'],
  ])('refuses to send to %s', async (url) => {
    const api = await startTestApi()
    const answer = await api.post('/v1/endpoints', { url })
    expect(answer.status).toBe(422)
    expect(answer.json).toMatchObject({
      code: 'url_refused',
      errors: [{ path: 'url', message: answer.json.detail }],
    })
    expect((await api.get('/v1/endpoints')).json.data).toEqual([])
  })

  test.each<[string, unknown, string]>([
    ['url', undefined, 'is required'],
    ['url', null, 'must be a text'],
    ['url', '', 'must not be empty'],
    ['url', `https://example.com/${'x'.repeat(2048)}`, 'must have at most 2048 characters'],
    [
      'kind',
      'fax',
      'must be one of webhook, slack, discord, teams, telegram, hubspot, pipedrive, salesforce, zapier, make, n8n',
    ],
    ['format', 'xml', 'must be one of standard, cloudevents'],
    ['description', 'x'.repeat(1001), 'must have at most 1000 characters'],
    ['description', null, 'must be a text'],
    ['event_types', 'user.created', 'must be a list'],
    ['source_ids', [], 'must have at least 1 entry; null means every source'],
    ['source_ids', 'src_default', 'must be a list'],
    ['headers', null, 'must be an object'],
    ['headers', ['a'], 'must be an object'],
    ['enabled', 1, 'must be true or false'],
    ['filter', {}, 'must have at least 1 entry; null means that everything passes'],
    ['filter', ['data.x'], 'must be an object'],
    ['filter', 'data.x', 'must be an object'],
    ['template', 'x', 'must be an object or a list'],
    ['rate_limit', 0, 'must be at least 0.001'],
    ['rate_limit', -1, 'must be at least 0.001'],
    ['rate_limit', 1000.5, 'must be at most 1000'],
    ['rate_limit', '5', 'must be a number'],
    ['secret', 'abc', 'must begin with whsec_, or with whsk_ for Ed25519'],
    ['secret', 'whsec_AAAA', 'must have 24 to 64 bytes after whsec_, and this one has 3'],
    ['secret', null, 'must be a text'],
    ['signing', 'rsa', 'must be one of hmac-sha256, ed25519'],
    ['id', 'ep_1', 'is not a known field'],
  ])('refuses a wrong %s (%#)', async (path, value, message) => {
    const api = await startTestApi()
    const answer = await api.post('/v1/endpoints', { url: URL, [path]: value })
    expect(answer.status).toBe(400)
    expect(answer.json.errors).toEqual([{ path, message }])
  })

  test.each([
    'user.created',
    'user.*',
    '*',
    'user.conversation_count.*',
    'endpoint.*',
    'ringpost.test',
    'ringpost.*',
  ])('takes the event type %s', async (type) => {
    const api = await startTestApi()
    expect((await api.post('/v1/endpoints', { url: URL, event_types: [type] })).status).toBe(201)
  })

  test.each([
    '',
    'user',
    'user.',
    'user*',
    'users.*',
    'user.created.*',
    '*.created',
    '.*',
    '*.*',
    'USER.*',
    ' user.*',
    'user.born',
  ])('refuses the event type "%s"', async (type) => {
    const api = await startTestApi()
    const answer = await api.post('/v1/endpoints', { url: URL, event_types: ['user.created', type] })
    expect(answer.status).toBe(400)
    expect(answer.json.errors).toEqual([
      {
        path: 'event_types.1',
        message: expect.stringMatching(/must be an event type \(user\.created, .*or \*/),
      },
    ])
  })

  test('refuses sources that there are not', async () => {
    const api = await startTestApi()
    await api.addSource('src_default')
    const answer = await api.post('/v1/endpoints', { url: URL, source_ids: ['src_default', 'src_nope'] })
    expect(answer.status).toBe(400)
    expect(answer.json.errors).toEqual([
      { path: 'source_ids.1', message: 'is not a source: there is no src_nope' },
    ])
  })
})

describe('PATCH /v1/endpoints/:id', () => {
  test('changes what is given, clears with null, and leaves the rest', async () => {
    const api = await startTestApi()
    await api.addSource('src_default')
    const before = (
      await api.post('/v1/endpoints', {
        url: URL,
        description: 'CRM',
        event_types: ['user.created'],
        source_ids: ['src_default'],
        filter: { 'data.user.user_id': ['u1'] },
        headers: { 'x-a': '1' },
        rate_limit: 5,
      })
    ).json
    const path = `/v1/endpoints/${before.id}`
    const { secret, public_key, ...shown } = before
    expect((await api.patch(path, {})).json).toEqual(shown)
    expect((await api.patch(path, { description: '' })).json).toEqual({ ...shown, description: '' })
    expect((await api.patch(path, { event_types: null })).json).toEqual({
      ...shown,
      description: '',
      event_types: null,
    })
    const after = await api.patch(path, {
      source_ids: null,
      filter: null,
      rate_limit: null,
      template: null,
      url: 'https://other.example.com/',
      enabled: false,
    })
    expect(after.status).toBe(200)
    expect(after.json).toEqual({
      ...shown,
      url: 'https://other.example.com/',
      description: '',
      event_types: null,
      source_ids: null,
      filter: null,
      rate_limit: null,
      enabled: false,
      health: { ...shown.health, state: 'disabled' },
    })
    expect((await api.get(path)).json).toEqual(after.json)
    expect((await api.get(`${path}/secret`)).json).toEqual({ secret, public_key })
  })

  test('null brings back what an endpoint has that was created with a URL alone', async () => {
    const api = await startTestApi()
    await api.addSource('src_default')
    const bare = (await api.post('/v1/endpoints', { url: URL })).json
    const { id } = (
      await api.post('/v1/endpoints', {
        url: URL,
        description: 'CRM',
        event_types: ['user.created'],
        source_ids: ['src_default'],
        filter: { 'data.user.user_id': ['u1'] },
        headers: { 'x-a': '1', 'x-b': '2' },
        rate_limit: 5,
      })
    ).json
    const cleared = await api.patch(`/v1/endpoints/${id}`, {
      description: null,
      event_types: null,
      source_ids: null,
      filter: null,
      headers: null,
      rate_limit: null,
      template: null,
    })
    const { secret: _, public_key: __, ...shown } = bare
    expect(cleared.json).toEqual({ ...shown, id })
  })

  test('enables again what ringpost has disabled, and forgets why', async () => {
    const api = await startTestApi()
    const { id } = await api.addEndpoint()
    await api.endpoints.disable(await api.endpoints.get(id), 'The endpoint answered 410 Gone.')
    expect((await api.get(`/v1/endpoints/${id}`)).json).toMatchObject({
      enabled: false,
      disabled_reason: 'The endpoint answered 410 Gone.',
      health: { state: 'disabled' },
    })
    expect((await api.patch(`/v1/endpoints/${id}`, { description: 'x' })).json.enabled).toBe(false)
    expect((await api.patch(`/v1/endpoints/${id}`, { enabled: true })).json).toMatchObject({
      enabled: true,
      disabled_reason: null,
      health: { state: 'healthy' },
    })
  })

  test.each<[string, unknown]>([
    ['url', null],
    ['description', 5],
    ['enabled', null],
    ['headers', []],
    ['source_ids', []],
    ['source_ids', ['src_nope']],
    ['event_types', ['user.born']],
    ['filter', {}],
    ['filter', { 'data.x': { gte: 'ten' } }],
    ['rate_limit', 0],
    ['template', 'x'],
    ['kind', 'webhook'],
    ['secret', `whsec_${'A'.repeat(32)}`],
    ['signing', 'ed25519'],
    ['health', {}],
    ['disabled_reason', null],
  ])('refuses a wrong %s (%#) and changes nothing', async (field, value) => {
    const api = await startTestApi()
    const { id } = await api.addEndpoint({ description: 'before' })
    const answer = await api.patch(`/v1/endpoints/${id}`, { description: 'after', [field]: value })
    expect(answer.status).toBe(400)
    expect(answer.json.errors[0].path).toMatch(new RegExp(`^${field}`))
    expect((await api.get(`/v1/endpoints/${id}`)).json.description).toBe('before')
  })

  test('refuses a URL that can never be delivered to', async () => {
    const api = await startTestApi()
    const { id } = await api.addEndpoint()
    const answer = await api.patch(`/v1/endpoints/${id}`, { url: 'https://10.0.0.1/' })
    expect(answer.json).toMatchObject({ status: 422, code: 'url_refused', errors: [{ path: 'url' }] })
    expect((await api.get(`/v1/endpoints/${id}`)).json.url).toBe(URL)
  })
})

test('a fault in a filter is told with its path', async () => {
  const api = await startTestApi()
  const filter = { 'data.user.x': { gte: 'ten', like: 'y' }, 'user.y': ['z'], 'data.z': [[]] }
  const answer = await api.post('/v1/endpoints', { url: URL, filter })
  expect(answer.status).toBe(400)
  expect(answer.json.errors).toEqual([
    { path: 'filter.data.user.x.gte', message: 'must be a number' },
    {
      path: 'filter.data.user.x.like',
      message: expect.stringMatching(/^is not an operator; there are eq, ne/),
    },
    { path: 'filter.user.y', message: expect.stringMatching(/begins with data/) },
    { path: 'filter.data.z.0', message: expect.stringMatching(/^must be a text .* or null$/) },
  ])
  expect(answer.json.detail).toMatch(/^filter\.data\.user\.x\.gte must be a number \(and 3 more/)
})

test('enabling tells of it before it is done, and only where the endpoint was disabled', async () => {
  const api = await startTestApi()
  const { id } = await api.addEndpoint()
  const told: [string, boolean][] = []
  const endpoints = api.endpointsWith({
    onFreshStart: async (endpointId) => {
      told.push([endpointId, (await api.endpoints.get(endpointId)).enabled])
    },
  })
  await endpoints.patch(id, { enabled: true })
  await endpoints.patch(id, { description: 'x' })
  await endpoints.patch(id, { enabled: false })
  expect(told).toEqual([])
  await endpoints.patch(id, { enabled: true })
  expect(told).toEqual([[id, false]])
  await expect(endpoints.patch('ep_none', { enabled: true })).rejects.toThrow(/There is no endpoint/)
  expect(told).toHaveLength(1)
})

test('enabling what was disabled counts its failures from zero', async () => {
  const api = await startTestApi()
  const { id } = await api.addEndpoint()
  const path = `/v1/endpoints/${id}`
  const { health } = api.keys.endpoint(id)
  await api.redis.hset(health, { last_success: NOON - 5_000, failing_since: NOON - 1_000, failures: 12 })
  await api.endpoints.disable(await api.endpoints.get(id), 'It has failed for five days.')
  await api.patch(path, { description: 'still disabled' })
  expect(await api.redis.hgetall(health)).toMatchObject({ failures: '12' })
  expect((await api.patch(path, { enabled: true })).json).toMatchObject({
    disabled_reason: null,
    health: {
      state: 'healthy',
      failing_since: null,
      last_success_at: '2026-11-23T09:59:55.000Z',
      next_try_at: null,
    },
  })
  expect(await api.redis.hgetall(health)).toEqual({
    fresh_at: expect.any(String),
    last_success: String(NOON - 5_000),
  })
})

test('a record of before there were filters and rate limits is shown with neither', async () => {
  const api = await startTestApi()
  const { id } = await api.addEndpoint()
  const { filter: _, rate_limit: __, ...old } = await api.endpoints.get(id)
  const secrets = old.secrets.map(({ sealed, expires_at }) => ({ sealed, expires_at }))
  await api.redis.hset(api.keys.endpoints, id, JSON.stringify({ ...old, secrets }))
  expect((await api.get(`/v1/endpoints/${id}`)).json).toMatchObject({
    filter: null,
    rate_limit: null,
    signing: 'hmac-sha256',
  })
  expect((await api.patch(`/v1/endpoints/${id}`, { rate_limit: 2 })).json.rate_limit).toBe(2)
})

describe('DELETE /v1/endpoints/:id', () => {
  test('answers 204 without a body; what is deleted is found nowhere', async () => {
    const api = await startTestApi()
    const { id } = await api.addEndpoint()
    const path = `/v1/endpoints/${id}`
    const answer = await api.request('DELETE', path)
    expect([answer.status, answer.text]).toEqual([204, ''])
    const gone = [
      await api.get(path),
      await api.get(`${path}/secret`),
      await api.patch(path, { enabled: true }),
      await api.request('DELETE', path),
    ]
    expect(gone.map(({ status, json }) => [status, json.code])).toEqual(Array(4).fill([404, 'not_found']))
    expect((await api.get('/v1/endpoints')).json.data).toEqual([])
  })

  test('forgets the secrets and the values of the headers', async () => {
    const api = await startTestApi()
    const { id } = await api.addEndpoint({ headers: { 'x-key': 'v' } })
    await api.request('DELETE', `/v1/endpoints/${id}`)
    expect(await api.endpoints.find(id)).toMatchObject({ secrets: [], headers: {}, enabled: false })
    await expect(api.endpoints.patch(id, { enabled: true })).rejects.toThrow(/There is no endpoint/)
    expect((await api.endpoints.find(id))?.enabled).toBe(false)
  })

  test('leaves the deliveries in the log', async () => {
    const api = await startTestApi()
    const { id } = await api.addEndpoint()
    await api.log.accept(id, [deliveryOf(userEvent('src_a', 'u1'), 'src_a')])
    await api.request('DELETE', `/v1/endpoints/${id}`)
    const { json } = await api.get(`/v1/deliveries?endpoint_id=${id}`)
    expect(json.data).toHaveLength(1)
    expect((await api.get(`/v1/deliveries/${json.data[0].id}`)).status).toBe(200)
  })
})

describe('an endpoint shows its health', () => {
  test('as its attempts tell it', async () => {
    const api = await startTestApi()
    const { id } = await api.addEndpoint()
    const health = api.keys.endpoint(id).health
    await api.redis.hset(health, { last_success: NOON - 5_000 })
    expect((await api.get(`/v1/endpoints/${id}`)).json.health).toEqual({
      state: 'healthy',
      failing_since: null,
      last_success_at: '2026-11-23T09:59:55.000Z',
      next_try_at: null,
    })
    await api.redis.hset(health, { failing_since: NOON, failures: 3 })
    expect((await api.get('/v1/endpoints')).json.data[0].health).toEqual({
      state: 'failing',
      failing_since: '2026-11-23T10:00:00.000Z',
      last_success_at: '2026-11-23T09:59:55.000Z',
      next_try_at: null,
    })
  })
})

test('GET /v1/endpoints pages, oldest first, while endpoints come and go', async () => {
  const api = await startTestApi()
  const ids: string[] = []
  for (let i = 0; i < 7; i++) ids.push((await api.addEndpoint({ description: String(i) })).id)
  // All of one moment: the id decides.
  ids.sort()
  let round = 0
  const pages = await walk(api, '/v1/endpoints?limit=3', async (page) => {
    // The one that the cursor stands on goes, and a new one comes.
    if (round++ === 0) await api.endpoints.delete(page.at(-1).id)
    api.clock.now = NOON + 1_000
    await api.addEndpoint({ description: 'late' })
  })
  const seen = pages.flat()
  expect(seen.slice(0, 7).map(({ id }) => id)).toEqual(ids)
  expect(seen.slice(7).map(({ description }) => description)).toEqual(['late', 'late'])
})

test('a cursor of another list is refused, however alike the two are', async () => {
  const api = await startTestApi()
  for (const id of ['src_a', 'src_b']) await api.addSource(id)
  for (let i = 0; i < 2; i++) await api.addEndpoint()
  const { next_cursor: cursor } = (await api.get('/v1/sources?limit=1')).json
  expect((await api.get(`/v1/sources?cursor=${cursor}`)).status).toBe(200)
  expect((await api.get(`/v1/endpoints?cursor=${cursor}`)).json).toMatchObject({
    status: 400,
    errors: [
      { path: 'cursor', message: 'is not a next_cursor of this list; leave it out for the first page' },
    ],
  })
})
