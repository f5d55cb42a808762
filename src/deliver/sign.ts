import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { RingpostError } from '../errors.ts'

/** Signing as Standard Webhooks 1.0 has it: https://github.com/standard-webhooks/standard-webhooks */
const PREFIX = 'whsec_'
const VERSION = 'v1'
const TOLERANCE_SECS = 300

/** A new signing secret: `whsec_` and 32 random bytes in base64. */
export function createSecret(random: (bytes: number) => Buffer = randomBytes): string {
  return `${PREFIX}${random(32).toString('base64')}`
}

/**
 * The key bytes of a secret.
 *
 * @throws RingpostError `bad_request` where it is not `whsec_` and 24 to 64 bytes in base64; the message does
 *   not repeat it
 */
export function parseSecret(secret: string): Buffer {
  if (!secret.startsWith(PREFIX)) {
    throw new RingpostError('bad_request', `A signing secret begins with ${PREFIX}.`)
  }
  const base64 = secret.slice(PREFIX.length)
  const key = Buffer.from(base64, 'base64')
  // Buffer skips what is not base64, so only what comes out the same was right.
  if (key.toString('base64') !== base64) {
    throw new RingpostError(
      'bad_request',
      `After ${PREFIX} a signing secret has only base64, with its padding.`,
    )
  }
  if (key.length < 24 || key.length > 64) {
    throw new RingpostError(
      'bad_request',
      `A signing secret has 24 to 64 bytes, and this one has ${key.length}.`,
    )
  }
  return key
}

/**
 * The `webhook-signature` header: one signature over `id.timestamp.body` for each secret that is valid, with a
 * space between them.
 *
 * @param timestampSecs of this attempt, as in `webhook-timestamp`
 * @throws RingpostError `bad_request` as `parseSecret`
 */
export function signatureHeader(
  secrets: readonly string[],
  id: string,
  timestampSecs: number,
  body: string,
): string {
  return secrets.map((secret) => sign(secret, id, String(timestampSecs), body)).join(' ')
}

/**
 * Checks a webhook as a receiver does: any of the header's `v1` signatures by any of the secrets will do.
 * Compares in constant time.
 *
 * @param input.headers as they arrived, missing ones included
 * @param input.toleranceSecs how far the timestamp may be off, in both directions
 * @returns the reason in a plain sentence where it is refused
 * @throws RingpostError `bad_request` as `parseSecret`, for a receiver without a right secret is misconfigured
 */
export function verifySignature(input: {
  secrets: readonly string[]
  headers: { id: string | undefined; timestamp: string | undefined; signature: string | undefined }
  body: string
  nowSecs: number
  toleranceSecs?: number
}): { ok: true } | { ok: false; reason: string } {
  const { id, timestamp, signature } = input.headers
  const refuse = (reason: string) => ({ ok: false, reason }) as const
  if (!id) return refuse('The header webhook-id is missing.')
  if (!timestamp) return refuse('The header webhook-timestamp is missing.')
  if (!signature) return refuse('The header webhook-signature is missing.')
  if (!/^\d{1,15}$/.test(timestamp)) return refuse('The header webhook-timestamp is not in unix seconds.')

  const age = input.nowSecs - Number(timestamp)
  const tolerance = input.toleranceSecs ?? TOLERANCE_SECS
  if (age > tolerance) return refuse(`The webhook is ${age} s old, and at most ${tolerance} s are allowed.`)
  if (age < -tolerance) {
    return refuse(`The webhook's timestamp is ${-age} s in the future: check the clocks of both machines.`)
  }

  const given = signature.split(' ').filter((one) => one.startsWith(`${VERSION},`))
  if (given.length === 0) return refuse(`The header webhook-signature holds no ${VERSION} signature.`)
  const expected = input.secrets.map((secret) => sign(secret, id, timestamp, input.body))
  return expected.some((right) => given.some((one) => isEqual(one, right)))
    ? { ok: true }
    : refuse('No signature fits: the secret is another one, or the body was changed on its way.')
}

function sign(secret: string, id: string, timestamp: string, body: string): string {
  const mac = createHmac('sha256', parseSecret(secret)).update(`${id}.${timestamp}.${body}`).digest('base64')
  return `${VERSION},${mac}`
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
