import { randomUUID } from 'node:crypto'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import { createScript } from '../redis/script.ts'

/** How long a turn outlives whoever has it (ms), and how often it is renewed. */
const TURN_MS = 3_000
const RENEW_EVERY_MS = 1_000

/**
 * Lets one at a time get the conversations of a source. It only spares upstream doubled requests: what is written
 * is right whoever writes it, so that a turn that was lost stops nobody. A queue's own de-duplication would hold
 * until the job of a process that died is found to have stalled, which is longer than an event may wait.
 */
export function createTurns(deps: { redis: Pick<Redis, 'callBuffer'>; keys: Keys }) {
  const hold = createScript(deps.redis, new URL('./hold-turn.lua', import.meta.url))

  /** @returns false where it is somebody else's turn, and nothing was run */
  return async function inTurn(sourceId: string, run: () => Promise<void>): Promise<boolean> {
    const key = deps.keys.source(sourceId).enriching
    const token = randomUUID()
    if ((await hold([key], [token, TURN_MS])) !== 1) return false
    const renewal = setInterval(() => hold([key], [token, TURN_MS]).catch(() => undefined), RENEW_EVERY_MS)
    try {
      await run()
    } finally {
      clearInterval(renewal)
      await hold([key], [token, 0]).catch(() => undefined)
    }
    return true
  }
}

export type InTurn = ReturnType<typeof createTurns>
