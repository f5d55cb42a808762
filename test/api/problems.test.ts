import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { text as textOf } from 'node:stream/consumers'
import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { ApiDeps } from '../../src/api/create-api.ts'
import { startTestApi, type TestApi, TOKEN } from './support.ts'

function expectProblem(answer: Awaited<ReturnType<TestApi['get']>>, status: number, code: string) {
  expect(answer.status).toBe(status)
  expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  expect(answer.json).toMatchObject({ type: `urn:ringpost:problem:${code}`, status, code })
  expect(answer.json.title).toMatch(/^\S.*\S$/)
  expect(answer.json.detail).toMatch(/^\S.*[.]$/s)
  expect(Object.keys(answer.json).sort()).toEqual(
    ['code', 'detail', 'status', 'title', 'type', ...('errors' in answer.json ? ['errors'] : [])].sort(),
  )
}

describe('what cannot be answered', () => {
  test('an unknown route', async () => {
    const api = await startTestApi()
    for (const path of ['/v1/nope', '/nope', '/v1', '/v1//sources', '/V1/sources', '/v1/sources/a/b/c']) {
      expectProblem(await api.get(path), 404, 'not_found')
    }
    expectProblem(
      await api.post('/v1/nope', undefined, { raw: '<x/>', headers: { 'content-type': 'text/xml' } }),
      404,
      'not_found',
    )
  })

  test('but a slash at the end is forgiven', async () => {
    const api = await startTestApi()
    expect((await api.request('PUT', '/v1/sources//')).headers.get('allow')).toBe('GET, HEAD, POST')
    expect((await api.get('/v1/sources/')).json).toEqual({ data: [], next_cursor: null })
    expect((await api.request('PUT', '/v1/sources/')).status).toBe(405)
    expectProblem(await api.get('/v1/sources/src_x/'), 404, 'not_found')
  })

  test('another method tells which there are', async () => {
    const api = await startTestApi()
    const put = await api.request('PUT', '/v1/endpoints/ep_1', { raw: 'not even json' })
    expectProblem(put, 405, 'method_not_allowed')
    expect(put.headers.get('allow')).toBe('GET, HEAD, PATCH, DELETE')
    const remove = await api.request('DELETE', '/v1/sources')
    expectProblem(remove, 405, 'method_not_allowed')
    expect(remove.headers.get('allow')).toBe('GET, HEAD, POST')
    expect((await api.get('/v1/sources/src_x/poll')).headers.get('allow')).toBe('POST')
  })

  test('a URL that is not one', async () => {
    const api = await startTestApi()
    expectProblem(await api.get('/v1/events/%zz'), 400, 'bad_request')
    expectProblem(await api.get(`/v1/events/${'x'.repeat(5_000)}`), 400, 'bad_request')
    const long = await api.get(`/v1/events/${'x'.repeat(101)}`)
    expectProblem(long, 400, 'bad_request')
    expect(long.json.errors).toEqual([{ path: 'id', message: 'must have at most 100 characters' }])
  })

  test.each(['{"url":', 'url=https://example.com', '{"__proto__":{"url":"x"}}', '{"a":1}{', '\u0000'])(
    'the malformed body %j',
    async (raw) => {
      const api = await startTestApi()
      expectProblem(await api.post('/v1/endpoints', undefined, { raw }), 400, 'bad_request')
    },
  )

  test.each([
    'text/plain',
    'application/xml',
    'application/x-www-form-urlencoded',
    'nonsense',
    'multipart/form-data',
  ])('a body of the type %s', async (type) => {
    const api = await startTestApi()
    const answer = await api.post('/v1/endpoints', undefined, {
      raw: '{}',
      headers: { 'content-type': type },
    })
    expectProblem(answer, 415, 'unsupported_media_type')
  })

  test('a body that is too large, announced or not', async () => {
    const api = await startTestApi()
    const raw = JSON.stringify({ url: 'https://example.com', description: 'x'.repeat(256 * 1024) })
    expectProblem(await api.post('/v1/endpoints', undefined, { raw }), 413, 'payload_too_large')
    expect(await postInChunks(api.url, raw)).toMatchObject({ status: 413, code: 'payload_too_large' })
    expect((await api.get('/v1/endpoints')).json.data).toEqual([])
  })

  test('a body that is nested deeper than any field is', async () => {
    const api = await startTestApi()
    const { id } = (await api.post('/v1/endpoints', { url: 'https://example.com/' })).json
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
    for (const levels of [40, 4_000, 8_000, 100_000]) {
      const deep = nested(levels)
      for (const [path, raw] of [
        ['/v1/destination-kinds/webhook/preview', `{"template":{"x":${deep}}}`],
        ['/v1/destination-kinds/hubspot/preview', `{"template":{"always":{"x":${deep}}}}`],
        ['/v1/endpoints', `{"url":"https://example.com/","template":{"x":${deep}}}`],
        ['/v1/endpoints', `{"url":"https://example.com/","filter":{"data.x":${deep}}}`],
        ['/v1/endpoints', `{"kind":"slack","settings":{"x":${deep}}}`],
        [`/v1/endpoints/${id}/test`, `{"override":{"data.x":${deep}}}`],
        ['/v1/config', `{"endpoints":{"ep_a":{"template":${deep}}}}`],
        ['/v1/sources', deep],
      ] as const) {
        const answer = await api.post(path, undefined, { raw, headers: { 'idempotency-key': `${levels}` } })
        expectProblem(answer, 400, 'bad_request')
        expect(answer.json.detail).toBe('The body must not be nested deeper than 32 levels.')
      }
    }
  })

  test('a body with a name that no field may have', async () => {
    const api = await startTestApi()
    const raw = '{"template":{"__proto__":{"x":1}}}'
    const answer = await api.post('/v1/endpoints', undefined, { raw })
    expectProblem(answer, 400, 'bad_request')
    expect(answer.json.detail).toContain('__proto__')
  })

  test('a body where there has to be one', async () => {
    const api = await startTestApi()
    for (const raw of ['', '[]', '1', 'null', '"x"']) {
      const answer = await api.post('/v1/endpoints', undefined, {
        raw,
        headers: { 'content-type': 'application/json' },
      })
      expectProblem(answer, 400, 'bad_request')
      expect(answer.json.errors).toEqual([{ path: '', message: 'must be an object' }])
    }
  })

  test('bad input tells everything at once, each at its path', async () => {
    const api = await startTestApi()
    const answer = await api.post('/v1/endpoints', {
      url: 5,
      event_types: ['user.created', 'user.born', 7],
      source_ids: [],
      headers: { Host: 'x', 'a b': 'c', 'x-ok': 'fine', 'x-bad': 'two\nlines' },
      enabled: 'yes',
      filter: {},
      colour: 'red',
    })
    expectProblem(answer, 400, 'bad_request')
    expect(answer.json.detail).toBe('url must be a text (and 9 more, see errors).')
    const paths = answer.json.errors.map((error: { path: string }) => error.path)
    expect(paths.sort()).toEqual(
      [
        'url',
        'event_types.1',
        'event_types.2',
        'source_ids',
        'headers.Host',
        'headers.a b',
        'headers.x-bad',
        'enabled',
        'filter',
        'colour',
      ].sort(),
    )
    expect(answer.json.errors).toContainEqual({ path: 'colour', message: 'is not a known field' })
    expect(answer.text).not.toContain('two')
  })
})

