import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { RingpostError } from '../errors.ts'

/** How an endpoint's webhooks are signed: with a shared secret, or with a key pair. */
export const SIGNINGS = ['hmac-sha256', 'ed25519'] as const
export type Signing = (typeof SIGNINGS)[number]

/** Prefixes of Standard Webhooks 1.0, "Signature scheme". */
const SHARED = 'whsec_'
const PRIVATE = 'whsk_'
const PUBLIC = 'whpk_'
const SEED_BYTES = 32
/** What stands before the 32 bytes of a key in its DER form (RFC 8410, sections 4 and 7). */
const SPKI = Buffer.from('302a300506032b6570032100', 'hex')
const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex')

/**
 * A new signing secret: `whsec_` and 32 random bytes in base64, or for Ed25519 `whsk_` and 64 bytes, the seed
 * with the public key behind it, as Svix writes it.
 */
export function createSecret(
  signing: Signing = 'hmac-sha256',
  random: (bytes: number) => Buffer = randomBytes,
): string {
  if (signing === 'hmac-sha256') return SHARED + random(32).toString('base64')
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  return PRIVATE + Buffer.concat([rawPrivate(privateKey), rawPublic(publicKey)]).toString('base64')
}

/** How webhooks are signed with a secret; told by its prefix. */
export function signingOf(secret: string): Signing {
  return secret.startsWith(PRIVATE) ? 'ed25519' : 'hmac-sha256'
}

/** Whether a text is a key of Ed25519, secret or public. */
export function isEd25519(text: string): boolean {
  return text.startsWith(PRIVATE) || text.startsWith(PUBLIC)
}

/** The `whpk_` that goes with a `whsk_`, for receivers; null for a shared secret, which has none. */
export function publicKeyOf(secret: string): string | null {
  if (signingOf(secret) !== 'ed25519') return null
  return PUBLIC + rawPublic(createPublicKey(privateKeyOf(secret))).toString('base64')
}

/** What is wrong with a secret that someone brings along, to complete "The secret …"; null where nothing is. */
export function secretProblem(text: string): string | null {
  const bytes = bytesOf(text)
  if (!text.startsWith(SHARED) && !text.startsWith(PRIVATE)) {
    return `must begin with ${SHARED}, or with ${PRIVATE} for Ed25519`
  }
  if (bytes === null) return 'must have only base64 after its prefix, with the padding'
  const size = bytes.length
  if (text.startsWith(SHARED)) {
    return size >= 24 && size <= 64
      ? null
      : `must have 24 to 64 bytes after ${SHARED}, and this one has ${size}`
  }
  if (size !== SEED_BYTES && size !== 2 * SEED_BYTES) {
    return `must have 32 bytes after ${PRIVATE} (the seed) or 64 (with the public key), and this one has ${size}`
  }
  const derived = rawPublic(createPublicKey(privateKeyFrom(bytes)))
  return size === SEED_BYTES || bytes.subarray(SEED_BYTES).equals(derived)
    ? null
    : 'must have the public key of its own seed in its last 32 bytes'
}

/**
 * The key bytes of a shared secret.
 *
 * @throws RingpostError `bad_request` where it is not `whsec_` and 24 to 64 bytes in base64; the message does
 *   not repeat it
 */
export function parseSecret(secret: string): Buffer {
  const bytes = secret.startsWith(SHARED) ? bytesOf(secret) : null
  if (bytes === null || bytes.length < 24 || bytes.length > 64) throw refuse(secretProblem(secret))
  return bytes
}

/**
 * The private key in a `whsk_`.
 *
 * @throws RingpostError `bad_request` where there is none; the message does not repeat it
 */
export function privateKeyOf(secret: string): KeyObject {
  const bytes = secret.startsWith(PRIVATE) ? bytesOf(secret) : null
  if (bytes === null || (bytes.length !== SEED_BYTES && bytes.length !== 2 * SEED_BYTES)) {
    throw refuse(secretProblem(secret))
  }
  return privateKeyFrom(bytes)
}

/**
 * The public key in a `whpk_`, or that of a `whsk_`.
 *
 * @throws RingpostError `bad_request` where there is none; the message does not repeat it
 */
export function parsePublicKey(text: string): KeyObject {
  if (text.startsWith(PRIVATE)) return createPublicKey(privateKeyOf(text))
  const bytes = text.startsWith(PUBLIC) ? bytesOf(text) : null
  if (bytes?.length !== SEED_BYTES) throw refuse(`must have 32 bytes in base64 after ${PUBLIC}`)
  return createPublicKey({ key: Buffer.concat([SPKI, bytes]), format: 'der', type: 'spki' })
}

function privateKeyFrom(bytes: Buffer): KeyObject {
  const key = Buffer.concat([PKCS8, bytes.subarray(0, SEED_BYTES)])
  return createPrivateKey({ key, format: 'der', type: 'pkcs8' })
}

function rawPrivate(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'pkcs8' }).subarray(-SEED_BYTES)
}

function rawPublic(key: KeyObject): Buffer {
  return key.export({ format: 'der', type: 'spki' }).subarray(-SEED_BYTES)
}

/** What comes after the prefix; null where that is not base64 as it is written, with its padding. */
function bytesOf(text: string): Buffer | null {
  const base64 = text.slice(text.indexOf('_') + 1)
  const bytes = Buffer.from(base64, 'base64')
  // Buffer skips what is not base64, so only what comes out the same was right.
  return bytes.toString('base64') === base64 ? bytes : null
}

function refuse(problem: string | null): RingpostError {
  return new RingpostError('bad_request', `A signing secret ${problem ?? 'of another kind is needed here'}.`)
}
