import type { CallInput } from './calls.ts'
import { between, pick, type Random } from './random.ts'

interface Agent {
  id: string
  name: string
  topics: readonly [string, ...string[]]
}

const AGENTS: readonly [Agent, ...Agent[]] = [
  {
    id: 'agent_7101k3ttaq12ewp8b7qv5rfyszkz',
    name: 'Front Desk',
    topics: ['the opening hours', 'a parking space', 'a lost umbrella', 'an invoice from last month'],
  },
  {
    id: 'agent_7102m8wwbr34fxq9c8rw6sgztala',
    name: 'Booking Line',
    topics: ['an appointment on Friday', 'a table for six', 'moving a booking to next week', 'a group rate'],
  },
  {
    id: 'agent_7103p5yycs56gyr1d9sx7thaubmb',
    name: 'After Hours',
    topics: ['a locked door', 'a call back in the morning', 'an urgent repair', 'the night entrance'],
  },
]

const AREA_CODES = [
  '202',
  '206',
  '212',
  '303',
  '312',
  '404',
  '415',
  '503',
  '512',
  '617',
  '702',
  '713',
] as const
const DAY_SECS = 86_400

/** Who calls next, and after how long. Holds the callers known so far; has no clock and no timers. */
export interface CallCentre {
  /** The calls of the past, oldest first. */
  past(input: { callers: number; days: number; now: number }): CallInput[]
  /** The next call, and how long after the last one it comes. Most often a new caller. */
  next(everyMs: number): { delay_ms: number; call: CallInput }
}

/** A small business with three agents. Everything follows from `random`: the same seed, the same calls. */
export function createCallCentre(random: Random): CallCentre {
  const callers: string[] = []
  const known = new Set<string>()

  /** A phone number that is reserved for fiction (555-0100 to 555-0199), or a customer number. */
  function newCaller(): string {
    const phone = `+1${pick(random, AREA_CODES)}55501${String(between(random, 0, 99)).padStart(2, '0')}`
    const customer = `crm_${String(10_000 + callers.length * 7 + between(random, 0, 6))}`
    const caller = random() < 0.15 || known.has(phone) ? customer : phone
    known.add(caller)
    callers.push(caller)
    return caller
  }

  /** Recent callers call again more often than old ones. */
  function returningCaller(): string {
    const back = Math.floor(random() ** 2 * callers.length)
    return callers[callers.length - 1 - back] ?? newCaller()
  }

  function callBy(user_id: string): CallInput {
    const agent = pick(random, AGENTS)
    const successful = random() < 0.85
    const asked = `The caller asked about ${pick(random, agent.topics)}`
    return {
      user_id,
      agent_id: agent.id,
      agent_name: agent.name,
      duration_secs: between(random, 25, 420),
      successful,
      summary: successful ? `${asked} and got what they needed.` : `${asked}; a colleague will call back.`,
      sentiment_score: Math.round((successful ? random() : random() - 0.9) * 100) / 100,
      frustration_score: Math.round((successful ? random() * 0.3 : 0.4 + random() * 0.6) * 100) / 100,
    }
  }

  return {
    past({ callers: count, days, now }) {
      const calls = Array.from({ length: count }, () => newCaller()).flatMap((user_id) =>
        Array.from({ length: 1 + Math.floor(random() ** 3 * 9) }, () => ({
          ...callBy(user_id),
          at_unix_secs: Math.floor(now / 1000) - between(random, 600, days * DAY_SECS),
        })),
      )
      return calls.sort((a, b) => a.at_unix_secs - b.at_unix_secs)
    },
    next(everyMs) {
      const delay_ms = Math.round(everyMs * (0.4 + random() * 1.2))
      return { delay_ms, call: callBy(random() < 0.6 ? newCaller() : returningCaller()) }
    },
  }
}
