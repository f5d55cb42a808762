import { describe, expect, test } from 'vitest'
import { createSecret, signatureHeader, verifySignature } from '../../src/deliver/sign.ts'
import { publicKeyOf } from '../../src/secrets/signing-secret.ts'
import { NOON, startTestApi } from './support.ts'

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

test('two changes of the headers at once are both kept, and so is a rotation', async () => {
  const api = await startTestApi()
  const { id } = await api.addEndpoint({ headers: { 'x-gone': '0' } })
  const path = `/v1/endpoints/${id}`
  const names = Array.from({ length: 20 }, (_, n) => `x-${n}`)
  const answers = await Promise.all([
    ...names.map((name) => api.patch(path, { headers: { [name]: name.toUpperCase() } })),
    api.patch(path, { headers: { 'x-gone': null } }),
    api.patch(path, { description: 'changed' }),
    api.post(`${path}/rotate-secret`, {}),
  ])
  expect(answers.map(({ status }) => status)).toEqual(Array(23).fill(200))
  const after = await api.endpoints.get(id)
  expect(after.description).toBe('changed')
  expect(api.endpoints.target(after).headers).toEqual(
    Object.fromEntries(names.map((name) => [name, name.toUpperCase()])),
  )
  expect(api.endpoints.target(after).secrets).toHaveLength(2)
})

test('headers that are added one by one end at the same number', async () => {
  const api = await startTestApi()
  const headers = Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`x-${i}`, 'v']))
  const { id } = await api.addEndpoint({ headers })
  const path = `/v1/endpoints/${id}`
  const message = 'must have at most 30 entries, with those that are there already'
  expect((await api.patch(path, { headers: { 'x-30': 'v' } })).json).toMatchObject({
    status: 400,
    errors: [{ path: 'headers', message }],
  })
  expect((await api.patch(path, { headers: { 'x-30': 'v', 'x-0': null } })).status).toBe(200)
})

