import type { Filter } from '../fanout/filter.ts'
import type { Format, Target } from '../kinds/kind.ts'
import type { KindName } from '../kinds/kinds.ts'
import type { Template } from '../kinds/template/template.ts'
import type { Signing } from '../secrets/signing-secret.ts'
import type { SealedSecret } from './signing-secrets.ts'

/** What a person may set. What is secret is in clear text here and sealed in the record. */
export interface EndpointInput {
  kind: KindName
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
  /** What its kind wants to know beside the URL. */
  settings: Record<string, string>
  format: Format
  /** What the body is made from; null means the event as it is. */
  template: Template | null
  /** Deliveries a second; null means what the kind has by default. */
  rate_limit: number | null
  enabled: boolean
}

/** What may be left out when an endpoint is made. */
type Optional = 'kind' | 'url' | 'filter' | 'settings' | 'format' | 'template' | 'rate_limit'

/** What an endpoint is made from: without a secret of its own, one is made as `signing` says. */
export type NewEndpoint = Omit<EndpointInput, Optional> &
  Partial<Pick<EndpointInput, Optional>> & { signing?: Signing; secret?: string }

/** What may be changed. Headers and settings are changed one by one: null removes one, and in place of all of them, all. */
export type EndpointPatch = Partial<Omit<EndpointInput, 'kind' | 'headers' | 'settings'>> & {
  headers?: Record<string, string | null> | null
  settings?: Record<string, string | null> | null
}

/** A subscriber as it is stored. Secrets, header values and secret settings are sealed with the master key. */
export interface EndpointRecord extends EndpointInput {
  id: string
  /** As it may be shown: where the kind's URL is a secret, that is masked here and sealed beside it. */
  url: string
  sealed_url: string | null
  /** Why ringpost disabled it; null where a person did, or it is enabled. */
  disabled_reason: string | null
  /** Signing secrets, newest first; all of them sign until they expire. None where the kind is not signed. */
  secrets: SealedSecret[]
  /** By Redis' clock, as the places of events. */
  created_at: string
  updated_at: string
  /** Set when deleted: hidden, and kept until its deliveries have left the log. */
  deleted_at: string | null
}

/** What a delivery needs to know of its endpoint, in clear text. */
export interface EndpointTarget extends Target {
  id: string
  /** As it may be shown. */
  shownUrl: string
  headers: Record<string, string>
  secrets: string[]
  /** Beside the headers: what may stand in no log, should the receiver send it back. */
  hidden: string[]
}
