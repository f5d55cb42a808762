import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** A new bearer token: `rp_` and 32 random bytes as base64url. */
export function createApiToken(): string {
  return `rp_${randomBytes(32).toString('base64url')}`
}

/**
 * What is kept of a token to find it again: its SHA-256, in hexadecimal. A slow hash would add nothing: a
 * token is random and cannot be guessed from its hash.
 */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

/** Whether two hashes of {@link hashToken} are the same, in a time that tells nothing of either. */
export function digestsEqual(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a, 'hex'), Buffer.from(b, 'hex')]
  return x.length === y.length && timingSafeEqual(x, y)
}

/** Whether two tokens are the same, in a time that tells neither their contents nor their lengths. */
export function tokensEqual(a: string, b: string): boolean {
  return digestsEqual(hashToken(a), hashToken(b))
}
