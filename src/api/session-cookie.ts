import type { FastifyReply, FastifyRequest } from 'fastify'
import { OWN_PAGE } from './auth.ts'

const NAME = 'ringpost_session'

/** What of a request tells who asks, for the authenticator. */
export function credentialsOf(request: FastifyRequest) {
  return {
    authorization: request.headers.authorization,
    session: sessionOf(request),
    ownPage: ['GET', 'HEAD', 'OPTIONS'].includes(request.method) || request.headers[OWN_PAGE] !== undefined,
    address: request.ip,
  }
}

/** The secret of the session in a request's cookie. */
export function sessionOf(request: FastifyRequest): string | undefined {
  return new RegExp(`(?:^|;) *${NAME}=([\\w-]{43})(?:;|$)`).exec(request.headers.cookie ?? '')?.[1]
}

/**
 * Puts a session into the browser, or takes it out. Scripts cannot read it, other sites cannot have it sent,
 * and it goes to the API alone. Where the page was loaded over https, it goes over https alone: the browser
 * says so itself in `Origin`, also behind a proxy that ends TLS.
 *
 * @param secret null to take it out
 */
export function setSessionCookie(
  request: FastifyRequest,
  reply: FastifyReply,
  secret: string | null,
  maxAgeMs = 0,
): void {
  const secure = request.headers.origin?.startsWith('https:') ? '; Secure' : ''
  const age = Math.floor(maxAgeMs / 1000)
  void reply.header(
    'set-cookie',
    `${NAME}=${secret ?? ''}; Path=/v1; HttpOnly; SameSite=Strict; Max-Age=${age}${secure}`,
  )
}
