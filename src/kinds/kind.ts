import type { Event, EventType, UnixMs } from '../types.ts'
import type { Exchange } from './exchange.ts'
import type { Template } from './template/template.ts'

/** What a person fills in to make an endpoint of a kind. Values are texts. */
export interface Field {
  /** Where it is in an endpoint: `url`, or the name of a setting. */
  name: string
  label: string
  /** What it is and where it is found, in a sentence or two. */
  help: string
  required: boolean
  /** Sealed at rest and masked in answers. */
  secret: boolean
  /** What is meant where it is left out. */
  default: string | null
  placeholder: string
  /** The most characters it may have. */
  longest: number
  /** What is wrong with a value, to complete "<field> …"; null where nothing is. */
  problem?: (value: string) => string | null
}

/** How a webhook's body is made: the event as it is, or as a CloudEvent in structured mode. */
export const FORMATS = ['standard', 'cloudevents'] as const
export type Format = (typeof FORMATS)[number]

/** An event on its way: the text as it is in the log, and what it says where somebody asks. */
export interface EventText {
  id: string
  text: string
  read: () => Event
}

/** What of an endpoint decides what is sent to it, in clear text and with defaults filled in. */
export interface Target {
  /** Where requests go. */
  url: string
  settings: Readonly<Record<string, string>>
  format: Format
  template: Template | null
}

/** A request that is not signed yet. */
export interface KindRequest {
  contentType: string
  body: string
}

/** An answer as classification sees it; names of headers are in lower case, the body is its first 4 KB. */
export interface Answer {
  status: number
  headers: Readonly<Record<string, string>>
  body: string
}

/** What an answer means, where a kind knows more than its status says. */
export type Verdict =
  | {
      kind: 'succeeded'
      /** How long the receiver wants no more (ms). */
      pauseMs?: number
    }
  | {
      kind: 'failed'
      code: 'rejected' | 'rate_limited' | 'http_status'
      /** What happened and what to do, in plain sentences. */
      message: string
      retry: 'schedule' | 'never'
      /** How long the receiver asked to wait (ms). */
      retryAfterMs?: number | null
      /** Nothing that is sent there will ever arrive: the endpoint is disabled, and says so. */
      disable?: true
    }

/** What the template of a kind is that keeps records: fields by name, in place of a body. */
export interface Mapping {
  /** What it is where an endpoint has none. */
  defaults: (settings: Readonly<Record<string, string>>) => Template
  /** What of a template does not fit; its placeholders are looked at elsewhere. */
  problems: (template: unknown) => { path: string[]; message: string }[]
}

/** A kind of destination: everything that is special about it. */
export interface Kind {
  name: string
  title: string
  /** What arrives there, in one line. */
  description: string
  /** Its page in the docs. */
  docs: string
  fields: readonly Field[]
  /** What an endpoint has that is made without saying otherwise. */
  defaults: { rate_limit: number | null; event_types?: readonly EventType[] }
  /** A webhook is signed, and takes a template and a format. What is none is a message for people, or a record. */
  webhook: boolean
  /** A kind that keeps records, and what its fields are filled with. */
  mapping?: Mapping
  /** In place of one request for each event. */
  exchange?: Exchange
  /** Whoever has the URL can post: it is sealed at rest and masked. */
  secretUrl: boolean
  /** Where requests go; the URL itself where this is left out. */
  addressOf?: (settings: Readonly<Record<string, string>>) => string
  /** Hosts that it may have beside literal addresses, and the setting that says it: a token goes nowhere else. */
  hosts?: { setting: string; official: RegExp; message: string }
  /** What can never work with this URL, in a sentence; null where nothing is known. */
  refusal?: (url: URL) => string | null
  /** What is probably not meant, in sentences. */
  warnings?: (url: URL) => string[]
  toRequest: (event: EventText, target: Target) => KindRequest
  /** One message in place of many, where the kind has that. */
  toDigest?: (events: readonly EventText[], target: Target) => KindRequest
  /** Null where the status says it all. */
  classify: (answer: Answer, nowMs: UnixMs) => Verdict | null
}

/** The field of a kind whose address is given as a URL. */
export function urlField(field: Pick<Field, 'label' | 'help' | 'placeholder' | 'secret'>): Field {
  return { name: 'url', required: true, default: null, longest: 2048, ...field }
}

/** An event's text, which is read at most once. */
export function eventText(id: string, text: string): EventText {
  let event: Event | null = null
  return {
    id,
    text,
    read: () => {
      event ??= JSON.parse(text) as Event
      return event
    },
  }
}
