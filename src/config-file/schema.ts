import { z } from 'zod'
import { endpointToPatch } from '../api/schemas/endpoint.ts'
import { checkKind, chosenSecret } from '../api/schemas/endpoint-secret.ts'
import { sourceToPatch } from '../api/schemas/source-input.ts'
import { KIND_NAMES } from '../kinds/kinds.ts'

const AFTER_PREFIX = 'and then 1 to 60 letters, digits, - or _'
const sourceId = z.string().regex(/^src_[\w-]{1,60}$/, `must be an id: src_ ${AFTER_PREFIX}`)
const endpointId = z.string().regex(/^ep_[\w-]{1,60}$/, `must be an id: ep_ ${AFTER_PREFIX}`)

const source = sourceToPatch.extend({}).meta({
  id: 'ConfiguredSource',
  description: 'The fields of PATCH /v1/sources/:id. A source that there is not yet needs `api_key`.',
})

const endpoint = endpointToPatch
  .extend({ kind: z.enum(KIND_NAMES).exactOptional(), ...chosenSecret })
  .superRefine(checkKind)
  .meta({
    id: 'ConfiguredEndpoint',
    description:
      'The fields of PATCH /v1/endpoints/:id, with `signing` and `secret`. An endpoint that there is not yet needs what its kind requires: `url`, for most. Another secret or another kind of signature is a rotation: what was valid signs too for 24h.',
  })

/** Sources and endpoints by their ids: what a configuration file holds, and what is sent to be applied. */
export const namedInFile = {
  sources: z
    .record(sourceId, source)
    .default({})
    .describe('Sources by id: `src_` and a name of your choice.'),
  endpoints: z
    .record(endpointId, endpoint)
    .default({})
    .describe('Endpoints by id: `ep_` and a name of your choice.'),
}

/**
 * A configuration file. Its entries are held against the schemas of the API's PATCH: what is left out stays
 * as it is, null brings the default back.
 */
export const configFile = z.strictObject(namedInFile).meta({
  id: 'ConfigFile',
  title: 'A configuration file of ringpost',
  description: 'See docs/config-file.md.',
})

export type ConfigFile = z.output<typeof configFile>
export type FileSource = ConfigFile['sources'][string]
export type FileEndpoint = ConfigFile['endpoints'][string]