describe('POST /v1/endpoints/:id/rotate-secret', () => {
  const HOUR = 3_600_000

  async function endpointOfTest() {
    const api = await startTestApi()
    const created = (await api.post('/v1/endpoints', { url: URL })).json
    const path = `/v1/endpoints/${created.id}`
    const rotate = (body?: unknown) => api.post(`${path}/rotate-secret`, body)
    const valid = async () => api.endpoints.target(await api.endpoints.get(created.id)).secrets
    return { api, path, first: created.secret as string, rotate, valid }
  }

  test('without a body makes a secret, and keeps the old one for a day', async () => {
    const { api, path, first, rotate, valid } = await endpointOfTest()
    const { status, json } = await rotate()
    expect(status).toBe(200)
    expect(json).toEqual({
      secret: expect.stringMatching(/^whsec_[A-Za-z0-9+/]{43}=$/),
      public_key: null,
      signing: 'hmac-sha256',
      valid_secrets: 2,
      overlap_until: new Date(NOON + 24 * HOUR).toISOString(),
    })
    expect(json.secret).not.toBe(first)
    expect(await valid()).toEqual([json.secret, first])
    expect((await api.get(`${path}/secret`)).json).toEqual({ secret: json.secret, public_key: null })
    api.clock.now = NOON + 24 * HOUR - 1
    expect(await valid()).toEqual([json.secret, first])
    api.clock.now = NOON + 24 * HOUR
    expect(await valid()).toEqual([json.secret])
  })

  test('with an overlap of 0s ends every other secret at once', async () => {
    const { first, rotate, valid } = await endpointOfTest()
    const second = (await rotate({ overlap: '1h' })).json.secret
    expect(await valid()).toEqual([second, first])
    const { json } = await rotate({ overlap: '0s' })
    expect(json).toMatchObject({ valid_secrets: 1, overlap_until: null })
    expect(await valid()).toEqual([json.secret])
  })

  test('again within the overlap keeps those that are valid, five at most, none longer than before', async () => {
    const { api, first, rotate, valid } = await endpointOfTest()
    const secrets = [first]
    for (let n = 1; n <= 6; n++) {
      api.clock.now = NOON + n * HOUR
      secrets.unshift((await rotate({ overlap: '24h' })).json.secret)
      expect(await valid()).toEqual(secrets.slice(0, 5))
    }
    // The second newest was replaced at six and the one before it at five, each for a day.
    api.clock.now = NOON + 29 * HOUR
    expect(await valid()).toEqual(secrets.slice(0, 2))
    api.clock.now = NOON + 30 * HOUR
    expect(await valid()).toEqual(secrets.slice(0, 1))
  })

  test('never makes a secret valid for longer than it was', async () => {
    const { api, first, rotate, valid } = await endpointOfTest()
    const second = (await rotate({ overlap: '1h' })).json.secret
    const third = (await rotate({ overlap: '10d' })).json.secret
    expect(await valid()).toEqual([third, second, first])
    api.clock.now = NOON + HOUR
    expect(await valid()).toEqual([third, second])
  })

  test('what has expired leaves the record with its next change', async () => {
    const { api, path, rotate } = await endpointOfTest()
    const id = path.slice('/v1/endpoints/'.length)
    await rotate({ overlap: '1h' })
    api.clock.now = NOON + 2 * HOUR
    expect((await api.endpoints.get(id)).secrets).toHaveLength(2)
    await api.patch(path, { description: 'x' })
    expect((await api.endpoints.get(id)).secrets).toHaveLength(1)
  })

  test('takes a secret of one’s own, but not one that is there already', async () => {
    const { first, rotate, valid } = await endpointOfTest()
    const own = `whsec_${Buffer.alloc(24, 7).toString('base64')}`
    expect((await rotate({ secret: own })).json.secret).toBe(own)
    for (const secret of [own, first]) {
      const again = await rotate({ secret })
      expect(again.json).toMatchObject({
        status: 400,
        errors: [{ path: 'secret', message: 'is one that the endpoint has already' }],
      })
      expect(again.text).not.toContain(secret)
    }
    expect(await valid()).toEqual([own, first])
  })

  test.each<[Record<string, unknown>, string, RegExp]>([
    [{ overlap: '24' }, 'overlap', /a whole number and a unit/],
    [{ overlap: 24 }, 'overlap', /must be a text/],
    [{ overlap: '31d' }, 'overlap', /at most 30d/],
    [{ secret: 'whsec_AAAA' }, 'secret', /24 to 64 bytes/],
    [{ secret: `whsk_${'A'.repeat(86)}==` }, 'secret', /public key of its own seed/],
    [{ signing: 'ed448' }, 'signing', /one of hmac-sha256, ed25519/],
    [{ signing: 'ed25519', secret: `whsec_${'A'.repeat(32)}` }, 'signing', /not the kind of the secret/],
    [{ expire: '1h' }, 'expire', /not a known field/],
  ])('refuses %j', async (body, path, message) => {
    const { first, rotate, valid } = await endpointOfTest()
    const answer = await rotate(body)
    expect(answer.status).toBe(400)
    expect(answer.json.errors).toEqual([{ path, message: expect.stringMatching(message) }])
    expect(answer.text).not.toMatch(/A{20}/)
    expect(await valid()).toEqual([first])
  })

  test('knows no endpoint that there is not', async () => {
    const { api } = await endpointOfTest()
    const answer = await api.post('/v1/endpoints/ep_000000000000000000000000/rotate-secret', {})
    expect(answer.json).toMatchObject({ status: 404, code: 'not_found' })
  })

  test('changes to Ed25519 and back, with both kinds of signature in between', async () => {
    const { api, path, first, rotate, valid } = await endpointOfTest()
    const { json, text } = await rotate({ signing: 'ed25519' })
    expect(json).toMatchObject({
      secret: null,
      public_key: expect.stringMatching(/^whpk_[A-Za-z0-9+/]{43}=$/),
      signing: 'ed25519',
      valid_secrets: 2,
    })
    expect(text).not.toContain('whsk_')
    expect((await api.get(path)).json.signing).toBe('ed25519')
    expect((await api.get(`${path}/secret`)).json).toEqual({ secret: null, public_key: json.public_key })
    const body = '{"a":1}'
    const secs = Math.floor(Date.now() / 1000)
    const signature = signatureHeader(await valid(), 'evt_1', secs, body)
    expect(signature).toMatch(/^v1a,\S+ v1,\S+$/)
    const headers = { id: 'evt_1', timestamp: String(secs), signature }
    for (const secret of [first, json.public_key]) {
      expect(verifySignature({ secrets: [secret], headers, body, nowSecs: secs })).toEqual({ ok: true })
    }
    // Of the same kind where nothing else is said.
    expect((await rotate()).json).toMatchObject({ secret: null, signing: 'ed25519', valid_secrets: 3 })
    expect((await rotate({ signing: 'hmac-sha256', overlap: '0s' })).json).toMatchObject({
      secret: expect.stringMatching(/^whsec_/),
      public_key: null,
      valid_secrets: 1,
    })
  })
})

