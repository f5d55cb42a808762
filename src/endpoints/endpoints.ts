import { RingpostError } from '../errors.ts'
import { randomId } from '../ids.ts'
import type { Records } from '../redis/records.ts'
import type { UnixMs } from '../types.ts'

/** What a person may set. Header values are in clear text here and sealed in the record. */
export interface EndpointInput {
  url: string
  description: string
  /** Names and `prefix.*` patterns; empty or null means every `user.*` event. */
  event_types: string[] | null
  /** Null means every source. */
  source_ids: string[] | null
  /** Extra request headers by name. */
  headers: Record<string, string>
  enabled: boolean
}

/** A subscriber as it is stored. Secrets and header values are sealed with the master key. */
export interface EndpointRecord extends EndpointInput {
  id: string
  kind: 'webhook'
  /** Why ringpost disabled it; null where a person did, or it is enabled. */
  disabled_reason: string | null
  /** Signing secrets, sealed; newest first, all of them sign until they expire. */
  secrets: { sealed: string; expires_at: string | null }[]
  created_at: string
  updated_at: string
  /** Set when deleted: hidden, and kept until its deliveries have left the log. */
  deleted_at: string | null
}

/** What a delivery needs to know of its endpoint, in clear text. */
export interface EndpointTarget {
  id: string
  url: string
  headers: Record<string, string>
  secrets: string[]
}

interface Vault {
  seal(plaintext: string, context: string): string
  open(sealed: string, context: string): string
}

/** Endpoints: what is subscribed to which events. */
export function createEndpoints(deps: {
  records: Records<EndpointRecord>
  vault: Vault
  /** Throws where a URL can never be delivered to. */
  checkUrl: (url: string) => void
  createSecret: () => string
  now: () => UnixMs
}) {
  const { records, vault } = deps
  const iso = () => new Date(deps.now()).toISOString()
  const context = (id: string, what: string) => `endpoint:${id}:${what}`
  const sealHeaders = (id: string, headers: Record<string, string>) =>
    Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        vault.seal(value, context(id, `header:${name}`)),
      ]),
    )

  async function get(id: string): Promise<EndpointRecord> {
    const endpoint = await records.get(id)
    if (endpoint === null || endpoint.deleted_at !== null) throw unknownEndpoint(id)
    return endpoint
  }

  return {
    get,

    /** Also a deleted one; null where there never was one. */
    find: (id: string): Promise<EndpointRecord | null> => records.get(id),

    /** Also the deleted ones, whose deliveries are still in the log. */
    everKnown: (): Promise<EndpointRecord[]> => records.all(),

    /** Oldest first. */
    async list(): Promise<EndpointRecord[]> {
      const all = await records.all()
      return all
        .filter((endpoint) => endpoint.deleted_at === null)
        .sort((a, b) => (a.created_at + a.id < b.created_at + b.id ? -1 : 1))
    },

    /** @returns the endpoint, and its signing secret for this one time */
    async create(input: EndpointInput): Promise<{ endpoint: EndpointRecord; secret: string }> {
      deps.checkUrl(input.url)
      const id = randomId('ep')
      const secret = deps.createSecret()
      const endpoint: EndpointRecord = {
        ...input,
        id,
        kind: 'webhook',
        headers: sealHeaders(id, input.headers),
        disabled_reason: null,
        secrets: [{ sealed: vault.seal(secret, context(id, 'secret')), expires_at: null }],
        created_at: iso(),
        updated_at: iso(),
        deleted_at: null,
      }
      await records.update(id, () => endpoint)
      return { endpoint, secret }
    },

    /** Changes what is given and leaves the rest. */
    async patch(id: string, input: Partial<EndpointInput>): Promise<EndpointRecord> {
      if (input.url !== undefined) deps.checkUrl(input.url)
      const { headers, ...plain } = input
      const patched = await records.update(id, (before) => {
        if (before === null || before.deleted_at !== null) return undefined
        return {
          ...before,
          ...plain,
          ...(headers === undefined ? {} : { headers: sealHeaders(id, headers) }),
          ...(plain.enabled === undefined ? {} : { disabled_reason: null }),
          updated_at: iso(),
        }
      })
      if (patched === null || patched.deleted_at !== null) throw unknownEndpoint(id)
      return patched
    },

    /** Hides the endpoint; what still waits for it ends as skipped. */
    async delete(id: string): Promise<void> {
      await get(id)
      await records.update(id, (before) => before && { ...before, enabled: false, deleted_at: iso() })
    },

    /** Switches an endpoint off for a reason that people are told. */
    async disable(id: string, reason: string): Promise<void> {
      await records.update(id, (before) =>
        before?.enabled
          ? { ...before, enabled: false, disabled_reason: reason, updated_at: iso() }
          : undefined,
      )
    },

    /** URL, headers and the secrets that are valid now, in clear text; for sending only. */
    target(endpoint: EndpointRecord): EndpointTarget {
      const { id } = endpoint
      const valid = endpoint.secrets.filter(
        ({ expires_at }) => expires_at === null || Date.parse(expires_at) > deps.now(),
      )
      return {
        id,
        url: endpoint.url,
        headers: Object.fromEntries(
          Object.entries(endpoint.headers).map(([name, sealed]) => [
            name,
            vault.open(sealed, context(id, `header:${name}`)),
          ]),
        ),
        secrets: valid.map(({ sealed }) => vault.open(sealed, context(id, 'secret'))),
      }
    },
  }
}

export type Endpoints = ReturnType<typeof createEndpoints>

function unknownEndpoint(id: string): RingpostError {
  return new RingpostError('not_found', `There is no endpoint ${id}. GET /v1/endpoints lists them.`)
}
