import { type DestinationStream, type Logger, pino } from 'pino'

/** Names of what may be secret. In one place, so that a new one is added in one place. */
const SECRETS = new Set([
  'authorization',
  'apiKey',
  'api_key',
  'cookie',
  'nudge_secret',
  'password',
  'secret',
  'secrets',
  'xi-api-key',
])
const MASK = '••••'
/** Secrets stand no deeper than in the headers of a request of what is logged. */
const DEEPEST = 3

/**
 * The process's logger: one JSON object a line, secrets masked.
 *
 * @param to where to: standard output, unless that is for something else
 */
export function createLogger(level: string, to: 1 | 2 | DestinationStream = 1): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      // A line for each attempt passes here: the redaction that pino has takes five times as long.
      formatters: { level: (label) => ({ level: label }), log: withoutSecrets },
      serializers: {
        // What a child logger is bound to passes here only.
        ...Object.fromEntries([...SECRETS].map((name) => [name, () => MASK])),
        // Errors are plain by then: pino's own would call them objects.
        err: (error: unknown) => error,
      },
    },
    typeof to === 'number' ? pino.destination(to) : to,
  )
}

/** The same, or a copy in which what has the name of a secret is masked. */
function withoutSecrets<T extends object>(fields: T, depth = 1): T {
  let masked: Record<string, unknown> | null = null
  for (const name of Object.keys(fields)) {
    const value = fields[name as keyof T]
    const shown = SECRETS.has(name) ? MASK : shownOf(value, depth)
    if (shown === value) continue
    masked ??= { ...(fields as Record<string, unknown>) }
    masked[name] = shown
  }
  return (masked ?? fields) as T
}

/** What is no plain object has its own way to be written, and no fields of ours. */
function shownOf(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null || depth >= DEEPEST) return value
  if (value instanceof Error) return withoutSecrets(pino.stdSerializers.err(value), depth + 1)
  if (Array.isArray(value)) {
    const shown = value.map((one) => shownOf(one, depth))
    return shown.every((one, i) => one === value[i]) ? value : shown
  }
  const prototype = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null ? withoutSecrets(value, depth + 1) : value
}
