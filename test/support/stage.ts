import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { createDeliveryBounds } from '../../src/log/bound-deliveries.ts'
import { createDeliveryLog } from '../../src/log/deliveries.ts'
import { createDeliveryReader } from '../../src/log/read-deliveries.ts'
import { createOutbox } from '../../src/outbox/outbox.ts'
import { connectRedis } from '../../src/redis/connect.ts'
import { deleteKeys } from '../../src/redis/delete-keys.ts'
import { createKeys } from '../../src/redis/keys.ts'
import type { Event, EventType } from '../../src/types.ts'
import { oneByOne } from './claim-one.ts'

/** Outbox and log on a real Redis, under a key prefix of their own and with a clock that tests move. */
export async function createStage(target: string = inject('redisTarget')) {
  // From now on: Redis expires by its own clock.
  const clock = { ms: Date.now() }
  const now = () => clock.ms
  const redis = connectRedis(target, 'test')
  const keys = createKeys(`t${randomBytes(6).toString('hex')}`)
  const outbox = createOutbox({ redis, keys })
  const logOf = (holder: number) =>
    createDeliveryLog({ redis, keys, now, retentionMs: 7 * 86_400_000, holder })
  const deliveries = logOf(0)
  return {
    clock,
    now,
    redis,
    keys,
    outbox,
    deliveries,
    /** The log of deliveries as another process has it. */
    othersDeliveries: logOf(1),
    ...oneByOne({ redis, keys, log: deliveries, now }),
    bounds: createDeliveryBounds({ redis, keys, now, retentionMs: 7 * 86_400_000 }),
    reader: createDeliveryReader({ redis, keys, outbox }),
    /** Puts an event into a source's outbox, as detection does. */
    async emit(sourceId: string, id: string, type: EventType = 'user.created', place = '*'): Promise<string> {
      const event: Event = {
        id,
        type,
        timestamp: new Date(clock.ms).toISOString(),
        data: { source: { id: sourceId, name: sourceId }, user: { user_id: id } },
      }
      const source = keys.source(sourceId)
      const streamId = await redis.xadd(source.outbox, place, 'id', id, 'event', JSON.stringify(event))
      await redis.hset(source.eventIndex, id, streamId ?? '')
      return streamId ?? ''
    },
    async close() {
      await deleteKeys(redis, keys.prefix)
      redis.disconnect()
    },
  }
}

export type Stage = Awaited<ReturnType<typeof createStage>>
