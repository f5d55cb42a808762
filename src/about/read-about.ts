import { formatDuration } from '../config/duration.ts'
import type { Config } from '../config/schema.ts'
import { readRedisMemory } from '../metrics/read-redis-memory.ts'
import type { QueueFigures } from '../queues/queue-figures.ts'
import { inspectRedis } from '../redis/check-server.ts'
import type { Redis } from '../redis/client.ts'
import type { UnixMs } from '../types.ts'
import { version } from '../version.ts'

/** Tells what this ringpost is and how it is doing, for people who look at it. */
export function createReadAbout(deps: {
  config: Pick<Config, 'roles' | 'demo' | 'eventRetentionMs' | 'deliveryRetentionMs' | 'retrySchedule'>
  redis: Redis
  readQueues: () => Promise<QueueFigures[]>
  now: () => UnixMs
}) {
  const { config, now } = deps
  const startedAt = new Date(now()).toISOString()

  return async function readAbout() {
    const [memory, checked, queues] = await Promise.all([
      // Some services do not permit INFO.
      readRedisMemory(deps.redis).catch(() => null),
      inspectRedis(deps.redis),
      deps.readQueues(),
    ])
    return {
      version,
      node: process.versions.node,
      started_at: startedAt,
      roles: [...config.roles],
      demo: config.demo,
      retention: {
        events: formatDuration(config.eventRetentionMs),
        deliveries: formatDuration(config.deliveryRetentionMs),
      },
      retry_schedule: config.retrySchedule.map(formatDuration),
      redis: {
        version: checked.version ?? null,
        memory_bytes: memory?.usedBytes ?? null,
        memory_limit_bytes: memory?.maxBytes ?? null,
      },
      queues: queues.map(({ queue, jobs, oldestWaiting }) => ({
        queue,
        waiting: jobs.waiting ?? 0,
        oldest_waiting_secs: oldestWaiting === null ? 0 : Math.max(0, (now() - oldestWaiting) / 1000),
      })),
    }
  }
}
