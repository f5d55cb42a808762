import { beforeEach, describe, expect, test } from 'vitest'
import { newSnapshot, packSnapshot } from '../../src/detect/snapshot.ts'
import { nudgeHeader } from '../support/nudge.ts'
import { createAnswerCheck, schemasOf } from './requests/described-answers.ts'
import { deliveryOf, NOON, startTestApi, type TestApi, TOKEN, userEvent } from './support.ts'

// biome-ignore lint/suspicious/noExplicitAny: a document of someone else's format, walked freely.
type Json = any

/** What is sent to ringpost, which refuses what it does not know. */
const CLOSED = [
  'BackfillWish',
  'ConfigurationToApply',
  'ConfiguredEndpoint',
  'ConfiguredSource',
  'Decision',
  'EndpointFilter',
  'EndpointToCreate',
  'EndpointToPatch',
  'PollOptions',
  'PreviewWish',
  'RecoveryWish',
  'ReplayWish',
  'SecretRotation',
  'SignIn',
  'SourceToCreate',
  'SourceToPatch',
  'TestWish',
  'TokenToCreate',
]
/** What is asked for by its URL alone. */
const WITHOUT_BODY = ['/v1/deliveries/{id}/retry', '/v1/sources/{id}/nudge', '/v1/sources/{id}/nudge-secret']
/** What is verified by its own signature, and not by a token. */
const SIGNED = '/v1/sources/{id}/nudge'
const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']

