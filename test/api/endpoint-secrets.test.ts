import { describe, expect, test } from 'vitest'
import { startTestApi } from './support.ts'

const URL = 'https://hooks.example.com/ringpost'

describe('the headers of an endpoint', () => {
  test.each([
    'webhook-id',
    'Webhook-Signature',
    'WEBHOOK-ANYTHING',
    'host',
    'Content-Length',
    'content-type',
    'content-encoding',
    'Connection',
    'Transfer-Encoding',
    'te',
    'trailer',
    'upgrade',
    'expect',
    'keep-alive',
    'user-agent',
  ])('cannot be %s, which is set by ringpost', async (name) => {
    const api = await startTestApi()
    const answer = await api.post('/v1/endpoints', { url: URL, headers: { [name]: 'x' } })
    expect(answer.json).toMatchObject({
      status: 400,
      errors: [{ path: `headers.${name}`, message: 'is set by ringpost itself and cannot be given' }],
    })
  })

  test.each(['', 'x y', 'x:y', 'x\ny', 'ключ', 'x(y)', '"x"', 'x\u0000', 'x'.repeat(101)])(
    'cannot have a name that is none (%#)',
    async (name) => {
      const api = await startTestApi()
      const answer = await api.post('/v1/endpoints', { url: URL, headers: { [name]: 'x' } })
      expect(answer.status).toBe(400)
      expect(answer.json.errors[0].path).toBe(`headers.${name}`)
    },
  )

  const values = [
    '',
    ' x',
    'x ',
    'a\r\nb: c',
    'a\nb',
    'a\u0000b',
    'a\u007f',
    'a\tb',
    'é',
    '••••',
    5,
    null,
    ['x'],
  ]
  test.each([...values, 'x'.repeat(4097)].map((value) => ({ value })))(
    'cannot have a value that cannot be sent (%#)',
    async ({ value }) => {
      const api = await startTestApi()
      const answer = await api.post('/v1/endpoints', { url: URL, headers: { 'x-key': value } })
      expect(answer.status).toBe(400)
      expect(answer.json.errors[0].path).toBe('headers.x-key')
    },
  )

  test('cannot be given twice, or by the hundred', async () => {
    const api = await startTestApi()
    const twice = await api.post('/v1/endpoints', { url: URL, headers: { 'X-Key': 'a', 'x-key': 'b' } })
    expect(twice.json.errors).toEqual([
      { path: 'headers', message: 'has the same name twice, in different case' },
    ])
    const headers = Object.fromEntries(Array.from({ length: 31 }, (_, i) => [`x-${i}`, 'v']))
    expect((await api.post('/v1/endpoints', { url: URL, headers })).json.errors).toEqual([
      { path: 'headers', message: 'must have at most 30 entries' },
    ])
  })

  test('are changed one by one: set, removed with null, kept when not named', async () => {
    const api = await startTestApi()
    const { id } = await api.addEndpoint({ headers: { 'x-a': '1', 'x-b': '2', 'x-c': '3' } })
    const path = `/v1/endpoints/${id}`
    const clear = async () => api.endpoints.target(await api.endpoints.get(id)).headers
    const changed = await api.patch(path, {
      headers: { 'X-A': 'one', 'x-b': null, 'x-d': '4', 'x-never': null },
    })
    expect(changed.json.headers).toEqual({ 'x-a': '••••', 'x-c': '••••', 'x-d': '••••' })
    expect(await clear()).toEqual({ 'x-a': 'one', 'x-c': '3', 'x-d': '4' })
    expect((await api.patch(path, { headers: {} })).json.headers).toEqual(changed.json.headers)
    expect((await api.patch(path, { description: 'x' })).json.headers).toEqual(changed.json.headers)
    // What an answer shows, sent back, must not become the value.
    const echoed = await api.patch(path, { headers: changed.json.headers })
    expect(echoed.status).toBe(400)
    expect(echoed.json.errors[0]).toEqual({
      path: 'headers.x-a',
      message: expect.stringContaining('is the mask'),
    })
    expect(await clear()).toEqual({ 'x-a': 'one', 'x-c': '3', 'x-d': '4' })
  })
})

describe('the secrets of an endpoint', () => {
  test('are in no answer but that of its creation and the one that is asked for them', async () => {
    const api = await startTestApi()
    const value = 'header-value-4711'
    const created = await api.post('/v1/endpoints', { url: URL, headers: { 'x-key': value } })
    const { id, secret } = created.json
    const path = `/v1/endpoints/${id}`
    expect((await api.get(`${path}/secret`)).json).toEqual({ secret })
    expect(created.text).not.toContain(value)
    const sealed = (await api.endpoints.get(id)).secrets[0]?.sealed ?? ''
    const others = [
      await api.get(path),
      await api.get('/v1/endpoints'),
      await api.patch(path, { description: 'x' }),
      await api.patch(path, { headers: { 'x-other': value } }),
      await api.post('/v1/endpoints', { url: URL, headers: { 'x-key': 'bad\nvalue-4712' } }),
      await api.request('DELETE', path),
      await api.get('/openapi.json'),
    ]
    for (const { text } of others) {
      for (const hidden of [secret, value, 'value-4712', sealed]) expect(text).not.toContain(hidden)
    }
  })

  test('the newest that is valid is shown', async () => {
    const api = await startTestApi()
    const { id } = await api.addEndpoint()
    const stored = await api.endpoints.get(id)
    const other = await api.addEndpoint()
    const [old] = stored.secrets
    if (old === undefined) throw new Error('An endpoint has a secret.')
    const first = (await api.get(`/v1/endpoints/${id}/secret`)).json.secret
    expect(first).not.toBe((await api.get(`/v1/endpoints/${other.id}/secret`)).json.secret)

    const expired = { ...stored, secrets: [{ ...old, expires_at: '2026-11-23T09:00:00.000Z' }] }
    await api.redis.hset(api.keys.endpoints, id, JSON.stringify(expired))
    const none = await api.get(`/v1/endpoints/${id}/secret`)
    expect(none.json).toMatchObject({ status: 404, detail: expect.stringContaining('no signing secret') })
  })
})
