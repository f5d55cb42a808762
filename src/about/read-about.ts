import type { Redis } from 'ioredis'
import { formatDuration } from '../config/duration.ts'
import type { Config } from '../config/schema.ts'
import type { QueueFigures } from '../queues/queue-figures.ts'
import { inspectRedis } from '../redis/check-server.ts'
import type { UnixMs } from '../types.ts'
import { version } from '../version.ts'

/** Tells what this ringpost is and how it is doing, for people who look at it. */
export function createReadAbout(deps: {
  config: Pick<Config, 'roles' | 'demo' | 'eventRetentionMs' | 'deliveryRetentionMs' | 'retrySchedule'>
  redis: Pick<Redis, 'info' | 'config'>
  readQueues: () => Promise<QueueFigures[]>
  now: () => UnixMs
}) {
  const { config, now } = deps
  const startedAt = new Date(now()).toISOString()

  return async function readAbout() {
    const [info, checked, queues] = await Promise.all([
      // Some services do not permit INFO.
      deps.redis.info().catch(() => ''),
      inspectRedis(deps.redis),
      deps.readQueues(),
    ])
    const fact = (name: string) => new RegExp(`^${name}:([^\\r\\n]*)`, 'm').exec(info)?.[1]
    const limit = Number(fact('maxmemory') ?? 0)
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
        memory_bytes: fact('used_memory') === undefined ? null : Number(fact('used_memory')),
        memory_limit_bytes: limit > 0 ? limit : null,
        findings: [...checked.problems, ...checked.warnings].map(({ what, fix }) => ({ what, fix })),
      },
      queues: queues.map(({ queue, jobs, oldestWaiting }) => ({
        queue,
        waiting: jobs.waiting ?? 0,
        oldest_waiting_secs: oldestWaiting === null ? 0 : Math.max(0, (now() - oldestWaiting) / 1000),
      })),
    }
  }
}
