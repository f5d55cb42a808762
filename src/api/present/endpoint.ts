import { type EndpointRecord, signingOfEndpoint } from '../../endpoints/endpoints.ts'
import { kindOf } from '../../kinds/kinds.ts'
import type { EndpointHealth } from '../../log/read-deliveries.ts'
import { publicKeyOf } from '../../secrets/signing-secret.ts'
import type { ApiEndpoint } from '../schemas/endpoint.ts'
import { MASK } from '../schemas/endpoint-headers.ts'

/** An endpoint as the API shows it: without its secrets and without the values of its headers. */
export function presentEndpoint(
  endpoint: EndpointRecord,
  health: EndpointHealth,
  facts: { inFile: boolean; urlWarnings: (url: URL) => string[] },
): ApiEndpoint {
  const { id, url, description, event_types, source_ids, enabled, disabled_reason } = endpoint
  const kind = kindOf(endpoint.kind)
  const { failing_since, last_success_at, next_try_at } = health
  return {
    id,
    kind: kind.name,
    url,
    settings: Object.fromEntries(
      Object.entries(endpoint.settings).map(([name, value]) => [
        name,
        kind.fields.some((field) => field.name === name && field.secret) ? MASK : value,
      ]),
    ),
    description,
    event_types,
    source_ids,
    filter: endpoint.filter,
    headers: Object.fromEntries(Object.keys(endpoint.headers).map((name) => [name, MASK])),
    format: endpoint.format,
    template: endpoint.template,
    rate_limit: endpoint.rate_limit,
    enabled,
    disabled_reason,
    signing: kind.webhook ? signingOfEndpoint(endpoint) : null,
    warnings: [...(kind.warnings?.(new URL(url)) ?? []), ...facts.urlWarnings(new URL(url))],
    managed_by: facts.inFile ? 'file' : 'api',
    health: {
      state: !enabled ? 'disabled' : failing_since === null ? 'healthy' : 'failing',
      failing_since,
      last_success_at,
      next_try_at: enabled ? next_try_at : null,
    },
  }
}

/** What a receiver verifies with; nothing where requests are not signed. The private key of Ed25519 is for nobody but ringpost. */
export function presentSecret(secret: string | null): { secret: string | null; public_key: string | null } {
  if (secret === null) return { secret: null, public_key: null }
  const publicKey = publicKeyOf(secret)
  return { secret: publicKey === null ? secret : null, public_key: publicKey }
}
