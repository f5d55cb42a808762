import { randomBytes } from 'node:crypto'
import type { Outcome } from '../deliver/failures.ts'
import { createSender } from '../deliver/send.ts'
import { signatureHeader } from '../deliver/sign.ts'
import { type Overrides, sampleEvent } from '../events/sample-event.ts'
import type { Event, EventType } from '../types.ts'

/** As long as ringpost waits by default (ms). */
const DEADLINE_MS = 15_000

/** What was sent to a URL, and what came back. */
export interface SentSample {
  url: string
  event: Event
  duration_ms: number
  response: { status: number; headers: Record<string, string>; body: string } | null
  error: Extract<Outcome, { kind: 'failed' }>['error'] | null
}

/**
 * Sends the sample of a type from this machine to any URL, signed as ringpost signs. No server is asked, so that
 * nothing of it is in a log, and any address will do: it is the user's own doing.
 *
 * @throws RingpostError `bad_request` for overrides or a secret that do not fit
 */
export async function sendSample(options: {
  url: URL
  type: EventType
  overrides: Overrides
  secret: string
}): Promise<SentSample> {
  const at = Date.now()
  const { type, overrides, secret } = options
  const event = sampleEvent({ type, id: `evt_${randomBytes(16).toString('hex')}`, at, overrides })
  const body = JSON.stringify(event)
  const timestamp = Math.floor(at / 1000)
  const headers = {
    'content-type': 'application/json',
    'webhook-id': event.id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signatureHeader([secret], event.id, timestamp, body),
  }
  const sender = createSender({
    policy: { allowNetworks: ['0.0.0.0/0', '::/0'], allowHttp: true },
    deadlineMs: DEADLINE_MS,
  })
  try {
    const { durationMs, response, outcome } = await sender.send({ url: options.url.href, headers, body })
    return {
      url: options.url.href,
      event,
      duration_ms: durationMs,
      response,
      error: outcome.kind === 'failed' ? outcome.error : null,
    }
  } finally {
    await sender.close()
  }
}
