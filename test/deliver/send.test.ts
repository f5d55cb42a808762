import { describe, expect, onTestFinished, test } from 'vitest'
import type { Lookup } from '../../src/deliver/guard/connector.ts'
import type { GuardPolicy } from '../../src/deliver/guard/url.ts'
import { createSender, KEPT_BYTES } from '../../src/deliver/send.ts'
import { USER_AGENT } from '../../src/http/request.ts'
import {
  AMPLE_MS,
  expectNoMoreThan,
  FAIR_MS,
  failOnLeaks,
  fullBacklog,
  held,
  SHORT_MS,
  serve,
  serveRaw,
} from '../http/support.ts'

failOnLeaks()

const LOOPBACK: GuardPolicy = { allowNetworks: ['127.0.0.0/8'], allowHttp: false }

function senderOfTest(over: Partial<Parameters<typeof createSender>[0]> = {}) {
  const sender = createSender({ policy: LOOPBACK, deadlineMs: AMPLE_MS, ...over })
  onTestFinished(() => sender.close())
  return sender
}

function webhook(url: string, headers: Record<string, string> = {}) {
  return { url, headers, body: '{"id":"evt_1"}' }
}

describe('a webhook', () => {
  test('arrives as a POST with its headers and exactly its body', async () => {
    const got = Promise.withResolvers<Record<string, unknown>>()
    const server = await serve(async (req, res) => {
      const chunks: Buffer[] = []
      for await (const chunk of req) chunks.push(chunk)
      const { method, url, rawHeaders } = req
      got.resolve({ method, url, rawHeaders, body: Buffer.concat(chunks).toString() })
      res.writeHead(204, { 'X-Receipt': '7' }).end()
    })
    const before = Date.now()
    const result = await senderOfTest().send(
      webhook(`${server.url}hook?a=b`, { 'Content-Type': 'text/plain', 'content-type': 'application/json' }),
    )
    expect(result).toMatchObject({
      response: { status: 204, headers: { 'x-receipt': '7' }, body: '' },
      outcome: { kind: 'succeeded' },
    })
    expect(result.at).toBeGreaterThanOrEqual(before)
    const request = await got.promise
    expect(request).toMatchObject({ method: 'POST', url: '/hook?a=b', body: '{"id":"evt_1"}' })
    const raw = request.rawHeaders as string[]
    expect(raw.filter((text) => text.toLowerCase() === 'content-type')).toHaveLength(1)
    expect(raw).toEqual(expect.arrayContaining(['application/json', USER_AGENT]))
  })

  test('is answered with a long body, of which 4 KB are kept and no half character', async () => {
    const server = await serve((_, res) => res.end(`a${'é'.repeat(5_000)}`))
    const { response } = await senderOfTest().send(webhook(server.url))
    expect(response?.body).toBe(`a${'é'.repeat((KEPT_BYTES - 2) / 2)}`)
  })

  test('is answered with bytes that are no text', async () => {
    const server = await serve((_, res) => res.end(Buffer.from([0x61, 0xff, 0xc3, 0x28, 0x62, 0xe2, 0x82])))
    const { response } = await senderOfTest().send(webhook(server.url))
    expect(response?.body).toBe('a\ufffd\ufffd(b\ufffd')
  })

  test('goes over the connections that the ones before it have left', async () => {
    const waiting: (() => void)[] = []
    const server = await serve((_, res) => {
      waiting.push(() => res.end())
      if (waiting.length === 3) for (const answer of waiting.splice(0)) answer()
    })
    const sender = senderOfTest()
    for (let round = 0; round < 4; round++) {
      const sent = await Promise.all(Array.from({ length: 3 }, () => sender.send(webhook(server.url))))
      expect(sent.map(({ outcome }) => outcome.kind)).toEqual(Array(3).fill('succeeded'))
    }
    // One that has just been answered may not be free yet.
    expect(server.connections()).toBeLessThanOrEqual(6)
  })
})

describe('2xx is success', () => {
  test.each([
    ['is reset', (end: () => void) => end()],
    ['stalls', () => {}],
  ])('where the body %s', async (_, then) => {
    const server = await serveRaw((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf', () =>
          setImmediate(() => then(() => socket.resetAndDestroy())),
        )
      })
    })
    const result = await senderOfTest({ deadlineMs: FAIR_MS }).send(webhook(server.url))
    expect(result).toMatchObject({ response: { status: 200, body: 'half' }, outcome: { kind: 'succeeded' } })
  })

  test('and 500 is not, whatever the body does', async () => {
    const server = await serve((_, res) => void res.writeHead(500).write('half'))
    const result = await senderOfTest({ deadlineMs: FAIR_MS }).send(webhook(server.url))
    expect(result).toMatchObject({ response: { status: 500 }, outcome: { error: { code: 'http_status' } } })
  })
})

