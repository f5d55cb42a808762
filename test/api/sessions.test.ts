import { describe, expect, test } from 'vitest'
import { FAILED_ATTEMPTS } from '../../src/api/auth.ts'
import { MOST_SESSIONS, SESSION_MS } from '../../src/sessions/sessions.ts'
import { allKeys } from '../support/redis.ts'
import { startTestApi, type TestApi, TOKEN } from './support.ts'

const OWN = { 'x-ringpost-dashboard': '1' }

async function signIn(api: TestApi, token = TOKEN, headers: Record<string, string> = OWN) {
  const answer = await api.post('/v1/session', { token }, { token: null, headers })
  const setCookie = answer.headers.get('set-cookie') ?? ''
  const cookie = setCookie.split(';', 1)[0] ?? ''
  return { answer, setCookie, cookie }
}

const asBrowser = (cookie: string, headers: Record<string, string> = OWN) => ({
  token: null,
  headers: { cookie, ...headers },
})

describe('signing in', () => {
  test('gives a cookie that no script and no other site gets, and that is not the token', async () => {
    const api = await startTestApi()
    const { answer, setCookie, cookie } = await signIn(api)
    expect(answer.status).toBe(201)
    expect(answer.json).toEqual({
      name: null,
      scopes: ['read', 'write', 'administrator'],
      expires_at: new Date(api.clock.now + SESSION_MS).toISOString(),
    })
    expect(setCookie).toMatch(
      /^ringpost_session=[\w-]{43}; Path=\/v1; HttpOnly; SameSite=Strict; Max-Age=604800$/,
    )
    expect(cookie).not.toContain(TOKEN)
    expect((await api.get('/v1/sources', asBrowser(cookie))).status).toBe(200)
    expect((await api.get('/v1/session', asBrowser(cookie))).json).toEqual(answer.json)
  })

  test('over https gives a cookie that goes over https alone', async () => {
    const api = await startTestApi()
    const { setCookie } = await signIn(api, TOKEN, { ...OWN, origin: 'https://ringpost.example.com' })
    expect(setCookie).toMatch(/; Secure$/)
  })

  test('is refused for a wrong token, without the header, and for what is no JSON', async () => {
    const api = await startTestApi()
    expect((await signIn(api, 'rp_wrong')).answer.status).toBe(401)
    expect((await signIn(api, TOKEN, {})).answer.status).toBe(403)
    const form = await api.request('POST', '/v1/session', {
      raw: `token=${TOKEN}`,
      token: null,
      headers: { ...OWN, 'content-type': 'application/x-www-form-urlencoded' },
    })
    expect(form.status).toBe(415)
  })

  test('cannot be tried at speed', async () => {
    const api = await startTestApi({ failedAttempts: FAILED_ATTEMPTS })
    for (let i = 0; i < FAILED_ATTEMPTS; i++) expect((await signIn(api, `rp_${i}`)).answer.status).toBe(401)
    expect((await signIn(api)).answer.status).toBe(429)
  })

  test('leaves nothing in Redis or the log that could be used', async () => {
    const api = await startTestApi()
    const { cookie } = await signIn(api)
    const secret = cookie.split('=')[1] ?? ''
    const [key = ''] = await allKeys(api.redis, `${api.keys.prefix}:session:*`)
    const kept = key + ((await api.redis.get(key)) ?? '')
    expect(kept).not.toContain(secret)
    expect(kept).not.toContain(TOKEN)
    expect(await api.redis.pttl(key)).toBeGreaterThan(0)
    expect(api.lines.join('')).not.toContain(secret)
  })
})

test('sessions are a hundred of one token at most: of more, the oldest end', async () => {
  const api = await startTestApi()
  const { json } = await api.post('/v1/tokens', { name: 'x', scopes: ['read'] })
  const other = await signIn(api)
  const cookies: string[] = []
  for (let i = 0; i < MOST_SESSIONS + 3; i++) {
    api.clock.now++
    cookies.push((await signIn(api, json.token)).cookie)
  }
  const places = () => allKeys(api.redis, `${api.keys.prefix}:session:*`)
  expect(await places()).toHaveLength(MOST_SESSIONS + 1)
  const status = async (cookie = '') => (await api.get('/v1/sources', asBrowser(cookie))).status
  expect([await status(cookies[2]), await status(cookies[3]), await status(cookies.at(-1))]).toEqual([
    401, 200, 200,
  ])
  expect(await status(other.cookie)).toBe(200)
  // Who has signed out does not count.
  await api.request('DELETE', '/v1/session', asBrowser(cookies.at(-1) ?? ''))
  api.clock.now++
  await signIn(api, json.token)
  expect(await status(cookies[3])).toBe(200)
})

