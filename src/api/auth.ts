import { hash, timingSafeEqual } from 'node:crypto'
import { RingpostError } from '../errors.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answers without a token. Every route that does not say so needs one. */
    public?: boolean
  }
}

/**
 * Makes the check of the `Authorization` header.
 *
 * Both sides are hashed before they are compared, so that neither the length nor the content of the token
 * can be told from the time it takes.
 *
 * @returns a function that gives the refusal, or null where the header holds the token
 */
export function createTokenCheck(
  apiToken: string,
): (authorization: string | undefined) => RingpostError | null {
  const digest = (token: string) => hash('sha256', token, 'buffer')
  const expected = digest(apiToken)
  return (authorization) => {
    if (authorization === undefined) {
      return new RingpostError(
        'unauthorized',
        'Send the API token with each request, in the header "Authorization: Bearer <token>". It is RINGPOST_API_TOKEN, or else in the file api-token of the data folder.',
      )
    }
    const token = /^Bearer +(\S+) *$/i.exec(authorization)?.[1]
    if (token === undefined) {
      return new RingpostError(
        'unauthorized',
        'The Authorization header must be the word Bearer, a space and the API token.',
      )
    }
    if (!timingSafeEqual(digest(token), expected)) {
      return new RingpostError(
        'unauthorized',
        'This is not the API token of this ringpost. It is RINGPOST_API_TOKEN, or else in the file api-token of the data folder.',
      )
    }
    return null
  }
}

/** RFC 6750, section 3: a challenge says what is wrong only where there was a token. */
export function challengeFor(authorization: string | undefined): string {
  return authorization === undefined
    ? 'Bearer realm="ringpost"'
    : 'Bearer realm="ringpost", error="invalid_token"'
}
