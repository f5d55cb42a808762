import type { Simulator } from '../../src/simulator/types.ts'
import { chainsOf } from '../e2e/chains.ts'
import type { TestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'

/** Some callers who call all the time, one after the other, until they are stopped. */
export function startCallers(
  simulator: Simulator,
  { callers, everyMs }: { callers: number; everyMs: number },
) {
  const calls = new Map<string, number>()
  let n = 0
  const timer = setInterval(() => {
    const user_id = `caller-${(n++ * 7) % callers}`
    simulator.call({ user_id })
    calls.set(user_id, (calls.get(user_id) ?? 0) + 1)
  }, everyMs)
  return {
    /** How often each has called. */
    calls,
    stop: () => clearInterval(timer),

    /** Resolves when a receiver has been told of every call. */
    announced: ({ webhooks }: TestReceiver) =>
      until(() => [...calls].every(([user, count]) => chainsOf(webhooks).get(user) === count), {
        within: 60_000,
        what: 'every call to be announced',
      }),
  }
}
