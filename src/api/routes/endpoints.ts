import { z } from 'zod'
import { parseDuration } from '../../config/duration.ts'
import type { Ownership } from '../../config-file/ownership.ts'
import { type EndpointRecord, type Endpoints, signingOfEndpoint } from '../../endpoints/endpoints.ts'
import { MOST_SECRETS } from '../../endpoints/signing-secrets.ts'
import { RingpostError } from '../../errors.ts'
import type { DeliveryReader } from '../../log/read-deliveries.ts'
import { createCursor } from '../cursor.ts'
import type { Api } from '../instance.ts'
import { pageOf } from '../page.ts'
import { presentEndpoint, presentSecret } from '../present/endpoint.ts'
import {
  createdEndpoint,
  endpointList,
  endpointSchema,
  endpointToCreate,
  endpointToPatch,
} from '../schemas/endpoint.ts'
import { DEFAULT_OVERLAP, endpointSecret, rotatedSecret, secretRotation } from '../schemas/endpoint-secret.ts'
import { idParams } from '../schemas/ids.ts'
import { pageQuery } from '../schemas/list.ts'
import { answer, OF_BODY, OF_TOKEN, problems } from '../schemas/problem.ts'

const cursor = createCursor('endpoints', z.strictObject({ at: z.string(), id: z.string() }))

export interface EndpointRoutesDeps {
  endpoints: Pick<Endpoints, 'list' | 'get' | 'create' | 'patch' | 'delete' | 'target' | 'rotateSecret'>
  deliveries: Pick<DeliveryReader, 'health'>
  sources: { list: () => Promise<{ id: string }[]> }
  /** What is probably not meant with a URL that can be delivered to. */
  urlWarnings: (url: URL) => string[]
  /** What the configuration file sets. */
  ownership: Pick<Ownership, 'has' | 'refuseChange' | 'refuseDelete' | 'refuseRotation'>
}

