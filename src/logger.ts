import { type Logger, pino } from 'pino'

/** Where secrets may appear in what is logged. In one place, so that a new one is added in one place. */
const SECRET_PATHS = [
  'authorization',
  '*.authorization',
  'headers.authorization',
  'req.headers.authorization',
  'apiKey',
  '*.apiKey',
  'api_key',
  '*.api_key',
  'nudge_secret',
  '*.nudge_secret',
  'secret',
  '*.secret',
  'secrets',
  '*.secrets',
]

/**
 * The process's logger: one JSON object a line, secrets masked.
 *
 * @param fd where to: standard output, unless that is for something else
 */
export function createLogger(level: string, fd: 1 | 2 = 1): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_PATHS, censor: '••••' },
    },
    pino.destination(fd),
  )
}
