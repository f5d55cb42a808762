import type { UnixSecs } from '../../types.ts'

/** What a fact says: a text, or a time that is shown in the reader's zone or in the endpoint's. */
export type Value = string | { secs: UnixSecs }

/** A message for people, before it is put into a service's form. Texts are clean, and not escaped for any service. */
export interface Message {
  /** A few words. */
  title: string
  /** What it is about, for where there is room for one line only. */
  summary: string
  facts: { label: string; value: Value }[]
  /** Sentences. */
  note: string | null
  /** One line each. */
  lines: string[]
  link: { label: string; url: string } | null
  /** Where it comes from: small print. */
  context: string
}

/** Facts of a message: five of the event and three of its conversation. More would not be read. */
export const MOST_FACTS = 8
