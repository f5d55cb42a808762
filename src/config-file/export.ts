import { isDeepStrictEqual } from 'node:util'
import { formatDuration } from '../config/duration.ts'
import type { EndpointRecord } from '../endpoints/endpoints.ts'
import { signingOfEndpoint } from '../endpoints/endpoints.ts'
import { kindOf } from '../kinds/kinds.ts'
import type { SourceRecord } from '../sources/sources.ts'
import { defaultsOfEndpoint } from './plan-endpoint.ts'
import { defaultsOfSource } from './plan-source.ts'

type Fields = Record<string, unknown>

/** What there is, as a configuration file says it. */
export interface Exported {
  sources: Record<string, Fields>
  endpoints: Record<string, Fields>
  /** Paths of what is there and secret, and therefore not in it. */
  withheld: string[]
}

/**
 * Everything that differs from its default. A source of the environment is without its connection, which the
 * environment sets, and an endpoint that ringpost itself has disabled is not said to be.
 */
export function exportConfiguration(
  sources: readonly SourceRecord[],
  endpoints: readonly EndpointRecord[],
): Exported {
  return {
    sources: Object.fromEntries(sources.map((source) => [source.id, fieldsOfSource(source)])),
    endpoints: Object.fromEntries(endpoints.map((endpoint) => [endpoint.id, fieldsOfEndpoint(endpoint)])),
    withheld: [
      ...sources
        .filter(({ managed_by }) => managed_by !== 'environment')
        .map(({ id }) => `sources.${id}.api_key`),
      ...sources.filter(({ nudge_secret }) => nudge_secret).map(({ id }) => `sources.${id}.nudge_secret`),
      ...endpoints.flatMap((endpoint) => {
        const headers = Object.keys(endpoint.headers).map((name) => `headers.${name}`)
        // The private key of Ed25519 leaves ringpost in no way at all.
        const { webhook, fields } = kindOf(endpoint.kind)
        const secret = webhook && signingOfEndpoint(endpoint) === 'hmac-sha256' ? ['secret'] : []
        const url = endpoint.sealed_url === null ? [] : ['url']
        const settings = fields
          .filter(({ name, secret: isSecret }) => isSecret && name in endpoint.settings)
          .map(({ name }) => `settings.${name}`)
        return [...url, ...settings, ...headers, ...secret].map(
          (field) => `endpoints.${endpoint.id}.${field}`,
        )
      }),
    ],
  }
}

function fieldsOfSource(source: SourceRecord): Fields {
  const defaults = defaultsOfSource({ name: source.name, api_key: 'x' })
  const { base_url, agent_id, branch_id, milestones, sentiment_threshold, enrich = false, paused } = source
  const connection = source.managed_by === 'environment' ? {} : { base_url, agent_id, branch_id }
  const duration = (field: 'poll_interval_ms' | 'overlap_ms' | 'returned_after_ms') => {
    const ms = source[field]
    return ms === null || ms === defaults[field] ? undefined : formatDuration(ms)
  }
  return {
    name: source.name,
    ...unlike(defaults, connection),
    ...defined({
      poll_interval: duration('poll_interval_ms'),
      overlap: duration('overlap_ms'),
      returned_after: duration('returned_after_ms'),
    }),
    ...unlike(defaults, { milestones, sentiment_threshold, enrich, paused }),
  }
}

function fieldsOfEndpoint(endpoint: EndpointRecord): Fields {
  const { kind, url, description, event_types, source_ids, filter, rate_limit, enabled } = endpoint
  const { format, template } = endpoint
  const { addressOf, fields } = kindOf(kind)
  const shown = Object.entries(endpoint.settings).filter(
    ([name]) => !fields.some((field) => field.name === name && field.secret),
  )
  const byPerson = enabled || endpoint.disabled_reason === null
  const signing = signingOfEndpoint(endpoint)
  return {
    ...(kind === 'webhook' ? {} : { kind }),
    ...(endpoint.sealed_url === null && addressOf === undefined ? { url } : {}),
    ...(shown.length > 0 ? { settings: Object.fromEntries(shown) } : {}),
    ...unlike(defaultsOfEndpoint(kind), {
      description,
      event_types,
      source_ids,
      filter,
      format,
      template,
      rate_limit,
    }),
    ...(byPerson && !enabled ? { enabled } : {}),
    ...(signing === 'hmac-sha256' ? {} : { signing }),
  }
}

function unlike(defaults: object, fields: Fields): Fields {
  const all = defaults as Fields
  return Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => !isDeepStrictEqual(value, all[name])),
  )
}

function defined(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