describe('openapi.json', () => {
  let api: TestApi
  let document: Json
  let operations: { path: string; method: string; operation: Json }[]

  beforeEach(async () => {
    api = await startTestApi()
    document = (await api.get('/openapi.json', { token: null })).json
    operations = Object.entries<Json>(document.paths).flatMap(([path, item]) =>
      Object.entries<Json>(item).map(([method, operation]) => ({ path, method, operation })),
    )
  })

  test('is OpenAPI 3.1 of this version', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/)
    expect(document.info).toMatchObject({ title: 'ringpost', version: '1.2.3' })
    expect(document.components.securitySchemes.token).toMatchObject({ type: 'http', scheme: 'bearer' })
    expect(document.security).toEqual([{ token: [] }])
  })

  test('describes every route under /v1, and none that is not there', () => {
    const served = operations
      .filter(({ path }) => path.startsWith('/v1'))
      .map(({ path, method }) => {
        const url = path.replace(/\{(\w+)\}/g, ':$1')
        expect(api.app.hasRoute({ url, method: method.toUpperCase() as 'GET' }), `${method} ${path}`).toBe(
          true,
        )
        return `${method} ${path}`
      })
    expect(served.sort()).toEqual([
      'delete /v1/endpoints/{id}',
      'delete /v1/endpoints/{id}/backfill',
      'delete /v1/session',
      'delete /v1/sources/{id}',
      'delete /v1/sources/{id}/users',
      'delete /v1/sources/{id}/users/{user_id}',
      'delete /v1/tokens/{id}',
      'get /v1/about',
      'get /v1/checks',
      'get /v1/config',
      'get /v1/deliveries',
      'get /v1/deliveries/{id}',
      'get /v1/destination-kinds',
      'get /v1/endpoints',
      'get /v1/endpoints/{id}',
      'get /v1/endpoints/{id}/backfill',
      'get /v1/endpoints/{id}/secret',
      'get /v1/endpoints/{id}/stats',
      'get /v1/event-counts',
      'get /v1/event-types',
      'get /v1/event-types/{type}',
      'get /v1/events',
      'get /v1/events/{id}',
      'get /v1/session',
      'get /v1/sources',
      'get /v1/sources/{id}',
      'get /v1/sources/{id}/polls',
      'get /v1/sources/{id}/quarantine',
      'get /v1/sources/{id}/users',
      'get /v1/sources/{id}/users/{user_id}',
      'get /v1/stream',
      'get /v1/tokens',
      'patch /v1/endpoints/{id}',
      'patch /v1/sources/{id}',
      'post /v1/config',
      'post /v1/deliveries/{id}/retry',
      'post /v1/destination-kinds/{kind}/preview',
      'post /v1/endpoints',
      'post /v1/endpoints/{id}/backfill',
      'post /v1/endpoints/{id}/recover',
      'post /v1/endpoints/{id}/rotate-secret',
      'post /v1/endpoints/{id}/test',
      'post /v1/events/{id}/replay',
      'post /v1/session',
      'post /v1/sources',
      'post /v1/sources/{id}/accept',
      'post /v1/sources/{id}/nudge',
      'post /v1/sources/{id}/nudge-secret',
      'post /v1/sources/{id}/poll',
      'post /v1/tokens',
    ])
  })

  test('is well formed: operations, parameters, answers', () => {
    const ids = operations.map(({ operation }) => operation.operationId)
    expect(new Set(ids).size).toBe(ids.length)
    const tags = document.tags.map(({ name }: Json) => name)
    for (const { path, method, operation } of operations) {
      const where = `${method} ${path}`
      expect(METHODS, where).toContain(method)
      expect(operation.operationId, where).toMatch(/^[a-z]\w+$/)
      expect(operation.summary, where).toMatch(/\S/)
      expect(tags, where).toEqual(expect.arrayContaining(operation.tags))
      const parameters = operation.parameters ?? []
      const named = parameters.filter(({ in: place }: Json) => place === 'path').map(({ name }: Json) => name)
      expect(named, where).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name))
      for (const parameter of parameters) {
        expect(['path', 'query', 'header'], where).toContain(parameter.in)
        expect(parameter.schema, where).toBeTypeOf('object')
        const asked = operation.operationId === 'forgetUserByQuery' && parameter.name === 'user_id'
        expect(parameter.required, where).toBe(parameter.in === 'path' || asked)
      }
      expect(Object.keys(operation.responses).length, where).toBeGreaterThan(1)
      for (const [status, response] of Object.entries<Json>(operation.responses)) {
        expect(status).toMatch(/^[245]\d\d$/)
        expect(response.description, where).toMatch(/\S/)
        if (status === '204') expect(response.content).toBeUndefined()
        else if (status < '400')
          expect(Object.keys(response.content)).toEqual([
            path === '/v1/stream' ? 'text/event-stream' : 'application/json',
          ])
        else {
          expect(response.content).toEqual({
            'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
          })
        }
      }
      const ofSession = path === '/v1/session'
      const secured = path.startsWith('/v1') && path !== SIGNED && !ofSession
      expect(operation.security, where).toEqual(secured ? undefined : [])
      expect('401' in operation.responses, where).toBe(secured || (ofSession && method !== 'delete'))
      if ('patch post'.includes(method) && !WITHOUT_BODY.includes(path))
        expect(operation.requestBody.content['application/json'].schema).toBeTypeOf('object')
      else expect(operation.requestBody).toBeUndefined()
    }
    expect(document.paths['/v1/endpoints'].post.requestBody.required).toBe(true)
    for (const path of ['/v1/sources/{id}/poll', '/v1/endpoints/{id}/rotate-secret']) {
      expect(document.paths[path].post.requestBody.required, path).toBe(false)
    }
  })

  test('has no reference into nothing, and no schema that nothing refers to', () => {
    const text = JSON.stringify(document)
    const refs = new Set([...text.matchAll(/"\$ref":"([^"]+)"/g)].map(([, ref]) => ref))
    const defined = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`)
    expect([...refs].sort()).toEqual(defined.sort())
  })

  test('says no more of answers than what is sure', () => {
    for (const [name, schema] of Object.entries(document.components.schemas)) {
      const closed = JSON.stringify(schema).includes('"additionalProperties":false')
      expect(closed, name).toBe(CLOSED.includes(name))
    }
  })

  test('holds for a sample answer of every route, good and bad', async () => {
    const wrongWith = createAnswerCheck(document)
    const seen = new Set<string>()
    let nudgeSecret = 'wsec_0123456789abcdef'
    let cookie = ''
    const check = async (method: string, template: string, path: string, body?: unknown, token?: null) => {
      const answer = await api.request(method.toUpperCase(), path, {
        body,
        ...(token === null ? { token } : {}),
        // As the dashboard asks, for the routes of its session.
        headers: {
          ...(path.startsWith('/v1/session') ? { 'x-ringpost-dashboard': '1', cookie } : {}),
          ...(template === SIGNED ? nudgeHeader(nudgeSecret, '', NOON) : {}),
        },
      })
      const type = answer.headers.get('content-type')
      expect(wrongWith(template, method, { ...answer, type })).toBe(null)
      cookie = answer.headers.get('set-cookie')?.split(';', 1)[0] ?? cookie
      seen.add(`${method} ${template}`)
      return answer
    }
    await api.addSource('src_default', { nudge_secret: nudgeSecret })
    await api.redis.hset(api.keys.source('src_default').state, {
      mode: 'live',
      watermark: 1,
      last_poll: JSON.stringify({
        at: new Date().toISOString(),
        kind: 'head',
        requests: 1,
        rows: 1,
        events: 0,
        duration_ms: 1,
        error: null,
      }),
    })
    api.state.nextPoll = Date.now()
    api.state.report = { ...api.state.report, events: { 'user.created': 1 } }
    await api.quarantine.add('src_default', [{ row: '{}', reason: 'user_id is missing' }])
    await api.addPolls('src_default', 1)
    await api.redis.hset(
      api.keys.source('src_default').users('u1'),
      'u1',
      packSnapshot(newSnapshot({ count: 1, last_contact: 1, first_contact: 1, epoch: 0 })),
    )
    const event = userEvent('src_default', 'u1')
    await api.addEvent('src_default', event)
    const body = { url: 'https://hooks.example.com/', headers: { 'x-a': 'b' } }
    const { id: endpoint } = (await check('post', '/v1/endpoints', '/v1/endpoints', body)).json
    const [delivery = ''] = await api.log.accept(endpoint, [deliveryOf(event, 'src_default')])
    const claim = await api.claim(endpoint, delivery, 1_000)
    if (claim === null) throw new Error('A new delivery can be claimed.')
    await api.record(endpoint, claim, {
      status: 'retrying',
      attempt: {
        number: 1,
        at: new Date().toISOString(),
        duration_ms: 1,
        url: body.url,
        request: { headers: {}, body: '' },
        response: { status: 500, headers: { a: 'b' }, body: '' },
        error: null,
      },
      error: { code: 'http_status', message: 'The endpoint answered 500.' },
      nextAttemptAt: Date.now(),
      health: 'down',
    })

    const ids: Record<string, string> = {
      sources: 'src_default',
      endpoints: endpoint,
      events: event.id,
      deliveries: delivery,
      tokens: (await api.post('/v1/tokens', { name: 'x' })).json.id,
    }
    // It can be decided about, and is not the environment's, so that it can be deleted.
    const source = await api.sources.get('src_default')
    await api.redis.hset(api.keys.sources, source.id, JSON.stringify({ ...source, managed_by: 'api' }))
    const attention = { kind: 'flood', scan: 'head', since: 1, users: 900, message: '900 new users.' }
    await api.redis.hset(api.keys.source('src_default').state, 'attention', JSON.stringify(attention))
    const samples: Record<string, unknown> = {
      'post /v1/config': {
        sources: { src_second: { api_key: 'sk_2' } },
        endpoints: { ep_second: { url: body.url } },
      },
      'post /v1/sources': { name: 'second', api_key: 'sk_2', verify: true },
      'post /v1/sources/{id}/accept': { as: 'events' },
      'patch /v1/sources/{id}': { name: 'renamed', poll_interval: null },
      'patch /v1/endpoints/{id}': { description: 'x' },
      'post /v1/endpoints': body,
      'post /v1/tokens': { name: 'x' },
      'post /v1/session': { token: TOKEN },
      'post /v1/endpoints/{id}/recover': { since: '2026-01-01', only: 'undelivered' },
    }
    // What deletes comes last, and what is inside of something before it.
    // The stream, which never ends, has a test of its own.
    const asked = operations.filter(({ path }) => path !== '/v1/stream')
    const rank = ({ method, path }: { method: string; path: string }) =>
      method === 'delete' ? 100 - path.length : method === 'post' && path === '/v1/session' ? -1 : 0
    const inOrder = [...asked].sort((a, b) => rank(a) - rank(b))
    for (const { path, method } of inOrder) {
      const filled = path
        .replace('{id}', ids[path.split('/')[2] ?? ''] ?? '')
        .replace('{type}', 'user.created')
        .replace('{kind}', 'slack')
        .replace('{user_id}', 'u1')
      if (method !== 'delete') {
        if (path.startsWith('/v1')) await check(method, path, filled, undefined, null)
        if (path.includes('{id}'))
          await check(method, path, path.replace('{id}', 'x1'), method === 'patch' ? {} : undefined)
        if (path.startsWith('/v1')) await check(method, path, `${filled}?colour=red`)
      }
      const sample = samples[`${method} ${path}`]
      const query = method === 'delete' && path.endsWith('/users') ? '?user_id=u1' : ''
      const good = await check(method, path, filled + query, sample)
      expect(good.status, `${method} ${path}`).toBeLessThan(300)
      if (path.endsWith('/nudge-secret')) nudgeSecret = good.json.secret
    }
    expect([...seen].sort()).toEqual(asked.map(({ method, path }) => `${method} ${path}`).sort())
  })

  test('takes what the API takes, and refuses what it refuses', async () => {
    const ajv = schemasOf(document)
    const create = ajv.compile({ $ref: 'api#/components/schemas/EndpointToCreate' })
    const samples: [unknown, boolean][] = [
      [{ url: 'https://a.example.com' }, true],
      [
        {
          url: 'https://a.example.com',
          event_types: null,
          source_ids: null,
          filter: null,
          headers: { 'x-a': 'b' },
        },
        true,
      ],
      [{}, false],
      [{ url: 'https://a.example.com', colour: 'red' }, false],
      [{ url: 'https://a.example.com', filter: {} }, false],
      [{ url: 'https://a.example.com', headers: { 'a b': 'c' } }, false],
      [{ url: 'https://a.example.com', headers: { a: 'b\n' } }, false],
    ]
    for (const [sample, good] of samples) {
      expect(create(sample), JSON.stringify(sample)).toBe(good)
      expect((await api.post('/v1/endpoints', sample)).status === 201).toBe(good)
    }
  })
})
