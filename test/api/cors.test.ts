import { describe, expect, test } from 'vitest'
import { startTestApi, type TestApi } from './support.ts'

const PAGE = 'https://app.example.com'
const OTHER = 'https://evil.example'

const corsOf = ({ headers }: Awaited<ReturnType<TestApi['get']>>) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-')))

function preflight(api: TestApi, origin: string, path = '/v1/endpoints') {
  return api.request('OPTIONS', path, {
    token: null,
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization, content-type',
    },
  })
}

describe('without RINGPOST_CORS_ORIGINS', () => {
  test('no answer says anything to pages of other origins', async () => {
    const api = await startTestApi()
    const answers = [
      await api.get('/v1/sources', { headers: { origin: PAGE } }),
      await api.get('/healthz', { headers: { origin: PAGE } }),
      await api.get('/openapi.json', { headers: { origin: PAGE } }),
      await preflight(api, PAGE),
    ]
    for (const answer of answers) {
      expect(corsOf(answer)).toEqual({})
      expect(answer.headers.get('vary')).toBeNull()
    }
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 401])
  })
})

describe('with RINGPOST_CORS_ORIGINS', () => {
  test('a page of one of them may ask, send a token, and read answers, refusals too', async () => {
    const api = await startTestApi({ corsOrigins: [PAGE, 'http://localhost:3000'] })
    const asked = await preflight(api, PAGE)
    expect([asked.status, asked.text]).toEqual([204, ''])
    expect(corsOf(asked)).toEqual({
      'access-control-allow-origin': PAGE,
      'access-control-allow-methods': 'GET, HEAD, POST, PATCH, DELETE',
      'access-control-allow-headers': 'authorization, content-type, idempotency-key, last-event-id',
      'access-control-expose-headers':
        'idempotent-replayed, location, retry-after, www-authenticate, x-request-id',
      'access-control-max-age': '600',
    })
    expect(asked.headers.get('vary')).toBe('Origin')
    expect(asked.headers.get('x-content-type-options')).toBe('nosniff')
    const answers = [
      await api.get('/v1/sources', { headers: { origin: PAGE } }),
      await api.get('/v1/sources', { headers: { origin: PAGE }, token: null }),
      await api.get('/v1/%zz', { headers: { origin: PAGE } }),
      await api.post('/v1/endpoints', {}, { headers: { origin: PAGE } }),
    ]
    for (const answer of answers) expect(answer.headers.get('access-control-allow-origin')).toBe(PAGE)
    // Cookies have no part in it.
    for (const { headers } of [asked, ...answers])
      expect(headers.get('access-control-allow-credentials')).toBeNull()
  })

  test('a page of another one may not, and nothing is carried out by a preflight', async () => {
    const api = await startTestApi({ corsOrigins: [PAGE] })
    for (const origin of [OTHER, `${PAGE}.evil.example`, 'null', PAGE.toUpperCase(), `${PAGE}:443`, '*']) {
      expect(corsOf(await api.get('/v1/sources', { headers: { origin } })), origin).toEqual({})
      const asked = await preflight(api, origin)
      expect([asked.status, corsOf(asked)], origin).toEqual([401, {}])
    }
    const without = await api.get('/v1/sources')
    expect([corsOf(without), without.headers.get('vary')]).toEqual([{}, 'Origin'])
    expect(
      (await api.request('OPTIONS', '/v1/sources', { token: null, headers: { origin: PAGE } })).status,
    ).toBe(401)
    expect((await preflight(api, PAGE, '/v1/sources/src_x/poll')).status).toBe(204)
    expect(api.state.polls).toEqual([])
  })

  test('* lets every page, which still needs a token', async () => {
    const api = await startTestApi({ corsOrigins: ['*'] })
    const answer = await api.get('/v1/sources', { headers: { origin: OTHER } })
    expect(answer.headers.get('access-control-allow-origin')).toBe('*')
    expect((await api.get('/v1/sources', { headers: { origin: OTHER }, token: null })).status).toBe(401)
    expect((await preflight(api, OTHER)).status).toBe(204)
  })

  test('the live stream can be read, too', async () => {
    const api = await startTestApi({ corsOrigins: [PAGE] })
    const response = await fetch(`${api.url}/v1/stream`, {
      headers: { authorization: 'Bearer test-token-5f1d9c3ab27e', origin: PAGE },
    })
    expect(response.headers.get('access-control-allow-origin')).toBe(PAGE)
    await response.body?.cancel()
  })
})
