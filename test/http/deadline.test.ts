import net from 'node:net'
import type { buildConnector } from 'undici'
import { describe, expect, onTestFinished, test } from 'vitest'
import {
  agentOfTest,
  ask,
  FAIR_MS,
  failOnLeaks,
  failureOf,
  fullBacklog,
  SHORT_MS,
  serve,
  serveRaw,
} from './support.ts'

failOnLeaks()

const deadlineMs = SHORT_MS

describe('the deadline ends a request', () => {
  test('whose connection is never made', async () => {
    const agent = agentOfTest({ connect: () => {} })
    const failure = await failureOf(ask(agent, { url: 'http://receiver.test/', deadlineMs }))
    expect(failure).toMatchObject({ code: 'timeout', phase: 'connect' })
  })

  test('whose receiver has a full backlog', async () => {
    const port = await fullBacklog()
    const connect: buildConnector.connector = (target, done) => {
      const socket = net.connect(Number(target.port), '127.0.0.1').on('error', (error) => done(error, null))
      onTestFinished(() => void socket.destroy())
    }
    const agent = agentOfTest({ connect })
    const failure = await failureOf(ask(agent, { url: `http://127.0.0.1:${port}/`, deadlineMs }))
    expect(failure).toMatchObject({ code: 'timeout', phase: 'connect' })
  })

  test('whose TLS handshake is never answered', async () => {
    const server = await serveRaw(() => {})
    const failure = await failureOf(
      ask(agentOfTest(), { url: `https://127.0.0.1:${server.port}/`, deadlineMs }),
    )
    expect(failure).toMatchObject({ code: 'timeout', phase: 'connect' })
    for (const socket of server.open) socket.destroy()
  })

  test('that is never answered, and closes its connection', async () => {
    const closed = Promise.withResolvers<void>()
    const server = await serve((req) => {
      req.socket.once('close', closed.resolve)
    })
    const failure = await failureOf(ask(agentOfTest(), { url: server.url, deadlineMs: FAIR_MS }))
    expect(failure).toMatchObject({ code: 'timeout', phase: 'head' })
    await closed.promise
  })

  test('that gets early hints for ever', async () => {
    const server = await serveRaw((socket) => drip(socket, () => 'HTTP/1.1 103 Early Hints\r\n\r\n'))
    const failure = await failureOf(ask(agentOfTest(), { url: server.url, deadlineMs: FAIR_MS }))
    expect(failure).toMatchObject({ code: 'timeout', phase: 'head' })
  })

  test('whose head comes byte by byte', async () => {
    const head = `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(10_000)}`
    const server = await serveRaw((socket) => drip(socket, (n) => head[n] ?? 'y'))
    const failure = await failureOf(ask(agentOfTest(), { url: server.url, deadlineMs: FAIR_MS }))
    expect(failure).toMatchObject({ code: 'timeout', phase: 'head' })
  })
})

describe('the deadline ends a body', () => {
  test('that stalls, and the status counts', async () => {
    const closed = Promise.withResolvers<void>()
    const server = await serve((req, res) => {
      req.socket.once('close', closed.resolve)
      res.writeHead(202, { 'content-length': 100 }).write('half')
    })
    const answer = await ask(agentOfTest(), { url: server.url, deadlineMs: FAIR_MS })
    expect(answer).toMatchObject({
      status: 202,
      truncated: false,
      bodyError: { code: 'timeout', phase: 'body' },
    })
    expect(answer.body.toString()).toBe('half')
    await closed.promise
  })

  test('that drips: no chunk is late and the whole is', async () => {
    const server = await serveRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      drip(socket, () => 'x')
    })
    const answer = await ask(agentOfTest(), { url: server.url, deadlineMs: FAIR_MS, maxBytes: 1e9 })
    expect(answer).toMatchObject({ status: 200, bodyError: { code: 'timeout', phase: 'body' } })
  })
})

describe('a full pool', () => {
  test('counts against the deadline, and what was given up is never sent', async () => {
    const paths: (string | undefined)[] = []
    const first = Promise.withResolvers<() => void>()
    const server = await serve((req, res) => {
      paths.push(req.url)
      if (req.url === '/first') first.resolve(() => res.end())
      else res.end()
    })
    const agent = agentOfTest({ connections: 1 })
    const held = ask(agent, { url: `${server.url}first` })
    const answer = await first.promise
    const late = Array.from({ length: 5 }, () =>
      failureOf(ask(agent, { url: `${server.url}late`, deadlineMs })),
    )
    for (const failure of await Promise.all(late)) {
      expect(failure).toMatchObject({ code: 'timeout', phase: 'connect' })
    }
    const last = ask(agent, { url: `${server.url}last` })
    answer()
    expect(await held).toMatchObject({ status: 200 })
    expect(await last).toMatchObject({ status: 200 })
    expect(paths).toEqual(['/first', '/last'])
    expect(server.connections(), 'giving up must not cost the connection').toBe(1)
  })

  test('fails at once where the receiver is gone', async () => {
    const agent = agentOfTest({
      connections: 1,
      connect: (_, done) => queueMicrotask(() => done(refused(), null)),
    })
    const asked = Array.from({ length: 10 }, () => failureOf(ask(agent, { url: `http://receiver.test/` })))
    for (const failure of await Promise.all(asked)) expect(failure.code).toBe('connect_failed')
  })
})

function refused(): Error {
  return Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
}

/** Writes a piece at every turn of the event loop until the socket is closed. */
function drip(socket: net.Socket, piece: (n: number) => string): void {
  let n = 0
  const next = () => {
    if (socket.destroyed) return
    socket.write(piece(n++))
    setTimeout(next, 1)
  }
  next()
}
