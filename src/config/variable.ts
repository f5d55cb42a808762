import { z } from 'zod'
import { RingpostError } from '../errors.ts'

/** What the reference and the error messages say of one variable, beside what its schema does. */
export interface VariableDoc {
  section: Section
  /** Whole sentences, in Markdown. */
  description: string
  /** Completes "Allowed: …". */
  allowed: string
  /** A value that is good to copy; for a secret, the command that makes one. */
  example: string
  /** The text that is read when the variable is not set. */
  default?: string
  /** What happens without the variable, where no text says it. */
  unset?: string
  /** Its value is never printed. */
  secret?: boolean
}

export const SECTIONS = [
  'ElevenLabs',
  'Redis',
  'Server',
  'Secrets and files',
  'Polling',
  'Delivery',
  'Process',
] as const
export type Section = (typeof SECTIONS)[number]

/** The documentation of every variable, by its schema. */
export const variables = z.registry<VariableDoc>()

/** A variable that may be missing: null then. */
export function optional<T>(value: z.ZodType<T, string>, doc: VariableDoc & { unset: string }) {
  return value
    .optional()
    .transform((read) => read ?? null)
    .register(variables, doc)
}

/** A variable whose default is a text, read like any other. */
export function withDefault<T>(value: z.ZodType<T, string>, doc: VariableDoc & { default: string }) {
  return value.prefault(doc.default).register(variables, doc)
}

/**
 * A schema out of a function from text to value. What the function refuses, it throws as a RingpostError
 * whose message is a sentence that does not repeat the text: the text may be a secret.
 */
export function fromText<T>(read: (text: string) => T): z.ZodType<T, string> {
  return z.string().transform((text, context) => {
    try {
      return read(text)
    } catch (error) {
      if (!(error instanceof RingpostError)) throw error
      context.issues.push({ code: 'custom', message: error.message, input: text })
      return z.NEVER
    }
  }) as unknown as z.ZodType<T, string>
}

/** Refuses a value: to be thrown inside of `fromText`. */
export function refuse(sentence: string): RingpostError {
  return new RingpostError('config_invalid', sentence)
}
