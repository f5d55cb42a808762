import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { isIPv6, type Socket } from 'node:net'
import { type Answer, json } from './answers.ts'
import { createApi, type Key } from './api.ts'
import { createControl, readJson } from './control.ts'
import { createCursors } from './cursors.ts'
import { createFaultQueue } from './faults.ts'
import { createGetConversation } from './get-conversation.ts'
import { createListUsers } from './list-users.ts'
import { createRequestLog } from './request-log.ts'
import type { Simulator, SimulatorOptions } from './types.ts'
import { send } from './wire.ts'
import { createWorld } from './world.ts'

/**
 * Starts a server that plays the ElevenLabs users API: a truthful list over a world that the caller changes,
 * and on request everything that can go wrong with it. Listens when the promise resolves.
 */
export async function createSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { apiKey = 'sim_key', host = '127.0.0.1', now = Date.now, errorShape = 'current' } = options
  const { cursors: kind = 'keyset', cursorTtlMs = Number.POSITIVE_INFINITY, awkwardCursors = false } = options
  const { sentiment = false, sortDirection = 'honoured' } = options

  const world = createWorld()
  const faults = createFaultQueue()
  const requests = createRequestLog()
  const cursors = createCursors({ kind, ttlMs: cursorTtlMs, awkward: awkwardCursors, now })
  const key: Key = { value: apiKey, missingPermissions: false }
  const listUsers = createListUsers({ world, cursors }, { sentiment, sortDirection, errorShape })
  const getConversation = createGetConversation({ world, now }, { errorShape })
  const api = createApi({ faults, key, listUsers, getConversation }, { errorShape })

  async function answerControl(req: IncomingMessage, method: string, path: string): Promise<Answer> {
    if (!isLoopback(req.socket.remoteAddress)) {
      return json(403, { error: 'The control routes answer to this machine only.' })
    }
    return control({ method, path, readBody: () => readJson(req) })
  }

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { method = 'GET', url: target = '/', headers } = req
    const cut = target.indexOf('?')
    // Not URL: it would resolve `..`, which a user id may be.
    const path = cut === -1 ? target : target.slice(0, cut)
    const params = new URLSearchParams(cut === -1 ? '' : target.slice(cut + 1))
    const at = settled()
    const date = new Date(at).toUTCString()
    if (path.startsWith('/_control/')) {
      send(res, await answerControl(req, method, path), { date, fault: null, onHead: () => {} })
      return
    }
    req.resume()
    const entry = requests.add({ method, path, query: Object.fromEntries(params), at, status: 0 })
    const apiKeyGiven = [headers['xi-api-key']].flat()[0]
    const otherHost = `http://${host === 'localhost' ? '127.0.0.1' : 'localhost'}:${port}${target}`
    const { answer, fault } = api({ method, path, params, apiKey: apiKeyGiven, otherHost })
    const onHead = () => {
      entry.status = answer.status
    }
    send(res, answer, { date, fault, onHead })
  }

  const sockets = new Set<Socket>()
  // Room for a search for a 10 KB user id, three bytes to a character when encoded.
  const server = createServer({ maxHeaderSize: 128 * 1024, keepAliveTimeout: 60_000 }, (req, res) => {
    handle(req, res).catch((error: unknown) => {
      if (res.headersSent) res.destroy()
      else res.writeHead(500).end(`The simulator failed: ${String(error)}`)
    })
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await listen(server, options.port ?? 0, host)
  const port = portOf(server)
  const reachable = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host

  async function hangUp(): Promise<void> {
    if (!server.listening) return
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const socket of sockets) socket.destroy()
    await closed
  }

  /** The time now, with every late row shown that is due by then. */
  function settled(): number {
    const at = now()
    world.settle(at)
    return at
  }

  let closing: Promise<void> | undefined
  const simulator: Simulator = {
    url: `http://${isIPv6(reachable) ? `[${reachable}]` : reachable}:${port}`,
    port,
    call: (input) => world.call(input, settled()),
    removeUser(user_id) {
      settled()
      world.remove(user_id)
    },
    restoreUser(user_id) {
      settled()
      world.restore(user_id)
    },
    overrideRow(user_id, patch) {
      settled()
      world.override(user_id, patch)
    },
    seed: (input) => world.seed(input, settled()),
    fault: (fault) => faults.add(fault),
    clearFaults: () => faults.clear(),
    setApiKey(value, { missingPermissions = false } = {}) {
      Object.assign(key, { value, missingPermissions } satisfies Key)
    },
    refuseConnections: hangUp,
    async acceptConnections() {
      if (!server.listening && closing === undefined) await listen(server, port, host)
    },
    requests,
    get userCount() {
      settled()
      return world.userCount
    },
    close() {
      closing ??= hangUp()
      return closing
    },
  }
  const control = createControl(simulator)
  return simulator
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
}

function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && /^(::ffff:)?127\.|^::1$/.test(address)
}
