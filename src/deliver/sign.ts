import {
  createHmac,
  createSecretKey,
  sign as signEd25519,
  timingSafeEqual,
  verify as verifyEd25519,
} from 'node:crypto'
import { remember } from '../secrets/remember.ts'
import { isEd25519, parsePublicKey, parseSecret, privateKeyOf, signingOf } from '../secrets/signing-secret.ts'

export { createSecret, parseSecret } from '../secrets/signing-secret.ts'

/** Signing as Standard Webhooks 1.0 has it: https://github.com/standard-webhooks/standard-webhooks */
const HMAC = 'v1,'
const ED25519 = 'v1a,'
const TOLERANCE_SECS = 300

/** Each request is signed, and reading a key costs more than signing (measured: HMAC 15 µs without, 3 µs with). */
const hmacKey = remember(1_000, (secret) => createSecretKey(parseSecret(secret)))
const ed25519Key = remember(1_000, privateKeyOf)

/**
 * The `webhook-signature` header: one signature over `id.timestamp.body` for each secret that is valid, with a
 * space between them. A `whsec_` signs as `v1`, a `whsk_` as `v1a`.
 *
 * @param timestampSecs of this attempt, as in `webhook-timestamp`
 * @throws RingpostError `bad_request` where a secret is none
 */
export function signatureHeader(
  secrets: readonly string[],
  id: string,
  timestampSecs: number,
  body: string,
): string {
  const content = `${id}.${timestampSecs}.${body}`
  return secrets.map((secret) => sign(secret, content)).join(' ')
}

/**
 * Checks a webhook as a receiver does: any of the header's signatures by any of the secrets will do. Compares
 * in constant time.
 *
 * @param input.secrets `whsec_`, or the `whpk_` of an endpoint that signs with Ed25519
 * @param input.headers as they arrived, missing ones included
 * @param input.toleranceSecs how far the timestamp may be off, in both directions
 * @returns the reason in a plain sentence where it is refused
 * @throws RingpostError `bad_request` where a secret is none, for a receiver without a right one is misconfigured
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

  const version = input.secrets.length > 0 && input.secrets.every(isEd25519) ? ED25519 : HMAC
  const given = signature.split(' ').filter((one) => one.startsWith(HMAC) || one.startsWith(ED25519))
  if (!given.some((one) => input.secrets.some((secret) => one.startsWith(versionOf(secret))))) {
    return refuse(`The header webhook-signature holds no ${version.slice(0, -1)} signature.`)
  }
  const content = `${id}.${timestamp}.${input.body}`
  return input.secrets.some((secret) => given.some((one) => fits(one, secret, content)))
    ? { ok: true }
    : refuse('No signature fits: the secret is another one, or the body was changed on its way.')
}

function versionOf(secret: string): string {
  return isEd25519(secret) ? ED25519 : HMAC
}

function sign(secret: string, content: string): string {
  if (signingOf(secret) === 'hmac-sha256') {
    return HMAC + createHmac('sha256', hmacKey(secret)).update(content).digest('base64')
  }
  return ED25519 + signEd25519(null, Buffer.from(content), ed25519Key(secret)).toString('base64')
}

function fits(given: string, secret: string, content: string): boolean {
  if (!isEd25519(secret)) return isEqual(given, sign(secret, content))
  if (!given.startsWith(ED25519)) return false
  const signature = Buffer.from(given.slice(ED25519.length), 'base64')
  return verifyEd25519(null, Buffer.from(content), parsePublicKey(secret), signature)
}

function isEqual(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)]
  return left.length === right.length && timingSafeEqual(left, right)
}
