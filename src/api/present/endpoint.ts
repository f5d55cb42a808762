import type { EndpointRecord } from '../../endpoints/endpoints.ts'
import type { EndpointHealth } from '../../log/read-deliveries.ts'
import type { ApiEndpoint } from '../schemas/endpoint.ts'
import { MASK } from '../schemas/endpoint-headers.ts'

/** An endpoint as the API shows it: without its secrets and without the values of its headers. */
export function presentEndpoint(endpoint: EndpointRecord, health: EndpointHealth): ApiEndpoint {
  const { id, kind, url, description, event_types, source_ids, enabled, disabled_reason } = endpoint
  const { failing_since, last_success_at } = health
  return {
    id,
    kind,
    url,
    description,
    event_types,
    source_ids,
    filter: null,
    headers: Object.fromEntries(Object.keys(endpoint.headers).map((name) => [name, MASK])),
    template: null,
    rate_limit: null,
    enabled,
    disabled_reason,
    health: {
      state: !enabled ? 'disabled' : failing_since === null ? 'healthy' : 'failing',
      failing_since,
      last_success_at,
    },
  }
}
