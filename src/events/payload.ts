import { z } from 'zod'

/** One type of event: what it means, the whole payload, and an example of it. */
export interface EventDefinition {
  /** One line, for people. */
  description: string
  /** Of the whole payload. Strict, so that a field which is misspelt where it is built fails a test. */
  schema: z.ZodType
  sample: { id: string; type: string; timestamp: string; data: Record<string, unknown> }
}

export const isoTime = z.iso.datetime()
export const unixSecs = z.int().describe('Unix seconds, as upstream has them.')
export const count = z.int().min(0)

export const source = z
  .strictObject({ id: z.string(), name: z.string() })
  .describe('The source that it happened at.')

/** A Standard Webhooks payload. */
export function payload<Type extends string, Data extends z.ZodRawShape>(type: Type, data: Data) {
  return z.strictObject({
    id: z
      .string()
      .regex(/^evt_[0-9a-f]{32}$/)
      .describe('The `webhook-id`: the same on every attempt and replay, to every endpoint.'),
    type: z.literal(type),
    timestamp: isoTime.describe('When ringpost detected it.'),
    data: z.strictObject(data),
  })
}

/** When the samples happened, and to what. */
export const SAMPLE = {
  timestamp: '2026-11-23T10:00:00.000Z',
  source: { id: 'src_default', name: 'default' },
} as const
