import { type EndpointRecord, signingOfEndpoint } from '../../endpoints/endpoints.ts'
import type { EndpointHealth } from '../../log/read-deliveries.ts'
import { publicKeyOf } from '../../secrets/signing-secret.ts'
import type { ApiEndpoint } from '../schemas/endpoint.ts'
import { MASK } from '../schemas/endpoint-headers.ts'

/** An endpoint as the API shows it: without its secrets and without the values of its headers. */
export function presentEndpoint(
  endpoint: EndpointRecord,
  health: EndpointHealth,
  facts: { inFile: boolean },
): ApiEndpoint {
  const { id, kind, url, description, event_types, source_ids, enabled, disabled_reason } = endpoint
  const { failing_since, last_success_at, next_try_at } = health
  return {
    id,
    kind,
    url,
    description,
    event_types,
    source_ids,
    filter: endpoint.filter,
    headers: Object.fromEntries(Object.keys(endpoint.headers).map((name) => [name, MASK])),
    template: null,
    rate_limit: endpoint.rate_limit,
    enabled,
    disabled_reason,
    signing: signingOfEndpoint(endpoint),
    managed_by: facts.inFile ? 'file' : 'api',
    health: {
      state: !enabled ? 'disabled' : failing_since === null ? 'healthy' : 'failing',
      failing_since,
      last_success_at,
      next_try_at: enabled ? next_try_at : null,
    },
  }
}

/** What a receiver verifies with. The private key of Ed25519 is for nobody but ringpost. */
export function presentSecret(secret: string): { secret: string | null; public_key: string | null } {
  const publicKey = publicKeyOf(secret)
  return { secret: publicKey === null ? secret : null, public_key: publicKey }
}