describe('a session', () => {
  test('changes something only for a page of ringpost itself', async () => {
    const api = await startTestApi()
    const { cookie } = await signIn(api)
    const body = { url: 'https://hooks.example.com' }
    const foreign = await api.post('/v1/endpoints', body, asBrowser(cookie, {}))
    expect(foreign.status).toBe(403)
    expect(foreign.json.detail).toContain('x-ringpost-dashboard')
    expect((await api.get('/v1/endpoints')).json.data).toEqual([])
    expect((await api.request('DELETE', '/v1/sources/src_x', asBrowser(cookie, {}))).status).toBe(403)
    expect((await api.post('/v1/endpoints', body, asBrowser(cookie))).status).toBe(201)
  })

  test('is never offered to another origin', async () => {
    const api = await startTestApi()
    const { cookie } = await signIn(api)
    const origin = { origin: 'https://evil.example' }
    const preflight = await api.request('OPTIONS', '/v1/endpoints', asBrowser(cookie, origin))
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull()
    const read = await api.get('/v1/endpoints', asBrowser(cookie, origin))
    expect(read.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('ends with signing out, for good', async () => {
    const api = await startTestApi()
    const { cookie } = await signIn(api)
    expect((await api.request('DELETE', '/v1/session', asBrowser(cookie, {}))).status).toBe(403)
    const out = await api.request('DELETE', '/v1/session', asBrowser(cookie))
    expect(out.status).toBe(204)
    expect(out.headers.get('set-cookie')).toMatch(/^ringpost_session=; .*Max-Age=0/)
    expect((await api.get('/v1/sources', asBrowser(cookie))).status).toBe(401)
    expect((await api.get('/v1/session', asBrowser(cookie))).status).toBe(401)
  })

  test('ends after a week', async () => {
    const api = await startTestApi()
    const { cookie } = await signIn(api)
    api.clock.now += SESSION_MS - 1
    expect((await api.get('/v1/sources', asBrowser(cookie))).status).toBe(200)
    api.clock.now++
    expect((await api.get('/v1/sources', asBrowser(cookie))).status).toBe(401)
  })

  test('may do what its token may, and ends with it', async () => {
    const api = await startTestApi()
    const { json } = await api.post('/v1/tokens', { name: 'Night shift', scopes: ['read'] })
    const { answer, cookie } = await signIn(api, json.token)
    expect(answer.json).toMatchObject({ name: 'Night shift', scopes: ['read'] })
    expect((await api.get('/v1/sources', asBrowser(cookie))).status).toBe(200)
    expect((await api.post('/v1/endpoints', { url: 'https://a.example' }, asBrowser(cookie))).status).toBe(
      403,
    )
    expect((await api.get('/v1/tokens', asBrowser(cookie))).status).toBe(403)
    await api.request('DELETE', `/v1/tokens/${json.id}`)
    expect((await api.get('/v1/sources', asBrowser(cookie))).status).toBe(401)
  })

  test('lasts no longer than its token', async () => {
    const api = await startTestApi()
    const ends = new Date(Date.now() + 3_600_000).toISOString()
    api.clock.now = Date.parse(ends) - 60_000
    const { json } = await api.post('/v1/tokens', { name: 'An hour', expires_at: ends })
    const { answer, cookie } = await signIn(api, json.token)
    expect(answer.json.expires_at).toBe(ends)
    api.clock.now += 60_000
    expect((await api.get('/v1/sources', asBrowser(cookie))).status).toBe(401)
  })

  test('is replaced by signing in again', async () => {
    const api = await startTestApi()
    const first = await signIn(api)
    const second = await signIn(api, TOKEN, { ...OWN, cookie: first.cookie })
    expect((await api.get('/v1/sources', asBrowser(first.cookie))).status).toBe(401)
    expect((await api.get('/v1/sources', asBrowser(second.cookie))).status).toBe(200)
  })

  test('that nobody has is refused', async () => {
    const api = await startTestApi()
    for (const cookie of ['ringpost_session=', `ringpost_session=${'a'.repeat(43)}`, 'other=1']) {
      expect((await api.get('/v1/sources', asBrowser(cookie))).status).toBe(401)
    }
  })
})
