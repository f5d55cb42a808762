import { describe, expect, test } from 'vitest'
import { FAILED_ATTEMPTS } from '../../src/api/auth.ts'
import { createFailedAttempts } from '../../src/api/failed-attempts.ts'
import { startTestApi, type TestApi, TOKEN } from './support.ts'

async function make(api: TestApi, body: object = {}) {
  const answer = await api.post('/v1/tokens', { name: 'dashboard', ...body })
  expect(answer.status, answer.text).toBe(201)
  return answer.json as { id: string; token: string; scopes: string[]; expires_at: string | null }
}

describe('a token', () => {
  test('is shown once, and only its hash is kept', async () => {
    const api = await startTestApi()
    const made = await make(api)
    expect(made).toMatchObject({
      id: expect.stringMatching(/^tok_[0-9a-f]{24}$/),
      token: expect.stringMatching(/^rp_[0-9a-f]{24}_[\w-]{43}$/),
      scopes: ['read', 'write'],
      expires_at: null,
      last_used_at: null,
    })
    const list = await api.get('/v1/tokens')
    expect(list.json.data).toMatchObject([{ id: made.id, name: 'dashboard' }])
    const secret = made.token.slice(-43)
    expect(list.text).not.toContain(secret)
    expect(JSON.stringify(await api.redis.hgetall(api.keys.tokens))).not.toContain(secret)
    expect(api.lines.join('')).not.toContain(secret)
  })

  test('opens the API until it is revoked', async () => {
    const api = await startTestApi()
    const { id, token } = await make(api)
    expect((await api.get('/v1/sources', { token })).status).toBe(200)
    expect((await api.request('DELETE', `/v1/tokens/${id}`)).status).toBe(204)
    expect((await api.get('/v1/sources', { token })).status).toBe(401)
    expect((await api.request('DELETE', `/v1/tokens/${id}`)).status).toBe(404)
  })

  test('ends when it expires', async () => {
    const api = await startTestApi()
    const ends = new Date(Date.now() + 3_600_000).toISOString()
    api.clock.now = Date.parse(ends) - 1
    const { token } = await make(api, { expires_at: ends })
    expect((await api.get('/v1/sources', { token })).status).toBe(200)
    api.clock.now++
    expect((await api.get('/v1/sources', { token })).status).toBe(401)
  })

  test('tells when it was last used, to the minute', async () => {
    const api = await startTestApi()
    const { token } = await make(api)
    const lastUse = async () => (await api.get('/v1/tokens')).json.data[0].last_used_at
    expect(await lastUse()).toBeNull()
    await api.get('/v1/sources', { token })
    const first = new Date(api.clock.now).toISOString()
    expect(await lastUse()).toBe(first)
    api.clock.now += 59_000
    await api.get('/v1/sources', { token })
    expect(await lastUse()).toBe(first)
    api.clock.now += 1_000
    await api.get('/v1/sources', { token })
    expect(await lastUse()).toBe(new Date(api.clock.now).toISOString())
  })

  test('may do what its scopes say', async () => {
    const api = await startTestApi()
    const reader = (await make(api, { scopes: ['read'] })).token
    const writer = (await make(api, { scopes: ['write'] })).token
    const { id } = await api.addEndpoint()
    const status = async (method: string, path: string, token: string, body?: object) =>
      (await api.request(method, path, { token, ...(body ? { body } : {}) })).status
    expect(await status('GET', '/v1/endpoints', reader)).toBe(200)
    expect(await status('PATCH', `/v1/endpoints/${id}`, reader, { description: 'x' })).toBe(403)
    expect(await status('DELETE', `/v1/endpoints/${id}`, reader)).toBe(403)
    expect(await status('GET', `/v1/endpoints/${id}/secret`, reader)).toBe(403)
    expect(await status('GET', '/v1/endpoints', writer)).toBe(403)
    expect(await status('PATCH', `/v1/endpoints/${id}`, writer, { description: 'x' })).toBe(200)
    expect(await status('GET', `/v1/endpoints/${id}/secret`, writer)).toBe(200)
  })

  test('cannot look at tokens, nor make or revoke one', async () => {
    const api = await startTestApi()
    const { id, token } = await make(api)
    for (const [method, path] of [
      ['GET', '/v1/tokens'],
      ['POST', '/v1/tokens'],
      ['DELETE', `/v1/tokens/${id}`],
    ] as const) {
      const refused = await api.request(method, path, { token })
      expect(refused.status).toBe(403)
      expect(refused.json.detail).toMatch(/administrator/)
    }
    expect((await api.get('/v1/tokens')).json.data).toHaveLength(1)
  })

  test.each([
    [{ name: '' }, 'name'],
    [{ name: 'x', scopes: [] }, 'scopes'],
    [{ name: 'x', scopes: ['admin'] }, 'scopes.0'],
    [{ name: 'x', scopes: ['read', 'read'] }, 'scopes'],
    [{ name: 'x', expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
    [{ name: 'x', expires_at: 'tomorrow' }, 'expires_at'],
    [{ name: 'x', token: 'mine' }, 'token'],
  ])('is refused as %j', async (body, path) => {
    const api = await startTestApi()
    const refused = await api.post('/v1/tokens', body)
    expect(refused.status).toBe(400)
    expect(refused.json.errors.map((error: { path: string }) => error.path)).toContain(path)
  })

  test('with another secret or another id is none', async () => {
    const api = await startTestApi()
    const [a, b] = [await make(api), await make(api)]
    for (const token of [
      a.token.slice(0, 28) + b.token.slice(28),
      a.token.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
      `${a.token}A`,
      a.token.slice(28),
      a.id,
    ]) {
      expect((await api.get('/v1/sources', { token })).status, token).toBe(401)
    }
  })
})

describe('wrong tokens from one address', () => {
  test('have to wait after so many, with a short right one too, and no longer than a minute', async () => {
    const api = await startTestApi({ failedAttempts: FAILED_ATTEMPTS })
    for (let i = 0; i < FAILED_ATTEMPTS; i++) {
      expect((await api.get('/v1/sources', { token: `wrong-${i}` })).status).toBe(401)
    }
    const limited = await api.get('/v1/sources', { token: TOKEN })
    expect(limited.status).toBe(429)
    expect(limited.headers.get('retry-after')).toBe('60')
    expect(limited.json.code).toBe('too_many_requests')
    expect((await api.get('/healthz')).status).toBe(200)
    api.clock.now += 60_000
    expect((await api.get('/v1/sources', { token: TOKEN })).status).toBe(200)
  })

  test('lock out nobody whose token is right and long', async () => {
    const apiToken = 'k'.repeat(32)
    const api = await startTestApi({ failedAttempts: 3, apiToken })
    const { token } = (await api.post('/v1/tokens', { name: 'x' }, { token: apiToken })).json
    const statusOf = async (tried: string) => (await api.get('/v1/sources', { token: tried })).status
    const wrong = `${token.slice(0, 28)}${'A'.repeat(43)}`
    for (let i = 0; i < 3; i++) expect(await statusOf(wrong)).toBe(401)
    expect(await statusOf(wrong)).toBe(429)
    expect(await statusOf('wrong')).toBe(429)
    expect([await statusOf(apiToken), await statusOf(token)]).toEqual([200, 200])
    // A right one gives those who guess no further attempt.
    expect(await statusOf(wrong)).toBe(429)
  })

  test('are no more where they come at once', async () => {
    const api = await startTestApi({ failedAttempts: FAILED_ATTEMPTS })
    const { token } = await make(api)
    const wrong = `${token.slice(0, 28)}${'A'.repeat(43)}`
    // Past the sockets, so that all are there before Redis has answered of the first.
    const headers = { authorization: `Bearer ${wrong}` }
    const answers = await Promise.all(
      Array.from({ length: 200 }, () => api.app.inject({ url: '/v1/sources', headers })),
    )
    const count = (status: number) => answers.filter(({ statusCode }) => statusCode === status).length
    expect([count(401), count(429)]).toEqual([FAILED_ATTEMPTS, 200 - FAILED_ATTEMPTS])
  })

  test('do not count where many right ones came at once', async () => {
    const api = await startTestApi({ failedAttempts: 3 })
    const { token } = await make(api)
    const answers = await Promise.all(Array.from({ length: 50 }, () => api.get('/v1/sources', { token })))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect((await api.get('/v1/sources', { token: 'wrong' })).status).toBe(401)
    expect((await api.get('/v1/sources')).status).toBe(200)
  })

  test('of IPv6 count by the network of 64 bits', () => {
    const attempts = createFailedAttempts({ failures: 1, windowMs: 60_000, now: () => 1 })
    attempts.begin('2001:db8:1:2::1')?.failed()
    attempts.begin('::1')?.failed()
    attempts.begin('::ffff:192.0.2.1')?.failed()
    const waits = (address: string) => attempts.waitOf(address) > 0
    for (const same of ['2001:db8:1:2:ffff::9', '2001:db8:1:2:3:4:5:6', '192.0.2.1', '::2']) {
      expect([same, waits(same)]).toEqual([same, true])
    }
    for (const other of ['2001:db8:1:3::1', '2001:db8:1::2:1', '192.0.2.2', 'fe80::1%eth0']) {
      expect([other, waits(other)]).toEqual([other, false])
    }
  })

  test('are not counted where there was no token', async () => {
    const api = await startTestApi({ failedAttempts: 2 })
    for (let i = 0; i < 5; i++) await api.get('/v1/sources', { token: null })
    expect((await api.get('/v1/sources')).status).toBe(200)
  })
})
