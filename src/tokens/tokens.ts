import { randomBytes } from 'node:crypto'
import { RingpostError } from '../errors.ts'
import type { Redis } from '../redis/client.ts'
import type { Records } from '../redis/records.ts'
import { createApiToken, digestsEqual, hashToken } from '../secrets/tokens.ts'
import type { UnixMs } from '../types.ts'

/** What a token may do: `read` looks, `write` changes. */
export const SCOPES = ['read', 'write'] as const
export type Scope = (typeof SCOPES)[number]

/** What a person says of a new token. */
export interface TokenInput {
  name: string
  scopes: Scope[]
  /** ISO 8601; null where it never ends. */
  expires_at: string | null
}

/** A token as it is stored: of the token itself, only its SHA-256. */
export interface TokenRecord extends TokenInput {
  id: string
  hash: string
  created_at: string
}

/** How exact "last used" is (ms): a token that is used a thousand times a second is noted once a minute. */
const USE_EVERY_MS = 60_000

/**
 * API tokens beside the administrator's, each with a name, scopes and an end. A token is its id and a
 * secret, `rp_<24 hex>_<43 characters>`, so that its record is found by the id and the secret is compared
 * in constant time.
 */
export function createTokens(deps: {
  records: Records<TokenRecord>
  redis: Pick<Redis, 'hset' | 'hget' | 'hmget' | 'hdel'>
  /** HASH token id → when it was last used (unix ms). */
  usesKey: string
  now: () => UnixMs
}) {
  const { records, redis, now } = deps
  const noted = new Map<string, UnixMs>()

  function noteUse(id: string): void {
    if (now() - (noted.get(id) ?? 0) < USE_EVERY_MS) return
    noted.set(id, now())
    // Whether it is noted must not decide whether the request is answered.
    redis.hset(deps.usesKey, id, now()).catch(() => noted.delete(id))
  }

  return {
    /** @returns the record, and the token for this one time */
    async create(input: TokenInput): Promise<{ record: TokenRecord; token: string }> {
      await records.refuseMore('tokens')
      const hex = randomBytes(12).toString('hex')
      const token = createApiToken().replace(/^rp_/, `rp_${hex}_`)
      const record: TokenRecord = {
        ...input,
        id: `tok_${hex}`,
        hash: hashToken(token),
        created_at: new Date(now()).toISOString(),
      }
      await records.update(record.id, () => record)
      return { record, token }
    },

    /** The valid token that a text is; null where it is none, was revoked, or has ended. */
    async find(text: string): Promise<TokenRecord | null> {
      const hex = /^rp_([0-9a-f]{24})_[\w-]{43}$/.exec(text)?.[1]
      if (hex === undefined) return null
      const record = await records.get(`tok_${hex}`)
      if (record === null || !digestsEqual(hashToken(text), record.hash)) return null
      if (record.expires_at !== null && Date.parse(record.expires_at) <= now()) return null
      noteUse(record.id)
      return record
    },

    /** The token of an id that was shown to be valid before; null where it was revoked since, or has ended. */
    async byId(id: string): Promise<TokenRecord | null> {
      const record = await records.get(id)
      if (record === null) return null
      if (record.expires_at !== null && Date.parse(record.expires_at) <= now()) return null
      noteUse(id)
      return record
    },

    /** Oldest first, each with the time of its last use, to the minute. */
    async list(): Promise<(TokenRecord & { last_used_at: string | null })[]> {
      const all = await records.all()
      if (all.length === 0) return []
      all.sort((a, b) => (a.created_at + a.id < b.created_at + b.id ? -1 : 1))
      const uses = await redis.hmget(deps.usesKey, ...all.map(({ id }) => id))
      return all.map((record, i) => {
        const used = uses[i] ?? null
        return { ...record, last_used_at: used === null ? null : new Date(Number(used)).toISOString() }
      })
    },

    /** @throws RingpostError `not_found` */
    async revoke(id: string): Promise<void> {
      if ((await records.get(id)) === null) {
        throw new RingpostError('not_found', `There is no token ${id}. GET /v1/tokens lists them.`)
      }
      await records.update(id, () => null)
      await redis.hdel(deps.usesKey, id)
    },
  }
}

export type Tokens = ReturnType<typeof createTokens>
