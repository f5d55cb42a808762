import { type Agent, type IncomingHttpHeaders, request } from 'node:http'

/** An answer as it came over the socket. */
export interface RawAnswer {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

const LONGEST_ANSWER_MS = 20_000

/** Sends a request as it is, which `fetch` would tidy up. Of a stream that never ends, only the head is read. */
export function sendRequest(
  agent: Agent,
  base: string,
  asked: { method: string; target: string; headers: [string, string][]; body: string | null },
): Promise<RawAnswer> {
  const { hostname, port } = new URL(base)
  const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>()
  const body = asked.body === null ? null : Buffer.from(asked.body)
  const sent = request({
    agent,
    hostname,
    port,
    method: asked.method,
    path: asked.target,
    // As a list of names and values: what is given twice is sent twice.
    headers: [
      ['host', `${hostname}:${port}`],
      ...(body === null ? [] : [['content-length', String(body.length)]]),
      ...asked.headers,
    ].flat(),
  })
  sent.setTimeout(LONGEST_ANSWER_MS, () => sent.destroy(new Error('There was no answer.')))
  let answered = false
  sent.on('response', (response) => {
    answered = true
    const { statusCode: status = 0, headers } = response
    if (headers['content-type']?.startsWith('text/event-stream')) {
      resolve({ status, headers, text: '' })
      response.destroy()
      return
    }
    const chunks: Buffer[] = []
    response.on('data', (chunk) => chunks.push(chunk))
    response.on('end', () => resolve({ status, headers, text: Buffer.concat(chunks).toString('utf8') }))
    response.on('error', reject)
  })
  // A server that has refused a request need not read the rest of it.
  sent.on('error', (error) => answered || reject(error))
  sent.end(body ?? undefined)
  return promise
}
