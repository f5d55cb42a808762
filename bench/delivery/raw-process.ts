import { createSecret, signatureHeader } from '../../src/deliver/sign.ts'
import { createAgent } from '../../src/http/agent.ts'
import { measured } from '../measure.ts'
import { benchEvent } from './events.ts'

/** The least that any sender has to do: sign each body and POST it with undici, so many at a time. Sends what it used. */
const { url, count, concurrency, warmUp } = JSON.parse(process.argv[2] ?? '{}') as {
  url: string
  count: number
  concurrency: number
  warmUp: number
}
const agent = createAgent({ connections: concurrency })
const { origin, pathname } = new URL(url)
const secret = createSecret('hmac-sha256')

async function send(n: number): Promise<void> {
  let next = 0
  const lane = async () => {
    while (next < n) {
      const { id, json } = benchEvent(next++)
      const timestamp = Math.floor(Date.now() / 1000)
      const { statusCode, body } = await agent.request({
        origin,
        path: pathname,
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(timestamp),
          'webhook-signature': signatureHeader([secret], id, timestamp, json),
        },
        body: json,
      })
      await body.dump()
      if (statusCode !== 204) throw new Error(`The receiver answered ${statusCode}.`)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, lane))
}

await send(warmUp)
process.send?.(await measured(() => send(count)))
await agent.close()
