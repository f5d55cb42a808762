import { z } from 'zod'
import { parseDuration } from '../../config/duration.ts'

/**
 * A length of time in a request, written `30s`, `15m`, `2h` or `30d`, read as ms.
 *
 * @param bounds written the same way
 */
export function duration(bounds: { min?: string; max?: string } = {}) {
  const min = bounds.min === undefined ? 0 : parseDuration(bounds.min)
  const max = bounds.max === undefined ? Number.POSITIVE_INFINITY : parseDuration(bounds.max)
  return z
    .string()
    .max(20)
    .transform((text, context) => {
      const ms = read(text)
      const message =
        ms === null
          ? 'must be a duration: a whole number and a unit (ms, s, m, h or d), such as 30s'
          : ms < min
            ? `must be at least ${bounds.min}`
            : ms > max
              ? `must be at most ${bounds.max}`
              : null
      if (message === null) return ms ?? 0
      context.addIssue({ code: 'custom', message })
      return z.NEVER
    })
    .meta({ examples: ['30s'], pattern: String.raw`^\d+(ms|s|m|h|d)$` })
}

/** A length of time in an answer. */
export const durationShown = z.string().meta({ examples: ['30s'] })

function read(text: string): number | null {
  try {
    return parseDuration(text)
  } catch {
    return null
  }
}
