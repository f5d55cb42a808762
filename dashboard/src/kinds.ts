import { type ApiError, all, api, type DestinationKind, type Endpoint, good, page } from './api.ts'
import type { IconName } from './parts/icon.tsx'

/** Every kind of endpoint that this ringpost knows, with what each needs. */
export const allKinds = () =>
  all<DestinationKind>((cursor) =>
    good(api.GET('/v1/destination-kinds', { params: { query: page(250, cursor) } })),
  )

const TITLES: Record<string, string> = {
  webhook: 'Webhook',
  teams: 'Microsoft Teams',
  n8n: 'n8n',
  hubspot: 'HubSpot',
}

/** What a kind is called where its description is not at hand. */
export function kindTitle(kind: string): string {
  return TITLES[kind] ?? kind.charAt(0).toUpperCase() + kind.slice(1)
}

const ICONS: Record<string, IconName> = {
  webhook: 'code',
  slack: 'chat',
  discord: 'chat',
  teams: 'chat',
  telegram: 'deliveries',
  zapier: 'bolt',
  make: 'bolt',
  n8n: 'bolt',
  hubspot: 'users',
  pipedrive: 'users',
  salesforce: 'users',
}

export const kindIcon = (kind: string): IconName => ICONS[kind] ?? 'endpoints'

/** What stands for a secret in answers. */
const MASK = '•'

/** Settings of an endpoint without those that are only shown as a mask. */
export function openSettings(endpoint: Pick<Endpoint, 'settings'>): Record<string, string> {
  return Object.fromEntries(Object.entries(endpoint.settings).filter(([, value]) => !value.includes(MASK)))
}

/** How many of the fields that an error names are in a form. */
export function namedIn(error: ApiError, names: readonly string[]): number {
  return Object.keys(error.fields).filter((path) =>
    names.some((name) => path === name || path.startsWith(`${name}.`)),
  ).length
}
