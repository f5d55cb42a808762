import { seededRandom } from './random.ts'
import { startScenario } from './scenario.ts'
import { createSimulator } from './server.ts'
import type { Simulator, SimulatorOptions } from './types.ts'

export interface RunSimulatorOptions extends SimulatorOptions {
  /** Let calls come in by themselves. Default true. */
  scenario?: boolean
  /** The scenario's seed: the same seed, the same callers. Default 1. */
  seed?: number
  /** A call comes this often on average. Default 4000. */
  newCallerEveryMs?: number
  /** So many users more, for a look at large lists. Default 0. */
  users?: number
}

/** What `ringpost simulate` runs: a simulator and its story. Closing it stops both; it prints nothing. */
export async function runSimulator(options: RunSimulatorOptions = {}): Promise<Simulator> {
  const { scenario = true, seed = 1, newCallerEveryMs, users = 0, ...simulatorOptions } = options
  const simulator = await createSimulator(simulatorOptions)
  // Below the story's past, so that its callers stay on the first pages.
  const newestUnixSecs = Math.floor((options.now ?? Date.now)() / 1000) - 61 * 86_400
  if (users > 0) simulator.seed({ users, newestUnixSecs })
  if (!scenario) return simulator
  const stop = startScenario(simulator, {
    random: seededRandom(seed),
    ...(newCallerEveryMs === undefined ? {} : { newCallerEveryMs }),
    ...(options.now === undefined ? {} : { now: options.now }),
  })
  const { close } = simulator
  simulator.close = () => {
    stop()
    return close()
  }
  return simulator
}