describe('sending never throws', () => {
  test('at a receiver that hangs', async () => {
    const server = await serve(() => {})
    const result = await senderOfTest({ deadlineMs: SHORT_MS }).send(webhook(server.url))
    expect(result).toMatchObject({
      response: null,
      outcome: { kind: 'failed', error: { code: 'timeout' }, connectionFailure: true },
    })
  })

  test('at a name server that hangs', async () => {
    const sender = senderOfTest({ deadlineMs: SHORT_MS, lookup: () => {} })
    const { outcome } = await sender.send(webhook('https://receiver.test/'))
    expect(outcome).toMatchObject({ error: { code: 'timeout' }, retry: 'schedule' })
  })

  test('at a redirect, which is not followed', async () => {
    const elsewhere = await serve((_, res) => res.end())
    const server = await serve((_, res) => res.writeHead(301, { location: `${elsewhere.url}new` }).end())
    const { outcome, response } = await senderOfTest().send(webhook(server.url))
    expect(response?.status).toBe(301)
    expect(outcome).toMatchObject({ error: { message: expect.stringContaining(`${elsewhere.url}new`) } })
    expect(elsewhere.connections()).toBe(0)
  })

  test('at a name that resolves to a private address', async () => {
    const lookup: Lookup = (_, __, done) => done(null, [{ address: '10.0.0.1', family: 4 }])
    const { outcome } = await senderOfTest({ lookup }).send(webhook('https://receiver.test/T0KEN'))
    expect(outcome).toMatchObject({ error: { code: 'blocked_address' }, retry: 'never', fault: 'permanent' })
    expect(JSON.stringify(outcome)).not.toContain('T0KEN')
  })

  test.each(['https://10.0.0.1/', 'http://8.8.8.8/', 'nonsense', '', 'https://u:p@example.com/'])(
    'at the URL %j, which is never asked',
    async (url) => {
      const { outcome, response } = await senderOfTest().send(webhook(url))
      expect(response).toBeNull()
      expect(outcome).toMatchObject({ error: { code: 'url_refused' }, retry: 'never', fault: 'permanent' })
    },
  )

  test('at a header that cannot be sent', async () => {
    const server = await serve((_, res) => res.end())
    const { outcome } = await senderOfTest().send(webhook(server.url, { 'x-a': 'b\nc' }))
    expect(outcome).toMatchObject({ error: { code: 'invalid_request' }, retry: 'never', fault: 'permanent' })
    expect(server.connections()).toBe(0)
  })
})

describe('closing', () => {
  test('ends what is under way, which is nobody else’s failure, and can be done twice', async () => {
    const asked = Promise.withResolvers<void>()
    const server = await serve(() => asked.resolve())
    const sender = senderOfTest()
    const hanging = sender.send(webhook(server.url))
    await asked.promise
    await Promise.all([sender.close(), sender.close()])
    expect((await hanging).outcome).toMatchObject({ error: { code: 'aborted' }, fault: 'ours' })
    expect((await sender.send(webhook(server.url))).outcome).toMatchObject({ fault: 'ours' })
  })

  test('leaves no connection behind that is being made', async () => {
    const sender = senderOfTest()
    const port = await fullBacklog()
    const before = held()
    const hanging = sender.send(webhook(`http://127.0.0.1:${port}/`))
    await sender.close()
    await expectNoMoreThan(before)
    expect((await hanging).outcome).toMatchObject({ error: { code: 'aborted' }, fault: 'ours' })
  })

  test('does not wait for a name that is being resolved', async () => {
    const asked = Promise.withResolvers<void>()
    const sender = senderOfTest({ lookup: () => asked.resolve() })
    const hanging = sender.send(webhook('https://receiver.test/'))
    await asked.promise
    await sender.close()
    expect((await hanging).outcome).toMatchObject({ error: { code: 'aborted' }, fault: 'ours' })
  })
})

test('any number of requests that hang cost others nothing, also at the same origin', async () => {
  const held: (() => void)[] = []
  let released = false
  const server = await serve((req, res) => {
    if (released || req.url === '/well') res.end()
    else held.push(() => res.end())
  })
  const sender = senderOfTest()
  const waiting = Array.from({ length: 300 }, () => sender.send(webhook(`${server.url}slow`)))
  for (let n = 0; n < 5; n++) {
    expect((await sender.send(webhook(`${server.url}well`))).outcome.kind).toBe('succeeded')
  }
  released = true
  for (const answer of held) answer()
  for (const { outcome } of await Promise.all(waiting)) expect(outcome.kind).toBe('succeeded')
})
