import { hash, randomBytes } from 'node:crypto'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import type { UnixMs } from '../types.ts'

/** How long one that broke off can be gone on with (ms). */
const KEPT_MS = 24 * 3_600_000

/** A walk over an endpoint's deliveries: its name, and the time up to which it goes. */
export interface RecoveryRun {
  run: string
  until: UnixMs
}

/**
 * The walks that have begun and not ended. One that broke off is gone on with by whoever asks the same again:
 * under the same name nothing is queued twice, even where it has been sent and has failed or succeeded since.
 */
export function createRecoveryRuns(deps: {
  redis: Pick<Redis, 'hsetnx' | 'hget' | 'hdel' | 'pexpire'>
  keys: Keys
}) {
  const { redis } = deps
  const placeOf = (endpointId: string) => deps.keys.endpoint(endpointId).recoveries
  const fieldOf = (asked: unknown) => hash('sha256', JSON.stringify(asked)).slice(0, 16)

  return {
    /** Begins a walk, or joins the one that was begun with the same wish. */
    async begin(endpointId: string, asked: unknown, until: UnixMs): Promise<RecoveryRun> {
      const place = placeOf(endpointId)
      const fresh: RecoveryRun = { run: randomBytes(4).toString('hex'), until }
      await redis.hsetnx(place, fieldOf(asked), JSON.stringify(fresh))
      await redis.pexpire(place, KEPT_MS)
      const json = await redis.hget(place, fieldOf(asked))
      // Whoever had begun it has ended it in this moment.
      return json === null ? fresh : (JSON.parse(json) as RecoveryRun)
    },

    async end(endpointId: string, asked: unknown): Promise<void> {
      await redis.hdel(placeOf(endpointId), fieldOf(asked))
    },
  }
}

export type RecoveryRuns = ReturnType<typeof createRecoveryRuns>
