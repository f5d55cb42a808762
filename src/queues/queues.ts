import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Keys } from '../redis/keys.ts'
import type { UnixMs } from '../types.ts'
import { readQueueFigures } from './queue-figures.ts'

/** One queue a stage. Retries have a lane of their own: due delayed jobs would wait behind fresh ones. */
export const QUEUE_NAMES = ['poll', 'relay', 'deliver', 'retry', 'maintain'] as const
export type QueueName = (typeof QUEUE_NAMES)[number]

/** A source to poll or to relay. */
export interface SourceJob {
  sourceId: string
}

/** Up to a hundred deliveries of one endpoint. */
export interface DeliverJob {
  endpointId: string
  deliveryIds: string[]
}

/** Jobs of one `addBulk`: more of them would stall Redis. */
const BULK = 500
/** Deliveries of one job. */
const BATCH = 100

/** How finished jobs are kept: hardly, for the truth is in the log and not in the queues. */
export const JOB_OPTIONS = { removeOnComplete: true, removeOnFail: { count: 100 } }

/** The queues between the stages, and what may be put into them. */
export function createQueues(deps: { connection: Redis; keys: Keys; logger: Logger }) {
  const open = <T>(name: QueueName) => {
    const queue = new Queue<T>(name, {
      connection: deps.connection,
      prefix: deps.keys.queue(name),
      defaultJobOptions: JOB_OPTIONS,
    })
    queue.on('error', (error) => deps.logger.debug({ err: error }, `${name} queue`))
    return queue
  }
  const poll = open<SourceJob>('poll')
  const relay = open<SourceJob>('relay')
  const deliver = open<DeliverJob>('deliver')
  const retry = open<DeliverJob>('retry')
  const maintain = open<Record<string, never>>('maintain')
  const all = [poll, relay, deliver, retry, maintain]

  // Sources that this process has polled at its start.
  const polledBefore = new Set<string>()

  async function pollNow(sourceId: string): Promise<void> {
    await poll.add('poll', { sourceId }, { deduplication: { id: sourceId } })
  }

  return {
    /**
     * Polls a source at its interval for ever, beginning at once; says it again without harm. What a process
     * has not scheduled itself yet is polled at once too, for it may have been down for long.
     */
    async keepPolling(sourceId: string, intervalMs: number): Promise<void> {
      const scheduled = await poll.getJobScheduler(sourceId)
      if (scheduled?.every === intervalMs && polledBefore.has(sourceId)) return
      await poll.upsertJobScheduler(sourceId, { every: intervalMs }, { name: 'poll', data: { sourceId } })
      await pollNow(sourceId)
      polledBefore.add(sourceId)
    },

    async stopPolls(sourceId: string): Promise<void> {
      await poll.removeJobScheduler(sourceId)
    },

    /** How often a source is polled by schedule; null where it is not. */
    async pollSchedule(sourceId: string): Promise<{ everyMs: number | null } | null> {
      const scheduled = await poll.getJobScheduler(sourceId)
      return scheduled ? { everyMs: scheduled.every ?? null } : null
    },

    /** When the next scheduled poll is due (unix ms). */
    async nextPoll(sourceId: string): Promise<number | null> {
      return (await poll.getJobScheduler(sourceId))?.next ?? null
    },

    /** Polls a source at a moment, beside its interval. */
    async pollAt(sourceId: string, at: UnixMs): Promise<void> {
      await poll.add(
        'poll',
        { sourceId },
        { jobId: `${sourceId}-${at}`, delay: Math.max(0, at - Date.now()) },
      )
    },

    /** Asks again after the time that a dead poller's lease may last; once, however often it is said. */
    async pollSoon(sourceId: string): Promise<void> {
      await poll.add('poll', { sourceId }, { jobId: `${sourceId}-soon`, delay: 2_000 })
    },

    pollNow,

    /** Asks the relay to look at a source; many askings while it looks become one more look. */
    async relayNow(sourceId: string): Promise<void> {
      await relay.add('relay', { sourceId }, { deduplication: { id: sourceId, keepLastIfActive: true } })
    },

    /** Queues deliveries of one endpoint, in batches. */
    async deliverNow(endpointId: string, deliveryIds: readonly string[]): Promise<void> {
      const jobs: { name: string; data: DeliverJob }[] = []
      for (let i = 0; i < deliveryIds.length; i += BATCH) {
        jobs.push({ name: 'deliver', data: { endpointId, deliveryIds: deliveryIds.slice(i, i + BATCH) } })
      }
      for (let i = 0; i < jobs.length; i += BULK) await deliver.addBulk(jobs.slice(i, i + BULK))
    },

    /** Queues one delivery for a later attempt. */
    async retryLater(endpointId: string, deliveryId: string, delayMs: number): Promise<void> {
      await retry.add('deliver', { endpointId, deliveryIds: [deliveryId] }, { delay: Math.max(0, delayMs) })
    },

    async scheduleMaintenance(everyMs: number): Promise<void> {
      if ((await maintain.getJobScheduler('maintain'))?.every === everyMs) return
      await maintain.upsertJobScheduler('maintain', { every: everyMs }, { name: 'maintain', data: {} })
    },

    /** How full each queue is. */
    figures: () => readQueueFigures(all),

    async close(): Promise<void> {
      await Promise.all(all.map((queue) => queue.close()))
    },
  }
}

export type Queues = ReturnType<typeof createQueues>
