import type { Logger } from 'pino'
import type { Outbox } from '../outbox/outbox.ts'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import type { UnixMs } from '../types.ts'

/** How far to look back: longer than a node may be away and not know it, and than a sweep may be late (ms). */
const LOOK_BACK_MS = 120_000

/**
 * Makes what looks whether a cluster has replaced a node, and has the events of the last two minutes fanned out
 * once more then.
 *
 * A replica that takes over may lack the last moments of its master. Of one server that is a consistent past;
 * of a cluster, an event and the note that it was fanned out may be on one node, and the delivery on another that
 * has lost it. Fanning out records a delivery once, so that a second time adds what is missing and nothing else.
 */
export function createSecondLook(deps: {
  redis: Pick<Redis, 'isCluster' | 'cluster' | 'get' | 'set'>
  keys: Keys
  owners: { ids: () => Promise<string[]> }
  outbox: Pick<Outbox, 'rewind'>
  relayNow: (sourceId: string) => Promise<void>
  now: () => UnixMs
  logger: Logger
}): () => Promise<void> {
  const { redis, keys, logger } = deps

  return async function secondLook(): Promise<void> {
    if (!redis.isCluster) return
    // It rises with each change of who serves what; after a failover a node is asked that may not know it yet.
    const epoch = /^cluster_current_epoch:(\d+)/m.exec(String(await redis.cluster('INFO')))?.[1] ?? '0'
    const known = await redis.get(keys.clusterEpoch)
    if (known !== null && Number(epoch) <= Number(known)) return
    if (known !== null) {
      logger.warn('The cluster has replaced a node; what the last two minutes told is fanned out again.')
      const since = deps.now() - LOOK_BACK_MS
      for (const id of await deps.owners.ids()) {
        if (await deps.outbox.rewind(id, since)) await deps.relayNow(id)
      }
    }
    // Last, so that it is done again where this process ends before.
    await redis.set(keys.clusterEpoch, epoch)
  }
}
