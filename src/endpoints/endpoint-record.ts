import type { Filter } from '../fanout/filter.ts'
import type { Signing } from '../secrets/signing-secret.ts'
import type { SealedSecret } from './signing-secrets.ts'

/** What a person may set. Header values are in clear text here and sealed in the record. */
export interface EndpointInput {
  url: string
  description: string
  /** Names and `prefix.*` patterns; empty or null means every `user.*` event. */
  event_types: string[] | null
  /** Null means every source. */
  source_ids: string[] | null
  /** What must be in an event; null means anything. */
  filter: Filter | null
  /** Extra request headers by name. */
  headers: Record<string, string>
  /** Deliveries a second; null means no limit. */
  rate_limit: number | null
  enabled: boolean
}

/** What an endpoint is made from: without a secret of its own, one is made as `signing` says. */
export type NewEndpoint = Omit<EndpointInput, 'filter' | 'rate_limit'> &
  Partial<Pick<EndpointInput, 'filter' | 'rate_limit'>> & { signing?: Signing; secret?: string }

/** What may be changed. Headers are changed one by one: null removes one, and in place of all of them, all. */
export type EndpointPatch = Partial<Omit<EndpointInput, 'headers'>> & {
  headers?: Record<string, string | null> | null
}

/** A subscriber as it is stored. Secrets and header values are sealed with the master key. */
export interface EndpointRecord extends EndpointInput {
  id: string
  kind: 'webhook'
  /** Why ringpost disabled it; null where a person did, or it is enabled. */
  disabled_reason: string | null
  /** Signing secrets, newest first; all of them sign until they expire. */
  secrets: SealedSecret[]
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