describe('an endpoint is created', () => {
  test('with a secret of one’s own', async () => {
    const api = await startTestApi()
    const secret = `whsec_${Buffer.alloc(64, 9).toString('base64')}`
    const { json } = await api.post('/v1/endpoints', { url: URL, secret })
    expect(json).toMatchObject({ secret, public_key: null, signing: 'hmac-sha256' })
    expect((await api.get(`/v1/endpoints/${json.id}/secret`)).json).toEqual({ secret, public_key: null })
  })

  test('with a key pair, of which nobody sees the private half', async () => {
    const api = await startTestApi()
    const made = await api.post('/v1/endpoints', { url: URL, signing: 'ed25519' })
    expect(made.json).toMatchObject({ secret: null, public_key: expect.stringMatching(/^whpk_/) })
    expect(made.text).not.toContain('whsk_')
    const own = createSecret('ed25519')
    const { json } = await api.post('/v1/endpoints', { url: URL, secret: own })
    expect(json).toMatchObject({ secret: null, public_key: publicKeyOf(own), signing: 'ed25519' })
    expect(api.endpoints.target(await api.endpoints.get(json.id)).secrets).toEqual([own])
  })

  test('with a secret that is none: it is told why, and never repeated', async () => {
    const api = await startTestApi()
    const answer = await api.post('/v1/endpoints', { url: URL, secret: 'whsec_not base64 at all' })
    expect(answer.status).toBe(400)
    expect(answer.text + api.lines.join('')).not.toContain('not base64 at all')
  })
})

describe('the secrets of an endpoint', () => {
  test('are in no answer but that of its creation and the one that is asked for them', async () => {
    const api = await startTestApi()
    const value = 'header-value-4711'
    const created = await api.post('/v1/endpoints', { url: URL, headers: { 'x-key': value } })
    const { id, secret } = created.json
    const path = `/v1/endpoints/${id}`
    expect((await api.get(`${path}/secret`)).json).toEqual({ secret, public_key: null })
    expect(created.text).not.toContain(value)
    const own = createSecret('ed25519')
    const rotated = await api.post(`${path}/rotate-secret`, { secret: own })
    const sealed = (await api.endpoints.get(id)).secrets[0]?.sealed ?? ''
    const others = [
      await api.get(path),
      await api.get('/v1/endpoints'),
      await api.patch(path, { description: 'x' }),
      await api.patch(path, { headers: { 'x-other': value } }),
      await api.post('/v1/endpoints', { url: URL, headers: { 'x-key': 'bad\nvalue-4712' } }),
      await api.request('DELETE', path),
      await api.get('/openapi.json'),
      rotated,
      await api.post(`${path}/rotate-secret`, { secret: own }),
      await api.post(`${path}/rotate-secret`, { secret: `${own} ` }),
      await api.post('/v1/endpoints', { url: URL, secret: `${secret} ` }),
      await api.post('/v1/endpoints', { url: URL, secret: `${secret} `, header: { 'x-key': value } }),
    ]
    const hidden = [secret, value, 'value-4712', sealed, own]
    for (const { text } of others) for (const one of hidden) expect(text).not.toContain(one)
    // Nor is any of it in the log, at its most talkative, or in Redis.
    const redis = JSON.stringify(await api.redis.hgetall(api.keys.endpoints))
    expect(api.lines.length).toBeGreaterThan(others.length)
    for (const one of [secret, value, 'value-4712', own]) {
      expect(api.lines.join('\n')).not.toContain(one)
      expect(redis).not.toContain(one)
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
