import { describe, expect, test } from 'vitest'
import { startTestApi, TOKEN } from './support.ts'

const basic = (password: string, name = 'anyone') => ({
  token: null,
  headers: { authorization: `Basic ${Buffer.from(`${name}:${password}`).toString('base64')}` },
})

describe('the board of the queues', () => {
  test('is for the administrator, whose token is the password that a browser asks for', async () => {
    const api = await startTestApi()
    const { json: reader } = await api.post('/v1/tokens', { name: 'reader', scopes: ['read', 'write'] })
    for (const path of [
      '/admin/queues',
      '/admin/queues/api/queues',
      '/admin/queues/static/images/logo.svg',
    ]) {
      const asked = await api.get(path, { token: null })
      expect([path, asked.status]).toEqual([path, 401])
      expect(asked.headers.get('www-authenticate')).toMatch(/^Basic realm=/)
      expect((await api.get(path, basic('wrong-token-5f1d9c3ab27e'))).status).toBe(401)
      expect((await api.get(path, basic(reader.token))).status).toBe(403)
    }
    const page = await api.get('/admin/queues', basic(TOKEN))
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ])
    // The API itself takes no password: a browser would send it along from any page.
    const refused = await api.get('/v1/sources', basic(TOKEN))
    expect(refused.status).toBe(401)
    expect(refused.headers.get('www-authenticate')).toMatch(/^Bearer /)
  })

  test('shows the queues, and changes none', async () => {
    const api = await startTestApi()
    await api.queues.wake('ep_1')
    const { json } = await api.get('/admin/queues/api/queues')
    const found = json.queues.map(
      (one: { name: string; counts: { waiting: number }; readOnlyMode: boolean }) => [
        one.name,
        one.counts.waiting,
        one.readOnlyMode,
      ],
    )
    expect(found).toEqual([
      ['poll', 0, true],
      ['enrich', 0, true],
      ['relay', 0, true],
      ['deliver', 1, true],
      ['retry', 0, true],
      ['backfill', 0, true],
      ['maintain', 0, true],
    ])
    const attempts = [
      ['PUT', '/pause'],
      ['PUT', '/empty'],
      ['PUT', '/obliterate'],
      ['PUT', '/clean/waiting'],
      ['POST', '/add'],
    ] as const
    for (const [method, path] of attempts) {
      const answer = await api.request(method, `/admin/queues/api/queues/deliver${path}`, { body: {} })
      expect([path, answer.status]).toEqual([path, 405])
    }
    await api.request('PUT', '/admin/queues/api/queues/pause', { body: {} })
    const [deliver] = (await api.queues.figures()).filter(({ queue }) => queue === 'deliver')
    expect(deliver?.jobs.waiting).toBe(1)
    expect(await Promise.all(api.queues.all.map((queue) => queue.isPaused()))).not.toContain(true)
  })

  test('loads nothing from elsewhere, and is not part of the API’s description', async () => {
    const api = await startTestApi()
    const page = await api.get('/admin/queues/queue/deliver')
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'")
    for (const [, path] of page.text.matchAll(/(?:src|href)="(static\/[^"]+)"/g)) {
      expect([path, (await api.get(`/admin/queues/${path}`)).status]).toEqual([path, 200])
    }
    const { json } = await api.get('/openapi.json', { token: null })
    expect(Object.keys(json.paths).filter((path) => !/^\/(v1|healthz|readyz)/.test(path))).toEqual([])
  })

  test('is not there unless it is asked for', async () => {
    const api = await startTestApi({ boardQueues: null })
    expect((await api.get('/admin/queues')).status).toBe(404)
  })
})
