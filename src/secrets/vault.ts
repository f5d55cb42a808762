import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import { RingpostError } from '../errors.ts'

const NONCE_BYTES = 12
const TAG_BYTES = 16

/** Seals what must not lie in Redis in the clear: API keys, signing secrets, secret headers. */
export interface Vault {
  /**
   * Encrypts `plaintext` for one place.
   *
   * @param context names that place, such as `source:src_default:api_key`; opening needs the same, so that
   *   a sealed value copied to another record does not open there
   */
  seal(plaintext: string, context: string): string
  /**
   * Gives back what was sealed for `context`.
   *
   * @throws RingpostError `config_invalid` when another master key sealed it, `internal` when it was
   *   changed, cut off, or sealed for another place
   */
  open(sealed: string, context: string): string
  /** Whether the present master key sealed it, and not a previous one. */
  isCurrent(sealed: string): boolean
}

/**
 * A vault on a master key of 32 bytes: AES-256-GCM with a random nonce, under a key derived by HKDF.
 *
 * A sealed value is `v1.<key id>.<base64url of nonce, ciphertext and tag>`. The key id tells a wrong master
 * key from a damaged value, and is derived apart from the key, so that it says nothing about it.
 *
 * @param previous master keys that open what is still sealed with them; nothing is sealed with them any more
 */
export function createVault(masterKey: Buffer, previous: readonly Buffer[] = []): Vault {
  const current = deriveKey(masterKey)
  const all = [current, ...previous.map(deriveKey)]
  const { key, prefix } = current

  return {
    isCurrent: (sealed) => sealed.startsWith(prefix),

    seal(plaintext, context) {
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES })
      cipher.setAAD(Buffer.from(prefix + context))
      const parts = [nonce, cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]
      return prefix + Buffer.concat(parts).toString('base64url')
    },

    open(sealed, context) {
      const [, keyId, body] = /^v1\.([\w-]{8})\.([\w-]+)$/.exec(sealed) ?? []
      if (keyId === undefined || body === undefined) throw damaged(context)
      const fitting = all.find((one) => one.prefix === `v1.${keyId}.`)
      if (fitting === undefined) throw otherKey(context)
      const bytes = Buffer.from(body, 'base64url')
      // Base64 has several spellings of the same bytes; only the one that `seal` writes is accepted.
      if (bytes.length < NONCE_BYTES + TAG_BYTES || bytes.toString('base64url') !== body)
        throw damaged(context)
      const decipher = createDecipheriv('aes-256-gcm', fitting.key, bytes.subarray(0, NONCE_BYTES), {
        authTagLength: TAG_BYTES,
      })
      decipher.setAAD(Buffer.from(fitting.prefix + context))
      decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
      const plaintext = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES))
      try {
        return Buffer.concat([plaintext, decipher.final()]).toString('utf8')
      } catch (cause) {
        throw damaged(context, cause)
      }
    },
  }
}

/** The key that encrypts, and what everything that is sealed with it begins with. */
function deriveKey(masterKey: Buffer): { key: KeyObject; prefix: string } {
  if (masterKey.length !== 32) throw new RangeError('A vault needs a master key of 32 bytes.')
  return {
    key: createSecretKey(derive(masterKey, 'ringpost vault v1: key', 32)),
    prefix: `v1.${derive(masterKey, 'ringpost vault v1: key id', 6).toString('base64url')}.`,
  }
}

function derive(masterKey: Buffer, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), purpose, bytes))
}

function otherKey(context: string): RingpostError {
  return new RingpostError(
    'config_invalid',
    `The secret ${context} was encrypted with another master key: set RINGPOST_MASTER_KEY to the one used before, or put back the master key file in the data folder (after a rotation, set RINGPOST_MASTER_KEY_PREVIOUS to the one before it). If that key is lost, enter the secret again.`,
  )
}

function damaged(context: string, cause?: unknown): RingpostError {
  return new RingpostError(
    'internal',
    `The secret ${context} cannot be decrypted: what is stored was changed, cut off, or belongs to another record. Restore it from a backup or enter the secret again.`,
    cause === undefined ? {} : { cause },
  )
}
