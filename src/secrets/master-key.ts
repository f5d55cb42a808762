import { randomBytes } from 'node:crypto'
import { RingpostError } from '../errors.ts'

const HEX = /^[0-9a-f]{64}$/i
/** 32 bytes in either alphabet of base64, with or without its padding. */
const BASE64 = /^[\w+/-]{43}=?$/

/** A new master key, as text to keep in a file or to set in the environment. */
export function createMasterKey(): string {
  return randomBytes(32).toString('base64')
}

/**
 * Reads a master key: 32 bytes as base64 or as 64 hexadecimal characters.
 *
 * @throws RingpostError `config_invalid` with a sentence that does not repeat the text
 */
export function parseMasterKey(text: string): Buffer {
  if (HEX.test(text)) return Buffer.from(text, 'hex')
  if (BASE64.test(text)) return Buffer.from(text, 'base64')
  throw new RingpostError('config_invalid', 'It is not a master key of 32 bytes.')
}
