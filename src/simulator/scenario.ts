import { createCallCentre } from './call-centre.ts'
import type { Random } from './random.ts'
import type { Simulator } from './types.ts'

export interface ScenarioOptions {
  random: Random
  /** A call comes this often on average: about six in ten are new callers. Default 4000. */
  newCallerEveryMs?: number
  /** Callers of the past, before the first live call. Default 40, spread over `pastDays`. */
  pastCallers?: number
  /** Default 60. */
  pastDays?: number
  /** The simulator's clock, where it has one of its own. Default Date.now. */
  now?: () => number
}

/** Fills the simulator with a believable past, then lets calls come in. Returns an idempotent stop. */
export function startScenario(simulator: Pick<Simulator, 'call'>, options: ScenarioOptions): () => void {
  const { random, newCallerEveryMs = 4000, pastCallers = 40, pastDays = 60, now = Date.now } = options
  const centre = createCallCentre(random)
  for (const call of centre.past({ callers: pastCallers, days: pastDays, now: now() })) simulator.call(call)

  let timer: NodeJS.Timeout
  function plan(): void {
    const { delay_ms, call } = centre.next(newCallerEveryMs)
    timer = setTimeout(() => {
      simulator.call(call)
      plan()
    }, delay_ms)
  }
  plan()
  return () => clearTimeout(timer)
}
