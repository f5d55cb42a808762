import { describe, expect, test } from 'vitest'
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

const PUBLIC = ['/healthz', '/readyz', '/metrics', '/openapi.json']
/** The browsable description, which says what every ringpost can do and nothing of this one. */
const DOCS = /^\/docs(\/|\*|$)/
/** Is a page for browsers, whose password is the token: queue-board.test.ts. */
const BOARD = /^\/admin\/queues/

describe('the API token', () => {
  test('is needed on every route but those that are public', async () => {
    const api = await startTestApi()
    const routes = routesOf(api.app)
    expect(routes.length).toBeGreaterThan(20)
    expect(routes).toContainEqual(['GET', '/v1/endpoints/x1/secret'])
    for (const [method, path] of routes.filter(([, path]) => !DOCS.test(path) && !BOARD.test(path))) {
      const answers = [
        await api.request(method, path, { token: null }),
        await api.request(method, path, { token: 'wrong' }),
        await api.request(method, path, { token: `${TOKEN}x` }),
      ]
      const statuses = new Set(answers.map(({ status }) => status))
      if (PUBLIC.includes(path)) expect(statuses, `${method} ${path}`).toEqual(new Set([200]))
      else expect(statuses, `${method} ${path}`).toEqual(new Set([401]))
    }
    expect(api.state.polls).toEqual([])
  })

  test('opens every route', async () => {
    const api = await startTestApi()
    // The stream never ends; stream.test.ts opens it.
    for (const [method, path] of routesOf(api.app).filter(([, path]) => path !== '/v1/stream')) {
      expect((await api.request(method, path)).status, `${method} ${path}`).not.toBe(401)
    }
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
