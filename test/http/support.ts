import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import net, { type AddressInfo, type Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { beforeEach, expect, onTestFinished } from 'vitest'
import { createAgent } from '../../src/http/agent.ts'
import { HttpFailure, type HttpRequest, request } from '../../src/http/request.ts'

/** Long enough never to matter. */
export const AMPLE_MS = 20_000
/** For a deadline before which nothing has to happen. */
export const SHORT_MS = 120
/** For a deadline before which a connection has to be made or a head to arrive, on a busy machine too. */
export const FAIR_MS = 1_000

/** A server that counts its connections and knows which are open. */
export interface Counted {
  port: number
  url: string
  connections: () => number
  open: Set<Socket>
}

/** An HTTP server on a free port of 127.0.0.1, or with null of every address there is; closed after the test. */
export async function serve(listener: RequestListener, host: string | null = '127.0.0.1'): Promise<Counted> {
  return counted(createServer({ keepAliveTimeout: 60_000 }, listener), host)
}

/** A server that speaks bytes. */
export async function serveRaw(onSocket: (socket: Socket) => void): Promise<Counted> {
  return counted(
    net.createServer((socket) => {
      socket.on('error', () => {})
      onSocket(socket)
    }),
  )
}

export async function counted(server: net.Server, host: string | null = '127.0.0.1'): Promise<Counted> {
  const open = new Set<Socket>()
  let connections = 0
  server.on('connection', (socket: Socket) => {
    connections++
    open.add(socket)
    socket.on('close', () => open.delete(socket))
  })
  server.listen(0, host ?? undefined)
  await once(server, 'listening')
  onTestFinished(async () => {
    server.close()
    for (const socket of open) socket.destroy()
    await once(server, 'close')
  })
  const { port } = server.address() as AddressInfo
  return { port, url: `http://127.0.0.1:${port}/`, connections: () => connections, open }
}

/** The agent of one test, destroyed after it. */
export function agentOfTest(options: Parameters<typeof createAgent>[0] = {}) {
  const agent = createAgent(options)
  onTestFinished(() => agent.destroy())
  return agent
}

/** A port whose kernel queue of connections is full, for its process never accepts one. */
export async function fullBacklog(): Promise<number> {
  const worker = new Worker(
    `const { parentPort } = require('node:worker_threads')
     const server = require('node:net').createServer()
     server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
       parentPort.postMessage(server.address().port)
       Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
     })`,
    { eval: true },
  )
  const [port] = (await once(worker, 'message')) as [number]
  const fillers = Array.from({ length: 4 }, () => net.connect(port, '127.0.0.1').on('error', () => {}))
  onTestFinished(async () => {
    for (const filler of fillers) filler.destroy()
    await worker.terminate()
  })
  await Promise.all(fillers.slice(0, 2).map((filler) => once(filler, 'connect')))
  return port
}

export type Ask = Partial<Omit<HttpRequest, 'url'>> & { url: string }

export function ask(dispatcher: ReturnType<typeof agentOfTest>, { url, ...rest }: Ask) {
  return request(dispatcher, {
    method: 'GET',
    url: new URL(url),
    headers: {},
    deadlineMs: AMPLE_MS,
    maxBytes: 4096,
    ...rest,
  })
}

/** The failure that a request must end with. */
export async function failureOf(asked: Promise<unknown>): Promise<HttpFailure> {
  const error = await asked.then(
    (value) => expect.unreachable(`It succeeded: ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(HttpFailure)
  return error as HttpFailure
}

const HELD = new Set([
  'TCPSocketWrap',
  'TCPServerWrap',
  'Timeout',
  'Immediate',
  'GetAddrInfoReqWrap',
  'TCPConnectWrap',
])

/** The sockets, servers and timers that keep the process alive. */
export function held(): string[] {
  return process.getActiveResourcesInfo().filter((kind) => HELD.has(kind))
}

/** Fails where more is held than before, once what is being closed has had its turns of the event loop. */
export async function expectNoMoreThan(before: readonly string[]): Promise<void> {
  const end = Date.now() + 3_000
  while (held().length > before.length && Date.now() < end) await setImmediate()
  expect(held().length, `left behind: ${held().join(', ')}`).toBeLessThanOrEqual(before.length)
}

/** Fails a test after which more sockets or timers keep the process alive than before it. */
export function failOnLeaks(): void {
  beforeEach(() => {
    const before = held()
    const uncaught: unknown[] = []
    const note = (reason: unknown) => uncaught.push(reason)
    process.on('unhandledRejection', note)
    onTestFinished(async () => {
      await expectNoMoreThan(before)
      process.off('unhandledRejection', note)
      expect(uncaught).toEqual([])
    })
  })
}
