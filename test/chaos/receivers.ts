import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { verifySignature } from '../../src/deliver/sign.ts'
import type { Event } from '../../src/types.ts'

/** How a receiver behaves. All but `good` are faults. */
export type Manner =
  | 'good'
  | 'hang'
  | 'flap'
  | 'lie'
  | 'drip_head'
  | 'drip_body'
  | 'gone'
  | 'too_many'
  | 'redirect'
  | 'reset'
  | 'garbage'
  | 'server_error'

/** One request that was answered 2xx, or taken in by a receiver that says otherwise. */
export interface Arrival {
  at: number
  /** The process that sent it, e.g. `deliver-1#3`. */
  sender: string
  /** What it was answered; 0 where the answer never came to an end. */
  status: number
}

export interface Receiver {
  id: string
  secret: string
  port: number
  /** By event id, in the order of arrival. */
  arrivals: ReadonlyMap<string, readonly Arrival[]>
  /** What was accepted: the event as it came first. */
  accepted: ReadonlyMap<string, Event>
  /** Requests whose signature was wrong. */
  forged: () => number
  /** Events that came with other bytes than before, by id. */
  changed: ReadonlySet<string>
  requests: () => number
  /** How far each user's count has been accepted. */
  reached: ReadonlyMap<string, number>
  behave(manner: Manner): void
  close(): Promise<void>
}

/** A receiver that verifies each signature and remembers everything, and behaves as badly as it is told to. */
export async function createReceiver(id: string, secret: string, random: () => number): Promise<Receiver> {
  const arrivals = new Map<string, Arrival[]>()
  const accepted = new Map<string, Event>()
  const bodies = new Map<string, string>()
  const changed = new Set<string>()
  const reached = new Map<string, number>()
  const sockets = new Set<Socket>()
  let manner: Manner = 'good'
  let forged = 0
  let requests = 0

  function take(eventId: string, event: Event, body: string, arrival: Arrival): void {
    const before = arrivals.get(eventId)
    if (before) before.push(arrival)
    else arrivals.set(eventId, [arrival])
    if (arrival.status < 200 || arrival.status > 299) return
    if ((bodies.get(eventId) ?? body) !== body) changed.add(eventId)
    if (accepted.has(eventId)) return
    bodies.set(eventId, body)
    accepted.set(eventId, event)
    const { user, change } = event.data as { user?: { user_id: string }; change?: { to: number } }
    if (user === undefined || change === undefined) return
    reached.set(user.user_id, Math.max(reached.get(user.user_id) ?? 0, change.to))
  }

  const server = createServer(async (request, response) => {
    requests++
    const chunks: Buffer[] = []
    try {
      for await (const chunk of request) chunks.push(chunk)
    } catch {
      return
    }
    const body = Buffer.concat(chunks).toString('utf8')
    const header = (name: string) => String(request.headers[name] ?? '')
    const timestamp = header('webhook-timestamp')
    const verified = verifySignature({
      secrets: [secret],
      headers: { id: header('webhook-id'), timestamp, signature: header('webhook-signature') },
      body,
      // Senders with a wrong clock are part of the suite; what is checked here is the signature.
      nowSecs: Number(timestamp),
    })
    if (!verified.ok) {
      forged++
      response.writeHead(401).end(verified.reason)
      return
    }
    const now = manner === 'flap' && random() < 0.5 ? 'server_error' : manner === 'flap' ? 'good' : manner
    const status = answer(now, response)
    take(header('webhook-id'), JSON.parse(body) as Event, body, {
      at: Date.now(),
      sender: header('x-chaos-sender'),
      status,
    })
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    id,
    secret,
    port: (server.address() as AddressInfo).port,
    arrivals,
    accepted,
    forged: () => forged,
    changed,
    requests: () => requests,
    reached,
    behave(next) {
      manner = next
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** @returns the status that the sender has been told, 0 where it was told none */
function answer(manner: Exclude<Manner, 'flap'>, response: ServerResponse): number {
  const say = (status: number, headers: Record<string, string> = {}) => {
    response.writeHead(status, headers).end('seen')
    return status
  }
  const { socket } = response
  switch (manner) {
    case 'good':
      return say(204)
    case 'hang':
      return 0
    case 'lie':
      // It has taken the webhook in, and says that it has not.
      return say(500)
    case 'server_error':
      return say(503, { 'retry-after': '1' })
    case 'gone':
      return say(410)
    case 'too_many':
      return say(429, { 'retry-after': '2' })
    case 'redirect':
      return say(302, { location: 'http://169.254.169.254/latest/meta-data/' })
    case 'reset':
      socket?.resetAndDestroy()
      return 0
    case 'garbage':
      socket?.end('SSH-2.0-OpenSSH_9.2\r\n')
      return 0
    case 'drip_head':
      drip(socket, 'HTTP/1.1 200 OK\r\nx-slow: 1\r\n')
      return 0
    case 'drip_body':
      response.writeHead(200)
      response.flushHeaders()
      drip(response, 'x'.repeat(10_000))
      return 200
  }
}

function drip(to: { write(text: string): unknown; destroyed?: boolean } | null, text: string): void {
  if (to === null) return
  let at = 0
  const timer = setInterval(() => {
    if (to.destroyed || at >= text.length) clearInterval(timer)
    else to.write(text.charAt(at++))
  }, 200)
  timer.unref()
}
