import { getEventListeners, once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { USER_AGENT } from '../../src/http/request.ts'
import { agentOfTest, ask, failOnLeaks, failureOf, serve, serveRaw } from './support.ts'

failOnLeaks()

describe('an answer', () => {
  test('has the status, the headers in lower case and the body', async () => {
    const server = await serve((req, res) => {
      res.writeHead(201, { 'X-Path': req.url, 'Set-Cookie': ['a=1', 'b=2'] }).end(`${req.method} done`)
    })
    const answer = await ask(agentOfTest(), { url: `${server.url}a/b?c=d#e`, method: 'PUT', body: '{}' })
    expect(answer).toMatchObject({ status: 201, truncated: false, bodyError: null })
    expect(answer.headers).toMatchObject({ 'x-path': '/a/b?c=d', 'set-cookie': 'a=1, b=2' })
    expect(answer.body.toString()).toBe('PUT done')
    expect(Number.isInteger(answer.durationMs)).toBe(true)
  })

  test('may have headers with names of JavaScript', async () => {
    const head =
      'HTTP/1.1 200 OK\r\n__proto__: a\r\n__proto__: b\r\nconstructor: c\r\ncontent-length: 0\r\n\r\n'
    const server = await serveRaw((socket) => socket.once('data', () => socket.write(head)))
    const { headers } = await ask(agentOfTest(), { url: server.url })
    expect(Object.entries(headers)).toEqual([
      ['__proto__', 'a, b'],
      ['constructor', 'c'],
      ['content-length', '0'],
    ])
    expect(headers.toString).toBeUndefined()
  })

  test('comes after early hints', async () => {
    const bytes = 'HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'
    const server = await serveRaw((socket) => socket.once('data', () => socket.write(bytes)))
    const answer = await ask(agentOfTest(), { url: server.url })
    expect(answer).toMatchObject({ status: 200, bodyError: null })
    expect(answer.headers.link).toBeUndefined()
  })

  test.each([301, 302, 303, 307, 308])('of %i is not followed', async (status) => {
    const elsewhere = await serve((_, res) => res.end('no'))
    const server = await serve((_, res) => res.writeHead(status, { location: elsewhere.url }).end())
    const answer = await ask(agentOfTest(), { url: server.url, method: 'POST', body: '{}' })
    expect(answer.status).toBe(status)
    expect(elsewhere.connections()).toBe(0)
  })
})

describe('a body', () => {
  test.each([
    [9, false],
    [10, false],
    [11, true],
  ])('of %i bytes is kept up to 10', async (size, truncated) => {
    const server = await serve((_, res) => res.end('x'.repeat(size)))
    const answer = await ask(agentOfTest(), { url: server.url, maxBytes: 10 })
    expect(answer).toMatchObject({ truncated, bodyError: null })
    expect(answer.body.toString()).toBe('x'.repeat(Math.min(size, 10)))
  })

  test('a little over the limit costs no connection', async () => {
    const server = await serve((_, res) => res.end('x'.repeat(50_000)))
    const agent = agentOfTest({ connections: 1 })
    for (let n = 0; n < 3; n++) {
      expect(await ask(agent, { url: server.url, maxBytes: 10 })).toMatchObject({ truncated: true })
    }
    expect(server.connections()).toBe(1)
  })

  test('without an end is cut off, and its connection with it', async () => {
    const closed = Promise.withResolvers<void>()
    const server = await serve((_, res) => {
      res.writeHead(200)
      const pour = () => {
        while (!res.destroyed && res.write('x'.repeat(65_536)));
      }
      res.on('drain', pour).on('close', closed.resolve)
      pour()
    })
    const answer = await ask(agentOfTest(), { url: server.url, maxBytes: 1000 })
    expect(answer).toMatchObject({ status: 200, truncated: true, bodyError: null })
    expect(answer.body.length).toBe(1000)
    await closed.promise
  })
})

describe('a request', () => {
  test('carries its headers and its body as they are, and names ringpost', async () => {
    const got = Promise.withResolvers<{ headers: NodeJS.Dict<string | string[]>; body: string }>()
    const server = await serve(async (req, res) => {
      const chunks: Buffer[] = []
      for await (const chunk of req) chunks.push(chunk)
      got.resolve({ headers: req.headers, body: Buffer.concat(chunks).toString() })
      res.end()
    })
    const body = '{"name":"Zoë ☎️"}'
    await ask(agentOfTest(), { url: server.url, method: 'POST', body, headers: { 'x-a': 'b' } })
    const { headers, body: arrived } = await got.promise
    expect(arrived).toBe(body)
    expect(headers).toMatchObject({
      'x-a': 'b',
      'user-agent': USER_AGENT,
      'content-length': String(Buffer.byteLength(body)),
    })
  })

  test('may name itself otherwise', async () => {
    const server = await serve((req, res) => res.end(req.rawHeaders.join('\n')))
    const answer = await ask(agentOfTest(), { url: server.url, headers: { 'User-Agent': 'other' } })
    expect(answer.body.toString()).toContain('User-Agent\nother')
    expect(answer.body.toString()).not.toContain('ringpost')
  })

  test('uses a connection that is open', async () => {
    const server = await serve((_, res) => res.end())
    const agent = agentOfTest()
    for (let n = 0; n < 50; n++) await ask(agent, { url: server.url, method: 'POST', body: '{}' })
    // undici frees a connection a turn after its answer, so one after the other they take two.
    expect(server.connections()).toBeLessThanOrEqual(2)
  })

  test.each([
    ['a header that breaks the line', { 'x-a': 'b\r\nx-c: d' }],
    ['a header name with a space', { 'x a': 'b' }],
    ['a header that HTTP needs for itself', { 'transfer-encoding': 'chunked' }],
    ['a wrong length', { 'content-length': '1' }],
  ])('with %s cannot be built', async (_, headers) => {
    const server = await serve((_, res) => res.end())
    const failure = await failureOf(
      ask(agentOfTest(), { url: server.url, method: 'POST', body: '{}', headers }),
    )
    expect(failure.code).toBe('invalid_request')
  })
})

describe('a signal', () => {
  test('stops a request that was not begun', async () => {
    const server = await serve((_, res) => res.end())
    const failure = await failureOf(ask(agentOfTest(), { url: server.url, signal: AbortSignal.abort() }))
    expect(failure).toMatchObject({ code: 'aborted', phase: 'connect' })
    expect(server.connections()).toBe(0)
  })

  test('stops one that waits for its answer, and closes the connection', async () => {
    const stop = new AbortController()
    const closed = Promise.withResolvers<void>()
    const server = await serve((req) => {
      req.socket.once('close', closed.resolve)
      stop.abort()
    })
    const failure = await failureOf(ask(agentOfTest(), { url: server.url, signal: stop.signal }))
    expect(failure).toMatchObject({ code: 'aborted', phase: 'head' })
    await closed.promise
  })

  test('stops one that reads a body, which keeps its status', async () => {
    const stop = new AbortController()
    const server = await serve((_, res) => {
      res.writeHead(200).write('half')
    })
    const agent = agentOfTest()
    const asked = ask(agent, { url: server.url, signal: stop.signal })
    await once(agent, 'connect')
    stop.abort()
    // Whether the head was already there is a matter of luck; both ends are right.
    const end = await asked.catch((error: unknown) => error)
    expect(end).toMatchObject(
      end instanceof Error ? { code: 'aborted' } : { status: 200, bodyError: { code: 'aborted' } },
    )
  })

  test('has one listener of all requests, and none for each', async () => {
    const stop = new AbortController()
    const server = await serve((_, res) => res.end())
    const agent = agentOfTest()
    await Promise.all(Array.from({ length: 20 }, () => ask(agent, { url: server.url, signal: stop.signal })))
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1)
  })
})
