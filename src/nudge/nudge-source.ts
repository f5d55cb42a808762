import type { NudgeRefusal } from '../detect/source-state.ts'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import { createScript } from '../redis/script.ts'
import type { UnixMs } from '../types.ts'

/**
 * Makes what a nudge does once it is verified, or refused. That a source was nudged is in its state, and the job
 * only wakes a poller: a poll that began before the nudge does not answer it, and any number of nudges before a
 * poll are answered by that one (detect/nudged.ts).
 */
export function createNudges(deps: {
  redis: Pick<Redis, 'callBuffer' | 'hset'>
  keys: Keys
  /** Wakes a poller; many askings while it polls become one more. */
  pollForNudge: (sourceId: string) => Promise<void>
  now: () => UnixMs
}) {
  const { redis, keys, now } = deps
  const note = createScript(redis, new URL('./note-nudge.lua', import.meta.url))

  return {
    async accept(sourceId: string): Promise<void> {
      await note([keys.source(sourceId).state], [now()])
      await deps.pollForNudge(sourceId)
    },

    /** Keeps the last one, for ElevenLabs shows nobody what it was answered. */
    async refuse(sourceId: string, message: string): Promise<void> {
      const refusal: NudgeRefusal = { at: now(), message }
      await redis.hset(keys.source(sourceId).state, 'nudge_refused', JSON.stringify(refusal))
    },
  }
}

export type Nudges = ReturnType<typeof createNudges>
