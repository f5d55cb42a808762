import { z } from 'zod'
import { RingpostError } from '../../errors.ts'
import type { Session, Sessions } from '../../sessions/sessions.ts'
import type { UnixMs } from '../../types.ts'
import { OWN_PAGE } from '../auth.ts'
import type { Api } from '../instance.ts'
import { answer, OF_BODY, problems } from '../schemas/problem.ts'
import { sessionSchema, signIn } from '../schemas/session.ts'
import { sessionOf, setSessionCookie } from '../session-cookie.ts'

const NOTE = `For browsers: the token is given once, and a cookie that scripts cannot read stands for it from then on. With the cookie, requests that change something need the header \`${OWN_PAGE}: 1\`, which no other site can send.`

export interface SessionRoutesDeps {
  sessions: Sessions
  now: () => UnixMs
}

/** Signing in and out of a browser. These routes look after their own rights. */
export function addSessionRoutes(
  app: Api,
  deps: SessionRoutesDeps & {
    /** Refuses what is not a token, and whoever tries too many of them. */
    refusalOf: (token: string, address: string) => Promise<RingpostError | null>
  },
): void {
  const { sessions } = deps
  const tags = ['sessions']
  const config = { public: true }
  const security: never[] = []
  const refusals = ['unauthorized', 'bad_request'] as const

  app.post(
    '/v1/session',
    {
      config,
      schema: {
        tags,
        security,
        operationId: 'signIn',
        summary: 'Sign in with a browser',
        description: NOTE,
        body: signIn,
        response: {
          201: answer('Who is signed in', sessionSchema),
          ...problems(...refusals, ...OF_BODY, 'forbidden', 'too_many_requests'),
        },
      },
    },
    async (request, reply) => {
      if (request.headers[OWN_PAGE] === undefined) {
        throw new RingpostError('forbidden', `Signing in needs the header "${OWN_PAGE}: 1".`)
      }
      const token = request.body.token.trim()
      const refusal = await deps.refusalOf(token, request.ip)
      const begun = refusal === null ? await sessions.begin(token) : null
      if (begun === null) {
        throw refusal ?? new RingpostError('unauthorized', 'This is not an API token of this ringpost.')
      }
      const before = sessionOf(request)
      if (before !== undefined) await sessions.end(before)
      setSessionCookie(request, reply, begun.secret, Date.parse(begun.session.expires_at) - deps.now())
      return reply.code(201).send(present(begun.session))
    },
  )

  app.get(
    '/v1/session',
    {
      config,
      schema: {
        tags,
        security,
        operationId: 'getSession',
        summary: 'Who is signed in with this browser',
        response: { 200: answer('Who is signed in', sessionSchema), ...problems(...refusals) },
      },
    },
    async (request) => {
      const secret = sessionOf(request)
      const session = secret === undefined ? null : await sessions.find(secret)
      if (session === null) {
        throw new RingpostError('unauthorized', 'Nobody is signed in. Sign in with the API token.')
      }
      return present(session)
    },
  )

  app.delete(
    '/v1/session',
    {
      config,
      schema: {
        tags,
        security,
        operationId: 'signOut',
        summary: 'Sign out of this browser',
        response: {
          204: z.undefined().describe('Nobody is signed in with this browser.'),
          ...problems(...OF_BODY, 'forbidden', 'bad_request'),
        },
      },
    },
    async (request, reply) => {
      if (request.headers[OWN_PAGE] === undefined) {
        throw new RingpostError('forbidden', `Signing out needs the header "${OWN_PAGE}: 1".`)
      }
      const secret = sessionOf(request)
      if (secret !== undefined) await sessions.end(secret)
      setSessionCookie(request, reply, null)
      return reply.code(204).send()
    },
  )
}

function present({ name, scopes, expires_at }: Session) {
  return { name, scopes: [...scopes], expires_at }
}
