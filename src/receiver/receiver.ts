import { createServer, type IncomingMessage, type Server } from 'node:http'
import { type AddressInfo, isIPv6 } from 'node:net'
import { verifySignature } from '../deliver/sign.ts'
import type { Event } from '../types.ts'

const MAX_BODY_BYTES = 1024 * 1024

/** A webhook as it arrived, and whether its signature is right. */
export interface Received {
  event: Event | null
  body: string
  headers: Record<string, string>
  verified: { ok: true } | { ok: false; reason: string }
}

/** What a receiver answers. */
export interface ReceiverAnswer {
  status: number
  headers?: Record<string, string>
  body?: string
}

/**
 * A small webhook receiver that verifies what it gets, as a user's own would: 204 for a webhook whose
 * signature is right, 401 for any other.
 *
 * @param options.secrets the signing secrets that are valid when a webhook arrives
 * @param options.answer another answer to a webhook whose signature is right
 * @param options.onWebhook after it was answered
 */
export async function startReceiver(options: {
  secrets: () => readonly string[]
  answer?: (received: Received) => ReceiverAnswer | Promise<ReceiverAnswer>
  onWebhook: (received: Received, answer: ReceiverAnswer) => void
  host?: string
  port?: number
}): Promise<{ url: string; close(): Promise<void> }> {
  const host = options.host ?? '127.0.0.1'
  const accept = options.answer ?? ((): ReceiverAnswer => ({ status: 204 }))
  const server = createServer(async (request, response) => {
    const body = await readBody(request).catch(() => null)
    if (body === null) {
      response.writeHead(413).end()
      return
    }
    const headers = headersOf(request)
    const verified = verifySignature({
      secrets: options.secrets(),
      headers: {
        id: headers['webhook-id'],
        timestamp: headers['webhook-timestamp'],
        signature: headers['webhook-signature'],
      },
      body,
      nowSecs: Math.floor(Date.now() / 1000),
    })
    const received = { event: parse(body), body, headers, verified }
    const answer: ReceiverAnswer = verified.ok
      ? await accept(received)
      : { status: 401, body: verified.reason }
    response.writeHead(answer.status, answer.headers).end(answer.body)
    options.onWebhook(received, answer)
  })
  await listen(server, options.port ?? 0, host)
  const { port } = server.address() as AddressInfo
  return {
    url: `http://${isIPv6(host) ? `[${host}]` : host}:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw new Error('too large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function headersOf(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]))
}

/** Null for what is no event, whoever sent it. */
function parse(body: string): Event | null {
  try {
    const event: unknown = JSON.parse(body)
    if (typeof event !== 'object' || event === null) return null
    const { id, type, data } = event as Partial<Event>
    const isEvent =
      typeof id === 'string' && typeof type === 'string' && typeof data === 'object' && data !== null
    return isEvent ? (event as Event) : null
  } catch {
    return null
  }
}
