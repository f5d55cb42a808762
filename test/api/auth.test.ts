import { describe, expect, test } from 'vitest'
import { operationsOf } from './requests/random-request.ts'
import { startTestApi, TOKEN } from './support.ts'

/** Every route that the instance has, as `[method, path]` with an id in place of its parameters. */
function routesOf(app: { printRoutes: (options: { commonPrefix: boolean }) => string }): [string, string][] {
  const prefixes: string[] = []
  const routes: [string, string][] = []
  for (const line of app.printRoutes({ commonPrefix: false }).split('\n')) {
    const [, tree = '', part = '', methods = ''] = /^([│├└─ ]+)(\S*) \(([A-Z, ]+)\)$/.exec(line) ?? []
    if (tree === '') continue
    const depth = tree.length / 4
    prefixes.splice(depth - 1, prefixes.length, part)
    for (const method of methods.split(', ')) routes.push([method, prefixes.join('').replace(/:\w+/g, 'x1')])
  }
  return routes
}

const PUBLIC = ['/healthz', '/readyz', '/metrics', '/openapi.json', '/', '/dashboard']
/** The browsable description, which says what every ringpost can do and nothing of this one. */
const DOCS = /^\/docs(\/|\*|$)/
/** The dashboard's files, of which the same is true. */
const FILES = '/dashboard*'
/** Where a browser signs in and out: these look after their own rights, see sessions.test.ts. */
const SESSION = '/v1/session'
/** Is a page for browsers, whose password is the token: queue-board.test.ts. */
const BOARD = /^\/admin\/queues/

describe('the API token', () => {
  test('is needed on every route but those that are public', async () => {
    const api = await startTestApi()
    const routes = routesOf(api.app)
    expect(routes.length).toBeGreaterThan(20)
    // The listing itself is held against the document, which has its own.
    const { paths } = (await api.get('/openapi.json')).json
    for (const { path, method } of operationsOf({ paths })) {
      expect(routes).toContainEqual([method.toUpperCase(), path.replace(/\{\w+\}/g, 'x1')])
    }
    expect(routes).toContainEqual(['GET', '/v1/endpoints/x1/secret'])
    for (const [method, path] of routes.filter(
      ([, path]) => !DOCS.test(path) && !BOARD.test(path) && path !== FILES && path !== SESSION,
    )) {
      const answers = [
        await api.request(method, path, { token: null }),
        await api.request(method, path, { token: 'wrong' }),
        await api.request(method, path, { token: `${TOKEN}x` }),
      ]
      const statuses = new Set(answers.map(({ status }) => status))
      // What is signed; here there is no source that takes it.
      if (path.endsWith('/nudge')) expect(statuses).toEqual(new Set([404]))
      else if (PUBLIC.includes(path)) expect(statuses, `${method} ${path}`).toEqual(new Set([200]))
      else expect(statuses, `${method} ${path}`).toEqual(new Set([401]))
    }
    expect(api.state.polls).toEqual([])
  })

  // The stream never ends; stream.test.ts opens it.
  const isAnswered = ([method, path]: [string, string]) => path !== '/v1/stream' || method !== 'GET'

  test('opens every route', async () => {
    const api = await startTestApi()
    for (const route of routesOf(api.app).filter(isAnswered)) {
      const [method, path] = route
      if (path === SESSION) continue
      expect((await api.request(method, path)).status, `${method} ${path}`).not.toBe(401)
    }
  })

  test('opens what its scopes say, on every route', async () => {
    const api = await startTestApi()
    const make = async (scope: string) =>
      (await api.post('/v1/tokens', { name: scope, scopes: [scope] })).json.token as string
    const [read, write] = [await make('read'), await make('write')]
    const routes = routesOf(api.app).filter(
      ([, path]) => path.startsWith('/v1') && path !== SESSION && !path.endsWith('/nudge'),
    )
    for (const [method, path] of routes.filter(isAnswered)) {
      const looks = method === 'GET' || method === 'HEAD' || path.endsWith('/preview')
      const needs = path.startsWith('/v1/tokens')
        ? 'nobody'
        : path.endsWith('/secret') || !looks
          ? 'write'
          : 'read'
      for (const [scope, token] of [
        ['read', read],
        ['write', write],
      ] as const) {
        const { status } = await api.request(method, path, { token })
        const where = `${method} ${path} with the scope ${scope}`
        if (scope === needs) expect([401, 403], where).not.toContain(status)
        else expect(status, where).toBe(403)
      }
    }
    expect((await api.get('/v1/tokens')).json.data).toHaveLength(2)
  })

  test('is asked for before anything is told of what there is', async () => {
    const api = await startTestApi()
    for (const path of [
      '/v1',
      '/v1/',
      '/v1/nope',
      '/v1/endpoints/',
      '/v1?x=1',
      '/v1/%zz',
      '/v1/sources/x/y/z',
    ]) {
      expect((await api.get(path, { token: null })).status, path).toBe(401)
    }
    expect((await api.request('PUT', '/v1/sources', { token: null })).status).toBe(401)
    expect((await api.post('/v1/endpoints', undefined, { token: null, raw: '{' })).status).toBe(401)
    expect(
      (await api.post('/v1/endpoints', undefined, { token: null, raw: 'x'.repeat(300_000) })).status,
    ).toBe(401)
  })

  test('is refused with a challenge and a plain sentence', async () => {
    const api = await startTestApi()
    const missing = await api.get('/v1/sources', { token: null })
    expect(missing.headers.get('www-authenticate')).toBe('Bearer realm="ringpost"')
    expect(missing.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(missing.json).toEqual({
      type: 'urn:ringpost:problem:unauthorized',
      title: 'A valid token is needed',
      status: 401,
      code: 'unauthorized',
      detail: expect.stringContaining('Authorization: Bearer <token>'),
    })
    const wrong = await api.get('/v1/sources', { token: 'wrong' })
    expect(wrong.headers.get('www-authenticate')).toBe('Bearer realm="ringpost", error="invalid_token"')
    expect(wrong.json.detail).toMatch(/not the API token/)
    expect(wrong.text).not.toContain(TOKEN)
  })

  test.each([
    ['Basic dXNlcjpwYXNz', 401],
    ['Bearer', 401],
    [TOKEN, 401],
    [`Bearer ${TOKEN} ${TOKEN}`, 401],
    [`Bearer ${TOKEN.toUpperCase()}`, 401],
    [`Bearer ${TOKEN.slice(0, -1)}`, 401],
    [`bearer ${TOKEN}`, 200],
    [`BEARER  ${TOKEN}`, 200],
  ])('in the header %s answers %i', async (authorization, status) => {
    const api = await startTestApi()
    expect((await api.get('/v1/sources', { token: null, headers: { authorization } })).status).toBe(status)
  })
})