/** Who is subscribed to what. */
export function addEndpointRoutes(app: Api, deps: EndpointRoutesDeps): void {
  const { endpoints, ownership } = deps
  const tags = ['endpoints']

  async function present(endpoint: EndpointRecord) {
    const health = await deps.deliveries.health(endpoint.id)
    return presentEndpoint(endpoint, health, {
      inFile: ownership.has(endpoint.id),
      urlWarnings: deps.urlWarnings,
    })
  }

  /** A mistyped source would be an endpoint that never gets anything. */
  async function checkSources(ids: readonly string[] | null | undefined): Promise<void> {
    if (!ids) return
    const known = new Set((await deps.sources.list()).map(({ id }) => id))
    const fields = ids.flatMap((id, i) =>
      known.has(id) ? [] : [{ path: `source_ids.${i}`, message: `is not a source: there is no ${id}` }],
    )
    if (fields[0])
      throw new RingpostError('bad_request', `${fields[0].path} ${fields[0].message}.`, { fields })
  }

  app.get(
    '/v1/endpoints',
    {
      schema: {
        tags,
        operationId: 'listEndpoints',
        summary: 'List endpoints, oldest first',
        querystring: z.strictObject(pageQuery),
        response: { 200: answer('Endpoints', endpointList), ...problems(...OF_TOKEN) },
      },
    },
    async ({ query }) => {
      const { data, next } = pageOf(await endpoints.list(), {
        placeOf: ({ created_at, id }) => ({ at: created_at, id }),
        order: 1,
        after: cursor.decode(query.cursor, {}),
        limit: query.limit,
      })
      return { data: await Promise.all(data.map(present)), next_cursor: cursor.encode(next, {}) }
    },
  )

  app.post(
    '/v1/endpoints',
    {
      schema: {
        tags,
        operationId: 'createEndpoint',
        summary: 'Create an endpoint',
        description:
          'The answer is the only one that holds the signing secret without being asked for it. What each kind needs is in GET /v1/destination-kinds.',
        body: endpointToCreate,
        response: {
          201: answer('The endpoint and its signing secret', createdEndpoint),
          ...problems(...OF_TOKEN, ...OF_BODY, 'url_refused'),
        },
      },
    },
    async ({ body }, reply) => {
      await checkSources(body.source_ids)
      const { endpoint, secret } = await withUrlField(endpoints.create(body))
      return reply
        .code(201)
        .header('location', `/v1/endpoints/${endpoint.id}`)
        .send({ ...(await present(endpoint)), ...presentSecret(secret) })
    },
  )

  app.get(
    '/v1/endpoints/:id',
    {
      schema: {
        tags,
        operationId: 'getEndpoint',
        summary: 'Get an endpoint',
        params: idParams,
        response: { 200: answer('The endpoint', endpointSchema), ...problems(...OF_TOKEN, 'not_found') },
      },
    },
    async ({ params }) => present(await endpoints.get(params.id)),
  )

  app.patch(
    '/v1/endpoints/:id',
    {
      schema: {
        tags,
        operationId: 'updateEndpoint',
        summary: 'Change an endpoint',
        description:
          'What is left out stays as it is. Null clears: it brings back what an endpoint has that was created without the field. `url` and `enabled` cannot be cleared. What the configuration file sets is changed there.',
        params: idParams,
        body: endpointToPatch,
        response: {
          200: answer('The endpoint as it is now', endpointSchema),
          ...problems(...OF_TOKEN, ...OF_BODY, 'not_found', 'conflict', 'url_refused'),
        },
      },
    },
    async ({ params, body }) => {
      await endpoints.get(params.id)
      ownership.refuseChange(params.id, body)
      await checkSources(body.source_ids)
      return present(await withUrlField(endpoints.patch(params.id, body)))
    },
  )

  app.delete(
    '/v1/endpoints/:id',
    {
      schema: {
        tags,
        operationId: 'deleteEndpoint',
        summary: 'Delete an endpoint',
        description: 'Its deliveries stay in the log; what still waits for it is skipped.',
        params: idParams,
        response: {
          204: z.undefined().describe('The endpoint is deleted.'),
          ...problems(...OF_TOKEN, ...OF_BODY, 'not_found', 'conflict'),
        },
      },
    },
    async ({ params }, reply) => {
      await endpoints.get(params.id)
      ownership.refuseDelete(params.id)
      await endpoints.delete(params.id)
      return reply.code(204).send()
    },
  )

  app.get(
    '/v1/endpoints/:id/secret',
    {
      config: { needs: 'write' },
      schema: {
        tags,
        operationId: 'getEndpointSecret',
        summary: 'Get the signing secret of an endpoint, the newest that is valid',
        params: idParams,
        response: { 200: answer('The secret', endpointSecret), ...problems(...OF_TOKEN, 'not_found') },
      },
    },
    async ({ params }) => {
      const [secret] = endpoints.target(await endpoints.get(params.id)).secrets
      if (secret === undefined) {
        throw new RingpostError(
          'not_found',
          `Endpoint ${params.id} has no signing secret that is still valid, or its kind is not signed.`,
        )
      }
      return presentSecret(secret)
    },
  )

  app.post(
    '/v1/endpoints/:id/rotate-secret',
    {
      schema: {
        tags,
        operationId: 'rotateEndpointSecret',
        summary: 'Give an endpoint a new signing secret',
        description: `The present one stays valid for \`overlap\`, and requests are signed with both, so that the receiver can change in between. At most ${MOST_SECRETS} secrets sign at once; beyond that the oldest ends. With \`signing\` the kind changes as well.`,
        params: idParams,
        body: secretRotation,
        response: {
          200: answer('The new secret', rotatedSecret),
          ...problems(...OF_TOKEN, ...OF_BODY, 'not_found', 'conflict'),
        },
      },
    },
    async ({ params, body }) => {
      const { overlap = DEFAULT_OVERLAP, ...options } = body ?? {}
      await endpoints.get(params.id)
      ownership.refuseRotation(params.id)
      const { endpoint, secret } = await endpoints.rotateSecret(params.id, {
        ...options,
        overlapMs: parseDuration(overlap),
      })
      return {
        ...presentSecret(secret),
        signing: signingOfEndpoint(endpoint),
        valid_secrets: endpoint.secrets.length,
        overlap_until: endpoint.secrets[1]?.expires_at ?? null,
      }
    },
  )
}

/** A refused URL is told at its field, as other bad input is. */
async function withUrlField<T>(change: Promise<T>): Promise<T> {
  try {
    return await change
  } catch (error) {
    if (!(error instanceof RingpostError) || error.code !== 'url_refused' || error.fields) throw error
    const fields = [{ path: 'url', message: error.message }]
    throw new RingpostError(error.code, error.message, { cause: error, fields })
  }
}
