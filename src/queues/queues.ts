import { Queue } from 'bullmq'
import type { Redis } from 'ioredis'
import type { Logger } from 'pino'
import type { Keys } from '../redis/keys.ts'
import type { UnixMs } from '../types.ts'
import { readQueueFigures } from './queue-figures.ts'

/** One queue a stage. What is woken later has a lane of its own: due delayed jobs would wait behind fresh ones. */
export const QUEUE_NAMES = ['poll', 'enrich', 'relay', 'deliver', 'retry', 'backfill', 'maintain'] as const
export type QueueName = (typeof QUEUE_NAMES)[number]

/** A source to poll, to enrich or to relay. */
export interface SourceJob {
  sourceId: string
}

/** An endpoint for which something is due. */
export interface DeliverJob {
  endpointId: string
}

/** What is woken later is woken at the end of one of these, at least (ms). */
const SLOT_MS = 100
/** How much later than asked for an endpoint may be woken, as a share of the wait. */
const LATENESS = 1 / 64

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
  const enrich = open<SourceJob>('enrich')
  const relay = open<SourceJob>('relay')
  const deliver = open<DeliverJob>('deliver')
  const retry = open<DeliverJob>('retry')
  const backfill = open<DeliverJob>('backfill')
  const maintain = open<Record<string, never>>('maintain')
  const all = [poll, enrich, relay, deliver, retry, backfill, maintain]

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

    /**
     * Asks again in two to three seconds; many askings within a second become one. A job that asks again itself has
     * the id of another second.
     */
    async pollSoon(sourceId: string): Promise<void> {
      const now = Date.now()
      const second = Math.ceil(now / 1_000) + 2
      await poll.add(
        'poll',
        { sourceId },
        { jobId: `${sourceId}-soon-${second}`, delay: second * 1_000 - now },
      )
    },

    pollNow,

    /** Polls a source that was nudged: what is asked while one of these polls is one more afterwards. */
    async pollForNudge(sourceId: string): Promise<void> {
      const deduplication = { id: `${sourceId}-nudge`, keepLastIfActive: true }
      await poll.add('poll', { sourceId }, { deduplication })
    },

    /**
     * Asks for the conversations that a source's events wait for, after a time (ms) and up to a tenth of a second
     * later. A job that has begun is no reason not to ask: its process may have died.
     */
    async enrichSoon(sourceId: string, delayMs = 0): Promise<void> {
      const now = Date.now()
      const slot = Math.floor((now + delayMs) / SLOT_MS) + 1
      await enrich.add('enrich', { sourceId }, { jobId: `${sourceId}-${slot}`, delay: slot * SLOT_MS - now })
    },

    /** Asks the relay to look at a source; many askings while it looks become one more look. */
    async relayNow(sourceId: string): Promise<void> {
      await relay.add('relay', { sourceId }, { deduplication: { id: sourceId, keepLastIfActive: true } })
    },

    /** The same at a moment, and up to a tenth of a second later. */
    async relayAt(sourceId: string, at: UnixMs): Promise<void> {
      const slot = Math.floor(at / SLOT_MS) + 1
      const delay = Math.max(0, slot * SLOT_MS - Date.now())
      await relay.add('relay', { sourceId }, { jobId: `${sourceId}-${slot}`, delay })
    },

    /** Asks for what is due at an endpoint to be sent; many askings before it is begun become one. */
    async wake(endpointId: string): Promise<void> {
      const deduplication = { id: endpointId, keepLastIfActive: true }
      await deliver.add('deliver', { endpointId }, { deduplication })
    },

    /**
     * The same after a time (ms), and later by up to a tenth of a second or a sixty-fourth of that time, whichever is
     * more: askings for one such slot become one, and thousands of retries a few jobs.
     */
    async wakeLater(endpointId: string, delayMs: number): Promise<void> {
      const now = Date.now()
      const at = endOfSlot(now + Math.max(0, delayMs), delayMs * LATENESS)
      await retry.add('deliver', { endpointId }, { jobId: `${endpointId}-${at}`, delay: at - now })
    },

    /** Takes an endpoint's backfill on, after a time (ms) and up to a tenth of a second later. */
    async backfillSoon(endpointId: string, delayMs: number): Promise<void> {
      const now = Date.now()
      const slot = Math.floor((now + delayMs) / SLOT_MS) + 1
      const delay = slot * SLOT_MS - now
      await backfill.add('backfill', { endpointId }, { jobId: `${endpointId}-${slot}`, delay })
    },

    async scheduleMaintenance(everyMs: number): Promise<void> {
      if ((await maintain.getJobScheduler('maintain'))?.every === everyMs) return
      await maintain.upsertJobScheduler('maintain', { every: everyMs }, { name: 'maintain', data: {} })
    },

    /** All of them, to be looked at. */
    all: all as readonly Queue[],

    /** How full each queue is. */
    figures: () => readQueueFigures(all),

    async close(): Promise<void> {
      await Promise.all(all.map((queue) => queue.close()))
    },
  }
}

export type Queues = ReturnType<typeof createQueues>

/** Slots double in length, so that the ends of long ones are ends of short ones as well. */
function endOfSlot(at: UnixMs, longestMs: number): UnixMs {
  const doublings = Math.floor(Math.log2(Math.max(1, longestMs / SLOT_MS)))
  const slot = SLOT_MS * 2 ** doublings
  return (Math.floor(at / slot) + 1) * slot
}