describe('what ringpost did not expect', () => {
  test('is told without its message and logged with it, under the id of the answer', async () => {
    const cause = new Error('ECONNREFUSED at redis://:hunter2@10.0.0.1')
    const api = await startTestApi({
      readState: () => Promise.reject(new Error('the state is odd', { cause })),
    })
    await api.addSource('src_default')
    const answer = await api.get('/v1/sources')
    expectProblem(answer, 500, 'internal')
    const id = answer.headers.get('x-request-id')
    expect(answer.json.detail).toContain(id)
    for (const inside of ['odd', 'hunter2', 'ECONNREFUSED', '.ts', 'at '])
      expect(answer.json.detail).not.toContain(inside)
    const logged = api.lines.filter((line) => line.includes('"level":50')).map((line) => JSON.parse(line))
    expect(logged).toHaveLength(1)
    expect(logged[0]).toMatchObject({
      request_id: id,
      err: { message: expect.stringContaining('the state is odd') },
    })
    expect(logged[0].err.stack).toContain('hunter2')
  })

  test('an answer that takes too long says so', async () => {
    const api = await startTestApi({ readState: () => new Promise(() => undefined), answerTimeoutMs: 50 })
    await api.addSource('src_default')
    const answer = await api.get('/v1/sources')
    expectProblem(answer, 503, 'not_ready')
    expect(answer.json.detail).toContain('/readyz')
  })

  test.each([
    ['GET', []],
    ['POST', { record: {}, token: 'x' }],
  ])('%s: what a handler comes to behind such an answer is no news', async (method, result) => {
    const late = Promise.withResolvers<unknown>()
    const tokens = { list: () => late.promise, create: () => late.promise } as unknown as ApiDeps['tokens']
    const api = await startTestApi({ tokens, answerTimeoutMs: 50 })
    const body = method === 'POST' ? { body: { name: 'x' } } : {}
    expectProblem(await api.request(method, '/v1/tokens', body), 503, 'not_ready')
    late.resolve(result)
    await setImmediate()
    const told = api.lines.map((line) => JSON.parse(line)).filter(({ level }) => level >= 40)
    expect(told.map(({ msg, err }) => [msg, err?.code])).toEqual([
      ['request failed', 'FST_ERR_HANDLER_TIMEOUT'],
    ])
  })

  test('an answer to a body that takes too long says so', async () => {
    const tokens = { create: () => new Promise(() => undefined) } as unknown as ApiDeps['tokens']
    const api = await startTestApi({ tokens, answerTimeoutMs: 50 })
    expectProblem(await api.post('/v1/tokens', { name: 'x' }), 503, 'not_ready')
  })
})

