import { z } from 'zod'
import type { TokenRecord, Tokens } from '../../tokens/tokens.ts'
import { createCursor } from '../cursor.ts'
import type { Api } from '../instance.ts'
import { pageOf } from '../page.ts'
import { idParams } from '../schemas/ids.ts'
import { pageQuery } from '../schemas/list.ts'
import { answer, OF_BODY, OF_TOKEN, problems } from '../schemas/problem.ts'
import { createdToken, tokenList, tokenToCreate } from '../schemas/token.ts'

const cursor = createCursor('tokens', z.strictObject({ at: z.string(), id: z.string() }))

export interface TokenRoutesDeps {
  tokens: Tokens
}

/** Who may use the API. All of it needs the administrator's token: a token must not make itself a longer one. */
export function addTokenRoutes(app: Api, deps: TokenRoutesDeps): void {
  const { tokens } = deps
  const tags = ['tokens']
  const config = { needs: 'administrator' as const }

  app.get(
    '/v1/tokens',
    {
      config,
      schema: {
        tags,
        operationId: 'listTokens',
        summary: "List tokens, oldest first; the administrator's is not among them",
        querystring: z.strictObject(pageQuery),
        response: { 200: answer('Tokens', tokenList), ...problems(...OF_TOKEN) },
      },
    },
    async ({ query }) => {
      const { data, next } = pageOf(await tokens.list(), {
        placeOf: ({ created_at, id }) => ({ at: created_at, id }),
        order: 1,
        after: cursor.decode(query.cursor, {}),
        limit: query.limit,
      })
      return {
        data: data.map((record) => present(record, record.last_used_at)),
        next_cursor: cursor.encode(next, {}),
      }
    },
  )

  app.post(
    '/v1/tokens',
    {
      config: { ...config, shownOnce: true },
      schema: {
        tags,
        operationId: 'createToken',
        summary: 'Create a token',
        description:
          'The answer is the only one that holds the token: of it, only a hash is kept. Repeated with its Idempotency-Key, the request is refused with `conflict`.',
        body: tokenToCreate,
        response: {
          201: answer('The token, for this one time', createdToken),
          ...problems(...OF_TOKEN, ...OF_BODY),
        },
      },
    },
    async ({ body }, reply) => {
      const { record, token } = await tokens.create(body)
      return reply.code(201).send({ ...present(record, null), token })
    },
  )

  app.delete(
    '/v1/tokens/:id',
    {
      config,
      schema: {
        tags,
        operationId: 'revokeToken',
        summary: 'Revoke a token, at once and in every process',
        params: idParams,
        response: {
          204: z.undefined().describe('The token is revoked.'),
          ...problems(...OF_TOKEN, ...OF_BODY, 'not_found'),
        },
      },
    },
    async ({ params }, reply) => {
      await tokens.revoke(params.id)
      return reply.code(204).send()
    },
  )
}

function present({ id, name, scopes, expires_at, created_at }: TokenRecord, last_used_at: string | null) {
  return { id, name, scopes, expires_at, last_used_at, created_at }
}
