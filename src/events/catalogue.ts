import { z } from 'zod'
import { ENDPOINT_EVENTS } from './endpoint-events.ts'
import type { EventDefinition } from './payload.ts'
import { SOURCE_EVENTS } from './source-events.ts'
import { USER_EVENTS } from './user-events.ts'

/** Every event type that there is: the one list that types, checks, docs and the API are made from. */
export const CATALOGUE = {
  ...USER_EVENTS,
  ...SOURCE_EVENTS,
  ...ENDPOINT_EVENTS,
} as const satisfies Record<string, EventDefinition>

/** The name of an event type. */
export type EventType = keyof typeof CATALOGUE

export const EVENT_TYPES = Object.keys(CATALOGUE) as EventType[]

/** Whether a text is the name of an event type. */
export function isEventType(text: string): text is EventType {
  return Object.hasOwn(CATALOGUE, text)
}

/**
 * The JSON Schema (draft 2020-12) of a type's payload. It leaves room for more fields than it lists, for
 * events can gain some, and a receiver that validates must not break by it.
 */
export function jsonSchemaOf(type: EventType): Record<string, unknown> {
  return z.toJSONSchema(CATALOGUE[type].schema, {
    target: 'draft-2020-12',
    override({ jsonSchema }) {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
    },
  })
}