describe('what is not even a request', () => {
  test.each([
    ['no HTTP', 'nonsense\r\n\r\n', 400, 'bad_request'],
    ['a length that is none', 'GET / HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n', 400, 'bad_request'],
    [
      '200 KB of headers',
      `GET / HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(200_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
  ])('%s', async (_, text, status, code) => {
    const api = await startTestApi()
    const answer = await sendText(api.url, text)
    const [head = '', body = ''] = answer.split('\r\n\r\n')
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `))
    expect(head).toMatch(/^x-request-id: req_[0-9a-f]{16}$/m)
    expect(head).toMatch(/^x-content-type-options: nosniff$/m)
    expect(head).toMatch(/^connection: close$/m)
    expect(JSON.parse(body)).toMatchObject({ type: `urn:ringpost:problem:${code}`, status, code })
    // And the next one is answered.
    expect((await api.get('/healthz')).status).toBe(200)
  })
})

describe('every answer', () => {
  test('has an id of its own, and headers that keep browsers from guessing', async () => {
    const api = await startTestApi()
    const answers = [
      await api.get('/v1/sources'),
      await api.get('/v1/sources', { headers: { 'x-request-id': 'mine' } }),
      await api.get('/v1/sources', { token: null }),
      await api.get('/v1/nope'),
      await api.get('/v1/events/%zz'),
      await api.post('/v1/endpoints', {}),
      await api.get('/healthz'),
      await api.get('/nope'),
    ]
    for (const { headers } of answers) {
      expect(headers.get('x-request-id')).toMatch(/^req_[0-9a-f]{16}$/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'")
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('x-powered-by')).toBeNull()
    }
    expect(new Set(answers.map(({ headers }) => headers.get('x-request-id'))).size).toBe(answers.length)
  })
})

/** Posts a body whose length is not announced. */
function postInChunks(url: string, body: string): Promise<{ status: number; code: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
    const request = httpRequest(`${url}/v1/endpoints`, { method: 'POST', headers }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode ?? 0, code: JSON.parse(text).code }))
    })
    request.on('error', reject)
    for (let i = 0; i < body.length; i += 16_384) request.write(body.slice(i, i + 16_384))
    request.end()
  })
}

/** Sends bytes as they are, and reads until the other side hangs up. */
async function sendText(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  await once(socket, 'connect')
  socket.write(text)
  return textOf(socket)
}
