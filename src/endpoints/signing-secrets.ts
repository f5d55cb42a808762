import type { Signing } from '../secrets/signing-secret.ts'
import type { UnixMs } from '../types.ts'

/** A signing secret as it is stored. */
export interface SealedSecret {
  sealed: string
  /** Records of before there was a choice have none, and mean `hmac-sha256`. */
  signing?: Signing
  /** Null for the newest, which is valid until it is replaced. */
  expires_at: string | null
}

/** The most secrets that sign at once: each is a signature more in the header of every request. */
export const MOST_SECRETS = 5

/** Those that are valid, in their order. */
export function validSecrets(secrets: readonly SealedSecret[], now: UnixMs): SealedSecret[] {
  return secrets.filter(({ expires_at }) => expires_at === null || Date.parse(expires_at) > now)
}

/**
 * Puts a new secret in front. Those that were valid stay so for the overlap and no longer than they would have
 * been, so that an overlap of 0 leaves the new one alone; of more than five, the oldest end at once.
 */
export function rotateSecrets(
  secrets: readonly SealedSecret[],
  fresh: Omit<SealedSecret, 'expires_at'>,
  at: { now: UnixMs; overlapMs: number },
): SealedSecret[] {
  const end = at.now + at.overlapMs
  const old = validSecrets(secrets, at.now).map((secret) => {
    const until = secret.expires_at === null ? end : Math.min(end, Date.parse(secret.expires_at))
    return { ...secret, expires_at: new Date(until).toISOString() }
  })
  return [{ ...fresh, expires_at: null }, ...validSecrets(old, at.now)].slice(0, MOST_SECRETS)
}
