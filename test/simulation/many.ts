import { connectRedis } from '../../src/redis/connect.ts'
import { type RunResult, run } from './run.ts'
import type { Scenario } from './scenarios.ts'

/** What the runs of one scenario have come to. */
export interface Summary {
  scenario: string
  runs: number
  steps: number
  polls: number
  interruptions: number
  decisions: number
  events: number
  /** Runs that broke a promise. */
  broken: RunResult[]
}

/** Runs at a time: while one waits for Redis, another computes. */
const AT_ONCE = 4

/**
 * Runs a scenario with one seed after the other.
 *
 * @param options.untilBroken stops at the first run that breaks a promise
 */
export async function runMany(options: {
  socket: string
  scenario: Scenario
  firstSeed: number
  runs: number
  steps: number
  untilBroken?: boolean
}): Promise<Summary> {
  const { scenario, steps } = options
  const summary: Summary = {
    scenario: scenario.name,
    runs: 0,
    steps: 0,
    polls: 0,
    interruptions: 0,
    decisions: 0,
    events: 0,
    broken: [],
  }
  let next = 0
  const lane = async () => {
    const redis = connectRedis(options.socket, 'simulation')
    try {
      while (next < options.runs && !(options.untilBroken && summary.broken.length > 0)) {
        const result = await run(redis, scenario, options.firstSeed + next++, steps)
        summary.runs++
        summary.steps += result.steps
        summary.polls += result.polls
        summary.interruptions += result.interruptions
        summary.decisions += result.decisions
        summary.events += result.events
        if (result.violations.length > 0) summary.broken.push(result)
      }
    } finally {
      redis.disconnect()
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, options.runs) }, lane))
  return summary
}

/** The violations of a run in a few lines, and how to see them again. */
export function describeBroken(scenario: string, result: RunResult, mixture?: Scenario): string {
  const lines = result.violations.slice(0, 5).map(({ rule, detail }) => `  broken: ${rule} (${detail})`)
  const more = result.violations.length > 5 ? [`  and ${result.violations.length - 5} more`] : []
  const which = mixture === undefined ? `--scenario ${scenario}` : `--mixture '${JSON.stringify(mixture)}'`
  const again = `npm run test:simulation -- ${which} --seed ${result.seed} --steps ${result.steps}`
  return [`  seed ${result.seed}: ${again}`, ...lines, ...more].join('\n')
}
