import { BlockList, isIP } from 'node:net'
import { formatDuration } from './duration.ts'
import type { Environment } from './schema.ts'

/** A rule between variables. Checked only where each of `reads` is valid by itself. */
export interface Rule {
  /** The variable that the problem is reported at. */
  at: keyof Environment
  reads: (keyof Environment)[]
  /** The rule in a sentence, for the reference. */
  law: string
  /** What is wrong, what is allowed, an example; null when nothing is. Never shows a secret. */
  broken(env: Environment): string | null
}

/** The most that jitter adds to a wait of the retry schedule (DELIVERY.md, rule 3). */
const MOST_JITTER = 1.1

const HOUR = 3_600_000
const DAY = 24 * HOUR

/** Every rule between variables. */
export const RULES: Rule[] = [
  {
    at: 'HOST',
    reads: ['HOST', 'RINGPOST_API_TOKEN'],
    law: 'A `HOST` other than loopback needs `RINGPOST_API_TOKEN`, so that no one opens the API to a network without having chosen how it is protected.',
    broken: (env) =>
      env.RINGPOST_API_TOKEN !== null || isLoopback(env.HOST)
        ? null
        : 'Other machines can reach this address, so a token must be set. Allowed: a loopback address, or any address with RINGPOST_API_TOKEN. Example: HOST=127.0.0.1, or RINGPOST_API_TOKEN=$(openssl rand -hex 32)',
  },
  {
    at: 'RINGPOST_POLL_OVERLAP',
    reads: ['RINGPOST_POLL_OVERLAP', 'RINGPOST_POLL_INTERVAL'],
    law: '`RINGPOST_POLL_OVERLAP` is at least `RINGPOST_POLL_INTERVAL`.',
    broken: (env) => {
      const overlap = env.RINGPOST_POLL_OVERLAP
      if (overlap === null || overlap >= env.RINGPOST_POLL_INTERVAL) return null
      const least = formatDuration(env.RINGPOST_POLL_INTERVAL)
      return `It is shorter than RINGPOST_POLL_INTERVAL, which is ${least}. Allowed: at least ${least}. Example: RINGPOST_POLL_OVERLAP=${formatDuration(2 * env.RINGPOST_POLL_INTERVAL)}`
    },
  },
  retention('RINGPOST_EVENT_RETENTION'),
  retention('RINGPOST_DELIVERY_RETENTION'),
  {
    at: 'RINGPOST_DEMO',
    reads: ['RINGPOST_DEMO', 'ELEVENLABS_API_KEY'],
    law: '`RINGPOST_DEMO=true` and `ELEVENLABS_API_KEY` exclude each other.',
    broken: (env) =>
      env.RINGPOST_DEMO === true && env.ELEVENLABS_API_KEY !== null
        ? 'The demo has an upstream of its own, but ELEVENLABS_API_KEY is set too. Allowed: one of the two. Example: RINGPOST_DEMO=false'
        : null,
  },
  {
    at: 'RINGPOST_DEMO',
    reads: ['RINGPOST_DEMO', 'RINGPOST_CONFIG'],
    law: '`RINGPOST_DEMO=true` and `RINGPOST_CONFIG` exclude each other.',
    broken: (env) =>
      env.RINGPOST_DEMO === true && env.RINGPOST_CONFIG !== null
        ? 'The demo has a source and an endpoint of its own, but RINGPOST_CONFIG is set too. Allowed: one of the two. Example: RINGPOST_DEMO=false'
        : null,
  },
]

function retention(at: 'RINGPOST_EVENT_RETENTION' | 'RINGPOST_DELIVERY_RETENTION'): Rule {
  return {
    at,
    reads: [at, 'RINGPOST_RETRY_SCHEDULE'],
    law: `\`${at}\` is longer than the whole \`RINGPOST_RETRY_SCHEDULE\` with its jitter of 10 %, so that nothing is forgotten before its last attempt.`,
    broken: (env) => {
      const waits = env.RINGPOST_RETRY_SCHEDULE.reduce((sum, wait) => sum + wait, 0)
      const whole = Math.ceil(waits * MOST_JITTER)
      if (env[at] > whole) return null
      // In whole hours or days, as a person would write it.
      const enough =
        whole < 48 * HOUR ? `${Math.floor(whole / HOUR) + 1}h` : `${Math.floor(whole / DAY) + 1}d`
      return `It would be forgotten before its last attempt: RINGPOST_RETRY_SCHEDULE takes up to ${roughly(whole)} with jitter. Allowed: longer than that. Example: ${at}=${enough}`
    },
  }
}

/** A sum with jitter as a person reads it, rounded up: 83.2 hours, 30.8 days. */
function roughly(ms: number): string {
  const [size, unit] = ms < 96 * HOUR ? [HOUR, 'hours'] : [DAY, 'days']
  return `${Math.ceil((ms / size) * 10) / 10} ${unit}`
}

function isLoopback(host: string): boolean {
  if (host.toLowerCase() === 'localhost') return true
  const family = isIP(host)
  return family !== 0 && LOOPBACK.check(host, family === 6 ? 'ipv6' : 'ipv4')
}

const LOOPBACK = new BlockList()
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4')
LOOPBACK.addAddress('::1', 'ipv6')
