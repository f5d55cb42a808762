import { createHmac, randomBytes } from 'node:crypto'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import { digestsEqual, hashToken, tokensEqual } from '../secrets/tokens.ts'
import type { Tokens } from '../tokens/tokens.ts'
import type { UnixMs } from '../types.ts'

/** How long a sign-in lasts (ms). */
export const SESSION_MS = 7 * 24 * 3_600_000

/** Sessions of one token, so that nobody fills Redis with sign-ins: of more, the oldest end. */
export const MOST_SESSIONS = 100

/** Who is signed in. */
export interface Session {
  /** Of the token that it stands for; null for the administrator's. */
  token_id: string | null
  /** Of the token; null for the administrator's. */
  name: string | null
  scopes: readonly string[]
  expires_at: string
}

/** What is kept of a session, under the hash of its secret. */
interface SessionRecord {
  /** Id of the token that was used; null for the administrator's. */
  token_id: string | null
  /** The administrator's token, hashed with the secret of the session: another token ends it. */
  proof: string | null
  expires_at: UnixMs
}

export const ADMINISTRATOR = ['read', 'write', 'administrator'] as const

/**
 * Sign-ins of browsers: a random secret in a cookie stands for a token, so that the token itself is in no
 * browser. A session ends by its time, by signing out, with its token, and when there are too many of that. From what is kept, neither the
 * secret nor a token can be found out.
 */
export function createSessions(deps: {
  redis: Pick<Redis, 'set' | 'get' | 'del' | 'zadd' | 'zrange' | 'zrem' | 'pexpire'>
  keys: Pick<Keys, 'session' | 'sessionsOf'>
  apiToken: string
  tokens: Pick<Tokens, 'find' | 'byId'>
  now: () => UnixMs
}) {
  const { redis, tokens, now } = deps
  const placeOf = (secret: string) => deps.keys.session(hashToken(secret))
  const proofOf = (secret: string) => createHmac('sha256', secret).update(deps.apiToken).digest('hex')

  const listOf = (tokenId: string | null) => deps.keys.sessionsOf(tokenId ?? 'administrator')

  /** Lists a session that is there already, so that none is there without being listed for longer than a moment. */
  async function list(tokenId: string | null, hash: string): Promise<void> {
    const key = listOf(tokenId)
    await redis.zadd(key, now(), hash)
    await redis.pexpire(key, SESSION_MS)
    for (const oldest of await redis.zrange(key, 0, String(-(MOST_SESSIONS + 1)))) {
      await redis.del(deps.keys.session(oldest))
      await redis.zrem(key, oldest)
    }
  }

  return {
    /** @returns the secret for the cookie; null where the token is none */
    async begin(token: string): Promise<{ secret: string; session: Session } | null> {
      const administrator = tokensEqual(token, deps.apiToken)
      const record = administrator ? null : await tokens.find(token)
      if (!administrator && record === null) return null
      const secret = randomBytes(32).toString('base64url')
      const end = record?.expires_at ? Date.parse(record.expires_at) : Number.POSITIVE_INFINITY
      const kept: SessionRecord = {
        token_id: record?.id ?? null,
        proof: administrator ? proofOf(secret) : null,
        expires_at: Math.min(now() + SESSION_MS, end),
      }
      await redis.set(placeOf(secret), JSON.stringify(kept), 'PX', Math.max(1, kept.expires_at - now()))
      await list(kept.token_id, hashToken(secret))
      return {
        secret,
        session: {
          token_id: kept.token_id,
          name: record?.name ?? null,
          scopes: record?.scopes ?? ADMINISTRATOR,
          expires_at: new Date(kept.expires_at).toISOString(),
        },
      }
    },

    /** The session of a secret; null where there is none (any more). */
    async find(secret: string): Promise<Session | null> {
      const json = await redis.get(placeOf(secret))
      if (json === null) return null
      const { token_id, proof, expires_at } = JSON.parse(json) as SessionRecord
      if (expires_at <= now()) return null
      const ends = new Date(expires_at).toISOString()
      if (token_id === null) {
        if (proof === null || !digestsEqual(proof, proofOf(secret))) return null
        return { token_id, name: null, scopes: ADMINISTRATOR, expires_at: ends }
      }
      const token = await tokens.byId(token_id)
      return token && { token_id, name: token.name, scopes: token.scopes, expires_at: ends }
    },

    async end(secret: string): Promise<void> {
      const json = await redis.get(placeOf(secret))
      if (json === null) return
      await redis.del(placeOf(secret))
      await redis.zrem(listOf((JSON.parse(json) as SessionRecord).token_id), hashToken(secret))
    },
  }
}

export type Sessions = ReturnType<typeof createSessions>
