/** A JSON value. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json }

/** A body that is made of events: JSON whose texts may hold `{{path | filter}}`. */
export type Template = Json[] | { [name: string]: Json }

/** What a placeholder stands for: a value of the event, changed by filters one after the other. */
export interface Placeholder {
  path: string[]
  filters: { name: string; argument: string | number | boolean | null | undefined }[]
}

/** A text of a template, in its parts. */
export type Part = string | Placeholder
