import { isDeepStrictEqual } from 'node:util'
import { endpointToCreate } from '../api/schemas/endpoint.ts'
import type { EndpointPatch } from '../endpoints/endpoint-record.ts'
import { type EndpointRecord, MOST_HEADERS, signingOfEndpoint } from '../endpoints/endpoints.ts'
import { type FieldError, RingpostError } from '../errors.ts'
import type { Plan, Rotation } from './plan.ts'
import type { FileEndpoint } from './schema.ts'

/** An endpoint that there is, with what is sealed in clear text. */
export interface PresentEndpoint {
  record: EndpointRecord
  headers: Record<string, string>
  /** Those that are valid, newest first. */
  secrets: string[]
}

export interface EndpointRules {
  /** Throws where a URL can never be delivered to. */
  checkUrl: (url: string) => void
  isSource: (id: string) => boolean
}

/** What has to be done for one endpoint of the file. */
export function planEndpoint(
  id: string,
  entry: FileEndpoint,
  present: PresentEndpoint | null,
  rules: EndpointRules,
): Plan {
  const { kind: _kind, template: _template, signing, secret, headers, ...plain } = entry
  const problems: FieldError[] = []
  const refuse = (field: string, message: string) =>
    void problems.push({ path: `endpoints.${id}.${field}`, message })

  for (const [i, source] of (plain.source_ids ?? []).entries()) {
    if (!rules.isSource(source)) refuse(`source_ids.${i}`, `is not a source: there is no ${source}`)
  }
  if (plain.url !== undefined && plain.url !== present?.record.url) {
    const refused = urlProblem(plain.url, rules.checkUrl)
    if (refused !== null) refuse('url', `is refused: ${refused}`)
  }
  const after = withChanges(present?.headers ?? {}, headers)
  if (Object.keys(after).length > MOST_HEADERS) {
    refuse('headers', `must have at most ${MOST_HEADERS} entries, with those that are there already`)
  }

  if (present === null) {
    if (plain.url === undefined) refuse('url', `is required: there is no endpoint ${id} yet`)
    if (plain.url === undefined || problems.length > 0) return { step: null, problems }
    const own = { ...(signing ? { signing } : {}), ...(secret ? { secret } : {}) }
    const input = { ...defaultsOfEndpoint(plain.url), ...plain, ...own, headers: after }
    return {
      step: { kind: 'endpoint', id, action: 'create', fields: Object.keys(entry), input },
      problems,
    }
  }

  const changes: EndpointPatch = Object.fromEntries(
    Object.entries(plain).filter(
      ([field, value]) => !isDeepStrictEqual(value, present.record[field as keyof typeof plain]),
    ),
  )
  if (headers !== undefined && !isDeepStrictEqual(after, present.headers)) changes.headers = headers
  const rotation = rotationTo(entry, present)
  if (rotation === 'older') {
    refuse(
      'secret',
      'is an older secret of the endpoint, which was rotated since: put the new one here, or none',
    )
  }
  if (problems.length > 0 || rotation === 'older') return { step: null, problems }
  const fields = [...Object.keys(changes), ...Object.keys(rotation ?? {})]
  if (fields.length === 0) return { step: { kind: 'endpoint', id, action: 'none', fields }, problems }
  return { step: { kind: 'endpoint', id, action: 'update', fields, changes, rotation }, problems }
}

/** An endpoint that was made with its URL alone. */
export function defaultsOfEndpoint(url: string) {
  const { kind: _kind, template: _template, ...defaults } = endpointToCreate.parse({ url })
  return defaults
}

/** The new secret that the file asks for; null where the present one is as it says. */
function rotationTo(
  wanted: Pick<FileEndpoint, 'signing' | 'secret'>,
  { record, secrets }: PresentEndpoint,
): Rotation | 'older' | null {
  const { signing, secret } = wanted
  if (secret !== undefined) {
    if (secret === secrets[0]) return null
    return secrets.includes(secret) ? 'older' : { secret }
  }
  return signing === undefined || signing === signingOfEndpoint(record) ? null : { signing }
}

function withChanges(
  present: Record<string, string>,
  changes: Record<string, string | null> | null | undefined,
): Record<string, string> {
  if (changes === null) return {}
  const all = Object.entries({ ...present, ...changes })
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== null))
}

function urlProblem(url: string, check: (url: string) => void): string | null {
  try {
    check(url)
    return null
  } catch (error) {
    if (!(error instanceof RingpostError)) throw error
    // The dot of the sentence is the problem's own.
    return error.message.replace(/\.$/, '')
  }
}
