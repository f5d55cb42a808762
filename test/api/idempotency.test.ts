import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { ApiDeps } from '../../src/api/create-api.ts'
import { createRecordedAnswers } from '../../src/idempotency/recorded-answers.ts'
import { createVault } from '../../src/secrets/vault.ts'
import { allKeys } from '../support/redis.ts'
import { until } from '../support/until.ts'
import { startTestApi, type TestApi } from './support.ts'

const URL = 'https://hooks.example.com/ringpost'
const key = (value: string) => ({ headers: { 'idempotency-key': value } })
const create = (api: TestApi, idempotencyKey: string, body: object = { url: URL }) =>
  api.post('/v1/endpoints', body, key(idempotencyKey))
/** The keys of Redis that hold an answer or stand for a request at work. */
const answersKept = async (api: TestApi) =>
  (await allKeys(api.redis, `${api.keys.prefix}:{idempotency:*`)).filter(
    (place) => !/:(kept|bytes)$/.test(place),
  )
const countOf = async (api: TestApi) => (await api.get('/v1/endpoints')).json.data.length

describe('a POST with an Idempotency-Key', () => {
  test('is carried out once and answered the same every time, its secret included', async () => {
    const api = await startTestApi()
    const first = await create(api, 'order-1')
    expect(first.status).toBe(201)
    expect(first.headers.get('idempotent-replayed')).toBeNull()
    for (let i = 0; i < 3; i++) {
      const again = await create(api, 'order-1')
      expect(again.status).toBe(201)
      expect(again.text).toBe(first.text)
      expect(again.headers.get('idempotent-replayed')).toBe('true')
      expect(again.headers.get('content-type')).toBe(first.headers.get('content-type'))
      expect(again.headers.get('location')).toBe(first.headers.get('location'))
      expect(again.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'))
    }
    expect(await countOf(api)).toBe(1)
    expect((await create(api, 'order-2')).json.id).not.toBe(first.json.id)
    expect(await countOf(api)).toBe(2)
  })

  test('is refused with another body or path, and goes by what is said and not by how', async () => {
    const api = await startTestApi()
    const first = await create(api, 'k', { url: URL, description: 'one' })
    const other = await create(api, 'k', { url: URL, description: 'two' })
    expect(other.json).toMatchObject({ status: 422, code: 'idempotency_key_reused' })
    const path = await api.post('/v1/tokens', { name: 'x', scopes: ['read'] }, key('k'))
    expect(path.json).toMatchObject({ status: 422, code: 'idempotency_key_reused' })
    const spaced = await api.request('POST', '/v1/endpoints', {
      raw: `{ "description": "one",\n "url": "${URL}" }`,
      ...key('k'),
    })
    expect(spaced.text).toBe(first.text)
    expect(await countOf(api)).toBe(1)
  })

  test('is carried out once when it is sent many times at once', async () => {
    const api = await startTestApi()
    const answers = await Promise.all(Array.from({ length: 20 }, () => create(api, 'burst')))
    const made = answers.filter(({ status }) => status === 201)
    expect(new Set(made.map(({ text }) => text)).size).toBe(1)
    expect(made.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1)
    for (const { status, json, headers } of answers) {
      if (status === 201) continue
      expect(json).toMatchObject({ status: 409, code: 'idempotency_key_in_use' })
      expect(headers.get('retry-after')).toBe('1')
    }
    expect(await countOf(api)).toBe(1)
  })

  test('that was refused or that broke off can be sent again', async () => {
    const api = await startTestApi()
    expect((await create(api, 'k', { url: 'http://10.0.0.1/' })).status).toBe(422)
    expect((await create(api, 'k', {})).status).toBe(400)
    expect((await api.post('/v1/endpoints', { url: URL }, { ...key('k'), token: 'wrong' })).status).toBe(401)
    expect((await create(api, 'k')).status).toBe(201)

    await api.addSource('src_a')
    const poll = () => api.post('/v1/sources/src_a/poll', {}, key('p'))
    const { report } = api.state
    api.state.report = undefined as unknown as typeof report
    expect((await poll()).status).toBe(500)
    api.state.report = report
    expect((await poll()).status).toBe(200)
    expect((await poll()).headers.get('idempotent-replayed')).toBe('true')
    expect(api.state.polls).toHaveLength(2)
  })

  test('keeps nothing readable in Redis, for a day', async () => {
    const api = await startTestApi()
    const { json } = await create(api, 'my-order-number-77')
    const [place = ''] = await answersKept(api)
    const kept = JSON.stringify([place, await api.redis.hgetall(place)])
    for (const word of [json.secret, json.id, URL, 'my-order-number-77']) expect(kept).not.toContain(word)
    const left = await api.redis.pttl(place)
    expect(left).toBeGreaterThan(23 * 3_600_000)
    expect(left).toBeLessThanOrEqual(24 * 3_600_000)
  })

  test('is refused where the key is no key', async () => {
    const api = await startTestApi()
    expect((await create(api, 'x'.repeat(255))).status).toBe(201)
    for (const bad of ['', 'x'.repeat(256)]) {
      expect((await create(api, bad)).json).toMatchObject({
        status: 400,
        errors: [{ path: 'idempotency-key' }],
      })
    }
  })

  test('says so where the master key is another one by now', async () => {
    const api = await startTestApi()
    await create(api, 'k')
    const other = createRecordedAnswers({
      redis: api.redis,
      keys: api.keys,
      vault: createVault(randomBytes(32)),
    })
    expect(await other.begin(null, 'k', ['anything'])).toEqual({ kind: 'unreadable' })
  })
})

describe('what is kept for an Idempotency-Key', () => {
  const tokenOf = async (api: TestApi, scopes: string[]) =>
    (await api.post('/v1/tokens', { name: 'x', scopes })).json as { id: string; token: string }
  const preview = (api: TestApi, token: string, value: string) =>
    api.post('/v1/destination-kinds/webhook/preview', {}, { token, ...key(value) })

  test('is nothing where the request changes nothing', async () => {
    const api = await startTestApi()
    const { token } = await tokenOf(api, ['read'])
    for (let i = 0; i < 5; i++) expect((await preview(api, token, `p-${i}`)).status).toBe(200)
    expect(await answersKept(api)).toEqual([])
  })

  test('is of one token alone: the key of another one is another key', async () => {
    const api = await startTestApi()
    const [one, other] = [await tokenOf(api, ['read', 'write']), await tokenOf(api, ['read', 'write'])]
    const make = (token: string, description: string) =>
      api.post('/v1/endpoints', { url: URL, description }, { token, ...key('order-1001') })
    const first = await make(one.token, 'one')
    const second = await make(other.token, 'two')
    expect([first.status, second.status]).toEqual([201, 201])
    expect((await make(one.token, 'one')).text).toBe(first.text)
    expect((await create(api, 'order-1001')).headers.get('idempotent-replayed')).toBeNull()
    // A session stands for its token.
    const signedIn = await api.post(
      '/v1/session',
      { token: one.token },
      { token: null, headers: { 'x-ringpost-dashboard': '1' } },
    )
    const cookie = (signedIn.headers.get('set-cookie') ?? '').split(';', 1)[0] ?? ''
    const again = await api.post(
      '/v1/endpoints',
      { url: URL, description: 'one' },
      { token: null, headers: { cookie, 'x-ringpost-dashboard': '1', ...key('order-1001').headers } },
    )
    expect(again.text).toBe(first.text)
  })

  test('does not show a new token again, nor make another one', async () => {
    const api = await startTestApi()
    const make = () => api.post('/v1/tokens', { name: 'x' }, key('k'))
    const made = await make()
    expect(made.status).toBe(201)
    const again = await make()
    expect(again.json).toMatchObject({ status: 409, code: 'conflict' })
    expect(again.text).not.toContain(made.json.token)
    expect((await api.get('/v1/tokens')).json.data).toHaveLength(1)
  })

  test('is bounded for each token by number and bytes, the oldest go, and others keep theirs', async () => {
    const api = await startTestApi()
    const bounded = (more: object) =>
      createRecordedAnswers({
        redis: api.redis,
        keys: api.keys,
        vault: createVault(Buffer.alloc(32)),
        ...more,
      })
    const answer = { status: 200, headers: {}, body: 'x'.repeat(1_000) }
    const keep = async (answers: ReturnType<typeof bounded>, owner: string, name: string) => {
      const beginning = await answers.begin(owner, name, ['a'])
      expect(beginning.kind).toBe('begun')
      if (beginning.kind === 'begun') await beginning.request.keep(answer)
    }
    for (const [owner, bound] of [
      ['tok_a', { mostKept: 3 }],
      ['tok_b', { mostBytesKept: 6_000 }],
    ] as const) {
      const answers = bounded(bound)
      await keep(answers, 'tok_other', `of ${owner}`)
      for (let i = 0; i < 20; i++) await keep(answers, owner, `k${i}`)
      const { kept, bytes } = api.keys.idempotency(owner)
      const members = await api.redis.zrange(kept, 0, '-1')
      expect(members).toHaveLength(3)
      const sizes = members.map((member) => Number(member.split(':')[1]))
      expect(Number(await api.redis.get(bytes))).toBe(sizes.reduce((sum, size) => sum + size, 0))
      expect((await answers.begin(owner, 'k19', ['a'])).kind).toBe('answered')
      expect((await answers.begin(owner, 'k17', ['a'])).kind).toBe('answered')
      expect((await answers.begin(owner, 'k16', ['a'])).kind).toBe('begun')
      expect((await answers.begin('tok_other', `of ${owner}`, ['a'])).kind).toBe('answered')
    }
    expect((await answersKept(api)).length).toBe(2 + 2 * 4)
  })
})

describe('the key of a process', () => {
  const answersOf = (api: TestApi, times: { holdMs: number; renewMs: number }) =>
    createRecordedAnswers({ redis: api.redis, keys: api.keys, vault: VAULT, ...times })
  const VAULT = createVault(randomBytes(32))
  const answer = { status: 200, headers: {}, body: '{}' }

  test('that died is free again when its hold has run out', async () => {
    const api = await startTestApi()
    const answers = answersOf(api, { holdMs: 200, renewMs: 60_000 })
    const dead = await answers.begin(null, 'k', ['a'])
    expect(dead.kind).toBe('begun')
    expect(await answers.begin(null, 'k', ['a'])).toEqual({ kind: 'running' })
    const next = await until(async () => {
      const beginning = await answers.begin(null, 'k', ['a'])
      return beginning.kind === 'begun' && beginning.request
    })
    // It was not dead after all: what its successor does is left alone.
    if (dead.kind === 'begun') await dead.request.release()
    expect(await answers.begin(null, 'k', ['a'])).toEqual({ kind: 'running' })
    await next.keep(answer)
    if (dead.kind === 'begun') await dead.request.keep({ ...answer, body: '{"late":true}' })
    expect(await answers.begin(null, 'k', ['a'])).toEqual({ kind: 'answered', answer })
  })

  test('that works for long is held as long as it works', async () => {
    const api = await startTestApi()
    const answers = answersOf(api, { holdMs: 300, renewMs: 50 })
    const beginning = await answers.begin(null, 'k', ['a'])
    const [place = ''] = await answersKept(api)
    // The time left rises only where it was renewed.
    let left = await api.redis.pttl(place)
    for (let renewals = 0; renewals < 8; ) {
      const now = await api.redis.pttl(place)
      expect(now).toBeGreaterThan(0)
      if (now > left) renewals++
      left = now
    }
    expect(await answers.begin(null, 'k', ['a'])).toEqual({ kind: 'running' })
    if (beginning.kind === 'begun') await beginning.request.keep(answer)
    expect(await api.redis.pttl(place)).toBeGreaterThan(3_600_000)
  })
})

test('every POST describes its Idempotency-Key', async () => {
  const api = await startTestApi()
  const { paths } = (await api.get('/openapi.json')).json
  for (const [path, item] of Object.entries<Record<string, { parameters?: object[]; responses: object }>>(
    paths,
  )) {
    for (const [method, operation] of Object.entries(item)) {
      const named = JSON.stringify(operation.parameters ?? []).includes('idempotency-key')
      // A nudge is ElevenLabs' request, and many of them are one anyway.
      const takesOne = method === 'post' && path !== '/v1/sources/{id}/nudge' && path !== '/v1/session'
      expect(named, `${method} ${path}`).toBe(takesOne)
      // What changes nothing is not recorded, and so is never refused for its key.
      if (takesOne && !path.endsWith('/preview')) {
        expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['409', '422']))
      }
    }
  }
})

test('a request that takes too long keeps its key, for it goes on behind the answer', async () => {
  let begun = 0
  const gate = Promise.withResolvers<never>()
  const tokens = {
    create: () => {
      begun++
      return gate.promise
    },
  }
  const api = await startTestApi({ tokens: tokens as unknown as ApiDeps['tokens'], answerTimeoutMs: 100 })
  const make = () => api.post('/v1/tokens', { name: 'x' }, key('k'))
  expect((await make()).json).toMatchObject({ status: 503, code: 'not_ready' })
  expect((await make()).json).toMatchObject({ status: 409, code: 'idempotency_key_in_use' })
  expect(begun).toBe(1)
  gate.reject(new Error('the end'))
  await gate.promise.catch(() => undefined)
})
