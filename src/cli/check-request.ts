import type { Middleware } from 'openapi-fetch'
import { z } from 'zod'
import { deliveryQuery } from '../api/schemas/delivery.ts'
import { endpointToCreate, endpointToPatch } from '../api/schemas/endpoint.ts'
import { secretRotation } from '../api/schemas/endpoint-secret.ts'
import { eventQuery } from '../api/schemas/event.ts'
import { pageQuery } from '../api/schemas/list.ts'
import { backfillWish, recoveryWish, replayWish, testWish } from '../api/schemas/operations.ts'
import { pollQuery } from '../api/schemas/poll.ts'
import { sourceToCreate, sourceToPatch } from '../api/schemas/source-input.ts'
import { tokenToCreate } from '../api/schemas/token.ts'
import { userQuery } from '../api/schemas/user.ts'
import { readInput, refusal } from '../api/validate.ts'
import { RingpostError } from '../errors.ts'

/** What the API reads a body with, for requests that are made of what was typed. */
const BODIES: Record<string, z.ZodType> = {
  'POST /v1/endpoints': endpointToCreate,
  'PATCH /v1/endpoints/{id}': endpointToPatch,
  'POST /v1/endpoints/{id}/rotate-secret': secretRotation,
  'POST /v1/endpoints/{id}/test': testWish,
  'POST /v1/endpoints/{id}/recover': recoveryWish,
  'POST /v1/endpoints/{id}/backfill': backfillWish,
  'POST /v1/events/{id}/replay': replayWish,
  'POST /v1/sources': sourceToCreate,
  'PATCH /v1/sources/{id}': sourceToPatch,
  'POST /v1/tokens': tokenToCreate,
}

const pages = z.strictObject(pageQuery)

/** The same of queries. */
const QUERIES: Record<string, z.ZodType> = {
  '/v1/deliveries': deliveryQuery,
  '/v1/events': eventQuery,
  '/v1/sources/{id}/polls': pollQuery,
  '/v1/sources/{id}/users': userQuery,
  '/v1/endpoints': pages,
  '/v1/sources': pages,
  '/v1/tokens': pages,
}

/**
 * Holds each request against the API's own schemas before it is sent, so that what can be known to be wrong
 * without a server is wrong usage and not a refusal. What no schema is here for is left to the server.
 *
 * Its errors are RingpostError `bad_request` with the fields.
 */
export const requestCheck: Middleware = {
  async onRequest({ request, schemaPath, params }) {
    if (request.method === 'GET') {
      check(QUERIES[schemaPath], params.query ?? {})
      return
    }
    const text = await request.clone().text()
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    if (request.method === 'PATCH' && isEmpty(body)) {
      throw new RingpostError('bad_request', 'Nothing is given that could be changed.')
    }
    check(BODIES[`${request.method} ${schemaPath}`], body)
  },
}

function check(schema: z.ZodType | undefined, input: unknown): void {
  if (schema === undefined) return
  const read = readInput(schema, input)
  if ('fields' in read) throw refusal('command', read.fields)
}

function isEmpty(body: unknown): boolean {
  return typeof body === 'object' && body !== null && Object.keys(body).length === 0
}
