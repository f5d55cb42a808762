import { isDeepStrictEqual } from 'node:util'
import { endpointToCreate } from '../api/schemas/endpoint.ts'
import { MOST_HEADERS } from '../endpoints/changed-fields.ts'
import { kindProblems } from '../endpoints/check-kind.ts'
import { checkAddress, keptSecrets, type Route } from '../endpoints/endpoint-address.ts'
import type { EndpointPatch } from '../endpoints/endpoint-record.ts'
import { type EndpointRecord, signingOfEndpoint } from '../endpoints/endpoints.ts'
import { type FieldError, RingpostError } from '../errors.ts'
import type { Kind } from '../kinds/kind.ts'
import { type KindName, kindOf } from '../kinds/kinds.ts'
import type { Plan, Rotation } from './plan.ts'
import type { FileEndpoint } from './schema.ts'

/** An endpoint that there is, with what is sealed in clear text. */
export interface PresentEndpoint {
  record: EndpointRecord
  headers: Record<string, string>
  /** Null where the kind makes it of its settings. */
  url: string | null
  settings: Readonly<Record<string, string>>
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
  const { signing, secret, headers, settings, url, kind: kindName = present?.record.kind, ...plain } = entry
  const kind = kindOf(kindName ?? 'webhook')
  const problems: FieldError[] = []
  const refuse = (field: string, message: string) =>
    void problems.push({ path: `endpoints.${id}.${field}`, message })

  for (const [i, source] of (plain.source_ids ?? []).entries()) {
    if (!rules.isSource(source)) refuse(`source_ids.${i}`, `is not a source: there is no ${source}`)
  }
  if (present !== null && kind.name !== present.record.kind) {
    refuse('kind', `is ${present.record.kind} and never changes: choose another id for a new endpoint`)
    return { step: null, problems }
  }
  const route: Route = {
    url: url ?? present?.url ?? null,
    settings: withChanges(present?.settings ?? {}, settings),
  }
  const { template = present?.record.template ?? null, format = present?.record.format ?? 'standard' } = plain
  const signs = signing !== undefined || secret !== undefined
  const wrong = kindProblems(kind, {
    url: route.url ?? undefined,
    settings: route.settings,
    template,
    format,
    signing: signs,
  })
  for (const { path, message } of wrong) {
    refuse(path, message === 'is required' ? `is required: there is no endpoint ${id} yet` : message)
  }
  const moves = !isDeepStrictEqual(route, { url: present?.url, settings: present?.settings })
  if (wrong.length === 0 && moves) {
    const refused = addressProblem(kind, route, rules.checkUrl)
    if (refused !== null) refuse('url', `is refused: ${refused}`)
  }
  if (present !== null) {
    const kept = keptSecrets(kind, { before: present, after: route, given: settings ?? null })
    for (const { path, message } of kept) refuse(path, message)
  }
  const after = withChanges(present?.headers ?? {}, headers)
  if (Object.keys(after).length > MOST_HEADERS) {
    refuse('headers', `must have at most ${MOST_HEADERS} entries, with those that are there already`)
  }

  if (present === null) {
    if (problems.length > 0) return { step: null, problems }
    const own = { ...(signing ? { signing } : {}), ...(secret ? { secret } : {}) }
    const input = {
      ...defaultsOfEndpoint(kindName),
      ...plain,
      ...own,
      ...(url === undefined ? {} : { url }),
      settings: route.settings,
      headers: after,
    }
    return {
      step: { kind: 'endpoint', id, action: 'create', fields: Object.keys(entry), input },
      problems,
    }
  }

  // Null brings the kind's own limit and types back.
  const own = defaultsOfEndpoint(kindName)
  const wanted = {
    ...plain,
    ...(plain.rate_limit === null ? { rate_limit: own.rate_limit } : {}),
    ...(plain.event_types !== undefined && !plain.event_types?.length && own.event_types !== null
      ? { event_types: own.event_types }
      : {}),
  }
  const changes: EndpointPatch = Object.fromEntries(
    Object.entries(wanted).filter(
      ([field, value]) => !isDeepStrictEqual(value, present.record[field as keyof typeof plain]),
    ),
  )
  if (url !== undefined && url !== present.url) changes.url = url
  if (settings !== undefined && !isDeepStrictEqual(route.settings, present.settings))
    changes.settings = settings
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

/** What an endpoint has of which nothing was said but its kind. */
export function defaultsOfEndpoint(kind: KindName = 'webhook') {
  const {
    url: _url,
    settings: _settings,
    rate_limit: _limit,
    ...defaults
  } = endpointToCreate.parse({
    url: 'https://example.com/',
  })
  const { rate_limit, event_types = null } = kindOf(kind).defaults
  return { ...defaults, kind, rate_limit, event_types: event_types && [...event_types] }
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

function addressProblem(kind: Kind, route: Route, check: (url: string) => void): string | null {
  try {
    checkAddress(kind, route, check)
    return null
  } catch (error) {
    if (!(error instanceof RingpostError)) throw error
    // The dot of the sentence is the problem's own.
    return error.message.replace(/\.$/, '')
  }
}
