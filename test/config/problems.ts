import { parseConfig } from '../../src/config/parse.ts'
import { type FieldError, RingpostError } from '../../src/errors.ts'

/** The problems that `parseConfig` finds in an environment; none where it accepts it. */
export function problemsOf(env: Record<string, string>): {
  message: string
  lines: string[]
  fields: FieldError[]
} {
  try {
    parseConfig(env, '/srv')
    return { message: '', lines: [], fields: [] }
  } catch (error) {
    if (!(error instanceof RingpostError) || error.code !== 'config_invalid') throw error
    return { message: error.message, lines: error.message.split('\n'), fields: error.fields ?? [] }
  }
}
