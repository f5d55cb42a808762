import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Event } from '../../src/types.ts'

/** A webhook as it arrived. */
export interface Webhook {
  id: string
  headers: IncomingHttpHeaders
  body: string
  event: Event
  /** What it was answered. */
  status: number
}

type Answer = number | 'hang'

/** A real HTTP receiver that remembers everything, and answers what it is told to. */
export async function startTestReceiver(onPort = 0) {
  const webhooks: Webhook[] = []
  let answer: (webhook: Omit<Webhook, 'status'>) => Answer | Promise<Answer> = () => 204
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString('utf8')
    const webhook = {
      id: String(request.headers['webhook-id']),
      headers: request.headers,
      body,
      event: JSON.parse(body) as Event,
    }
    const status = await answer(webhook)
    webhooks.push({ ...webhook, status: status === 'hang' ? 0 : status })
    if (status !== 'hang') response.writeHead(status).end('seen')
  })
  server.listen(onPort, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/hook`,
    webhooks,
    /** Ids of the events that were accepted. */
    accepted: () => new Set(webhooks.filter(({ status }) => status < 300 && status > 0).map(({ id }) => id)),
    answer(how: typeof answer) {
      answer = how
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

export type TestReceiver = Awaited<ReturnType<typeof startTestReceiver>>
