import type { FastifyRequest } from 'fastify'
import { RingpostError } from '../errors.ts'
import { tokensEqual } from '../secrets/tokens.ts'
import { ADMINISTRATOR, type Sessions } from '../sessions/sessions.ts'
import type { Scope, Tokens } from '../tokens/tokens.ts'
import type { UnixMs } from '../types.ts'
import { createFailedAttempts } from './failed-attempts.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; null where nobody was asked for a token. */
    caller: Caller | null
  }
  interface FastifyContextConfig {
    /** Answers without a token. Every route that does not say so needs one. */
    public?: boolean
    /** What the token must be able to do, where it is not `read` for GET and `write` for the rest. */
    needs?: Scope | 'administrator'
    /** Takes the token as the password of HTTP Basic too, which browsers ask a person for. */
    basic?: boolean
  }
}

/** Failed attempts that one address has within a minute before it has to wait. */
export const FAILED_ATTEMPTS = 30
const WINDOW_MS = 60_000
/** A token of fewer characters, which somebody chose, might be guessed if it could be tried without end. */
const SHORT = 32

/** A header that a page of another site cannot send: it would have to ask first, and is never allowed. */
export const OWN_PAGE = 'x-ringpost-dashboard'

const WHERE_IT_IS =
  'It is RINGPOST_API_TOKEN, or else in the file api-token of the data folder; further ones are made with POST /v1/tokens.'

/** Whose right a request has. */
export interface Caller {
  /** Of the token, also where a session stands for it; null for the administrator's. */
  tokenId: string | null
  /** When the right ends by itself; null where it does not. */
  endsAt: UnixMs | null
}

/** What a request wants to do, and with what right. */
export interface Credentials {
  authorization: string | undefined
  /** The secret of a browser's session, where there is one and no Authorization. */
  session: string | undefined
  /** Whether the request may be made with a session: what changes something needs the dashboard's header. */
  ownPage: boolean
  /** Of the peer, to count its failed attempts. */
  address: string
  needs: Scope | 'administrator'
}

/**
 * Makes the check of the `Authorization` header: the administrator's token may do everything, a further one
 * what its scopes say. Tokens are compared by their hashes in constant time, so that neither the length nor
 * the content of one can be told from the time it takes.
 *
 * Wrong tokens from one address have to wait after so many. A right one from there does not, for behind a proxy all
 * clients have one address; a right one that is short does, so that it cannot be guessed at speed.
 *
 * @returns a function that says who asks, or gives the refusal where the token may not do this or is none
 */
export function createAuthenticator(deps: {
  apiToken: string
  tokens: Pick<Tokens, 'find'>
  sessions: Pick<Sessions, 'find'>
  failedAttempts?: number
  now: () => UnixMs
}): (credentials: Credentials) => Promise<Caller | RingpostError> {
  const attempts = createFailedAttempts({
    failures: deps.failedAttempts ?? FAILED_ATTEMPTS,
    windowMs: WINDOW_MS,
    now: deps.now,
  })

  async function callerOfSession(secret: string, { needs, ownPage }: Credentials) {
    const session = await deps.sessions.find(secret)
    if (session === null) {
      return new RingpostError(
        'unauthorized',
        'You are no longer signed in. Sign in again with the API token.',
      )
    }
    if (!ownPage) {
      return new RingpostError(
        'forbidden',
        `A request that changes something with a browser's session needs the header "${OWN_PAGE}: 1".`,
      )
    }
    return (
      refusalOfScopes(session.scopes, needs) ?? {
        tokenId: session.token_id,
        endsAt: Date.parse(session.expires_at),
      }
    )
  }

  function tooMany(address: string): RingpostError {
    // Where it is only others under way that take the room, in a moment.
    const wait = Math.max(1_000, attempts.waitOf(address))
    return new RingpostError(
      'too_many_requests',
      `Too many wrong tokens came from ${address}: further ones are refused for ${Math.ceil(wait / 1000)}s, and right ones of fewer than ${SHORT} characters too.`,
      { retryAfterMs: wait },
    )
  }

  return async (credentials) => {
    const { authorization, session, address, needs } = credentials
    if (authorization === undefined && session !== undefined) return callerOfSession(session, credentials)
    if (authorization === undefined) {
      return new RingpostError(
        'unauthorized',
        `Send the API token with each request, in the header "Authorization: Bearer <token>". ${WHERE_IT_IS}`,
      )
    }
    const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1]
    if (token === undefined) {
      return new RingpostError(
        'unauthorized',
        'The Authorization header must be the word Bearer, a space and the API token.',
      )
    }
    if (token.length < SHORT && attempts.waitOf(address) > 0) return tooMany(address)
    if (tokensEqual(token, deps.apiToken)) {
      return refusalOfScopes(ADMINISTRATOR, needs) ?? { tokenId: null, endsAt: null }
    }
    // Before it is looked up: of many at once, no more are told that they are wrong than of many in a row.
    const attempt = attempts.begin(address)
    const record = await deps.tokens.find(token).catch((error: unknown) => {
      attempt?.takeBack()
      throw error
    })
    if (record === null) {
      if (attempt === null) return tooMany(address)
      attempt.failed()
      return new RingpostError(
        'unauthorized',
        `This is not the API token of this ringpost, nor one that is still valid. ${WHERE_IT_IS}`,
      )
    }
    attempt?.takeBack()
    return (
      refusalOfScopes(record.scopes, needs) ?? {
        tokenId: record.id,
        endsAt: record.expires_at === null ? null : Date.parse(record.expires_at),
      }
    )
  }
}

function refusalOfScopes(scopes: readonly string[], needs: Credentials['needs']): RingpostError | null {
  if (scopes.includes(needs)) return null
  return new RingpostError(
    'forbidden',
    needs === 'administrator'
      ? "Only the administrator's token may do this: RINGPOST_API_TOKEN, or the one in the data folder."
      : `This token may not do that: it lacks the scope "${needs}".`,
  )
}

/** What a request needs. Where its route says nothing: reading for what changes nothing, writing for the rest. */
export function neededFor({ method, routeOptions }: FastifyRequest): Scope | 'administrator' {
  return routeOptions.config.needs ?? (['GET', 'HEAD', 'OPTIONS'].includes(method) ? 'read' : 'write')
}

/** The token of HTTP Basic, whatever the name with it, as a bearer's; anything else as it is. */
export function bearerOfBasic(authorization: string | undefined): string | undefined {
  const encoded = /^Basic +(\S+) *$/i.exec(authorization ?? '')?.[1]
  if (encoded === undefined) return authorization
  const [, password = ''] = /^[^:]*:(.*)$/s.exec(Buffer.from(encoded, 'base64').toString('utf8')) ?? []
  return `Bearer ${password}`
}

/** RFC 6750, section 3: a challenge says what is wrong only where there was a token. */
export function challengeFor(authorization: string | undefined): string {
  return authorization === undefined
    ? 'Bearer realm="ringpost"'
    : 'Bearer realm="ringpost", error="invalid_token"'
}
