import https from 'node:https'
import { describe, expect, test } from 'vitest'
import { explainError } from '../../src/http/explain-error.ts'
import { CERTIFICATE, KEY } from './certificate.ts'
import { agentOfTest, ask, counted, failOnLeaks, failureOf, serve, serveRaw } from './support.ts'

failOnLeaks()

const SECRET = 'T0KEN'

describe('before the head, a request fails', () => {
  test('with connect_failed where nobody listens', async () => {
    const { port, url } = await closedPort()
    const failure = await failureOf(ask(agentOfTest(), { url }))
    expect(failure).toMatchObject({ code: 'connect_failed', phase: 'connect' })
    expect(failure.message).toBe(`127.0.0.1:${port} refused the connection.`)
    expect(failure.cause).toBeInstanceOf(Error)
  })

  test('with connection_reset where the connection is reset', async () => {
    const server = await serveRaw((socket) => socket.once('data', () => socket.resetAndDestroy()))
    const failure = await failureOf(ask(agentOfTest(), { url: server.url }))
    expect(failure).toMatchObject({ code: 'connection_reset', phase: 'head' })
  })

  test('with connection_reset where the connection is closed politely', async () => {
    const server = await serveRaw((socket) => socket.once('data', () => socket.end()))
    const failure = await failureOf(ask(agentOfTest(), { url: server.url }))
    expect(failure).toMatchObject({ code: 'connection_reset', phase: 'head' })
  })

  test.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['half a head that is none', 'HTTP/1.1 two hundred\r\n\r\n'],
    ['an upgrade that nobody asked for', 'HTTP/1.1 101 X\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'],
    ['a 100 that nobody asked for', 'HTTP/1.1 100 Continue\r\n\r\n'],
    ['a head without measure', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`],
  ])('with bad_response at %s', async (_, bytes) => {
    const server = await serveRaw((socket) => socket.once('data', () => socket.write(bytes)))
    const failure = await failureOf(ask(agentOfTest(), { url: server.url }))
    expect(failure).toMatchObject({ code: 'bad_response', phase: 'head' })
  })

  test('with tls_failed at a certificate that nobody vouches for', async () => {
    const server = await counted(https.createServer({ key: KEY, cert: CERTIFICATE }, (_, res) => res.end()))
    const failure = await failureOf(ask(agentOfTest(), { url: `https://127.0.0.1:${server.port}/` }))
    expect(failure).toMatchObject({ code: 'tls_failed', phase: 'connect' })
    expect(failure.message).toMatch(/self-signed\.$/)
  })

  test('with tls_failed at a port that speaks plain HTTP', async () => {
    const server = await serve((_, res) => res.end())
    const failure = await failureOf(ask(agentOfTest(), { url: `https://127.0.0.1:${server.port}/` }))
    expect(failure).toMatchObject({ code: 'tls_failed', phase: 'connect' })
  })

  test('with connection_reset where the handshake is broken off', async () => {
    const server = await serveRaw((socket) => socket.once('data', () => socket.resetAndDestroy()))
    const failure = await failureOf(ask(agentOfTest(), { url: `https://127.0.0.1:${server.port}/` }))
    expect(failure).toMatchObject({ code: 'connection_reset', phase: 'connect' })
  })

  test('with aborted where the agent is closed', async () => {
    const agent = agentOfTest()
    await agent.destroy()
    expect(await failureOf(ask(agent, { url: 'http://127.0.0.1/' }))).toMatchObject({ code: 'aborted' })
  })

  test('with aborted where the agent is destroyed meanwhile', async () => {
    const agent = agentOfTest()
    const server = await serve(() => void agent.destroy())
    expect(await failureOf(ask(agent, { url: server.url }))).toMatchObject({ code: 'aborted', phase: 'head' })
  })
})

describe('after the head, the status stays', () => {
  test.each([
    ['a reset', 'connection_reset', 'content-length: 9', 'resetAndDestroy'],
    ['an early end', 'connection_reset', 'content-length: 9', 'end'],
    ['an end in the middle of a chunk', 'connection_reset', 'transfer-encoding: chunked', 'end'],
  ] as const)('at %s', async (_, code, header, how) => {
    const server = await serveRaw((socket) => {
      socket.once('data', () => {
        socket.write(`HTTP/1.1 200 OK\r\n${header}\r\n\r\n5\r\nhal`, () => setImmediate(() => socket[how]()))
      })
    })
    const answer = await ask(agentOfTest(), { url: server.url })
    expect(answer).toMatchObject({ status: 200, bodyError: { code, phase: 'body' } })
  })

  test('at a chunk that is none', async () => {
    const bytes = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nokZZ\r\n'
    const server = await serveRaw((socket) => socket.once('data', () => socket.write(bytes)))
    const answer = await ask(agentOfTest(), { url: server.url })
    expect(answer).toMatchObject({ status: 200, bodyError: { code: 'bad_response' } })
    expect(answer.body.toString()).toBe('ok')
  })

  test('where the end of the connection is the end of the body, nothing failed', async () => {
    const server = await serveRaw((socket) =>
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\nall')),
    )
    const answer = await ask(agentOfTest(), { url: server.url })
    expect(answer).toMatchObject({ status: 200, bodyError: null })
    expect(answer.body.toString()).toBe('all')
  })
})

describe('a message', () => {
  test('names the host and nothing that may be secret', async () => {
    const { port } = await closedPort()
    const url = `http://${SECRET}:${SECRET}@127.0.0.1:${port}/${SECRET}?${SECRET}#${SECRET}`
    const failure = await failureOf(ask(agentOfTest(), { url, headers: { 'x-a': SECRET }, body: SECRET }))
    expect(`${failure.stack} ${(failure.cause as Error).stack}`).not.toContain(SECRET)
    expect(failure.message).toContain(`127.0.0.1:${port}`)
  })

  test.each([
    ['ENOTFOUND', 'dns_failed'],
    ['EAI_AGAIN', 'dns_failed'],
    ['ETIMEDOUT', 'timeout'],
    ['UND_ERR_CONNECT_TIMEOUT', 'timeout'],
    ['EHOSTUNREACH', 'connect_failed'],
    ['EMFILE', 'no_resources'],
    ['EPIPE', 'connection_reset'],
    ['CERT_HAS_EXPIRED', 'tls_failed'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls_failed'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls_failed'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls_failed'],
    ['something else', 'connect_failed'],
  ])('of %s is a sentence with the code %s', (code, expected) => {
    const failure = explainError(coded(code), 'connect', 'receiver.test')
    expect(failure.code).toBe(expected)
    expect(failure.message).toMatch(/^[A-Zr].+\.$/)
  })

  test('of a host with several addresses says the first that means something', () => {
    const error = new AggregateError([coded('ENETUNREACH'), coded('ECONNREFUSED')])
    expect(explainError(error, 'connect', 'receiver.test').message).toBe(
      'receiver.test refused the connection.',
    )
    const unreachable = new AggregateError([coded('ENETUNREACH'), coded('EHOSTUNREACH')])
    expect(explainError(unreachable, 'connect', 'receiver.test').message).toMatch(/ENETUNREACH/)
  })
})

function coded(code: string): Error {
  return Object.assign(new Error('x'), { code })
}

/** A port that was free a moment ago. */
async function closedPort(): Promise<{ port: number; url: string }> {
  const net = await import('node:net')
  const server = net.createServer()
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port))
  })
  await new Promise((resolve) => server.close(resolve))
  return { port, url: `http://127.0.0.1:${port}/` }
}
