import type { Queue } from 'bullmq'
import type { UnixMs } from '../types.ts'

/** How full a queue is. */
export interface QueueFigures {
  queue: string
  /** By state: waiting, active, delayed, failed. */
  jobs: Record<string, number>
  /** When the job that has waited longest was added; null where none waits. */
  oldestWaiting: UnixMs | null
}

const STATES = ['waiting', 'active', 'delayed', 'failed'] as const

/** Reads how full some queues are: two or three commands each, whatever they hold. */
export function readQueueFigures(
  queues: readonly Pick<Queue, 'name' | 'getJobCounts' | 'getJobs'>[],
): Promise<QueueFigures[]> {
  return Promise.all(
    queues.map(async (queue) => {
      const [counts, [oldest]] = await Promise.all([
        queue.getJobCounts(...STATES),
        queue.getJobs(['waiting'], 0, 0, true),
      ])
      return {
        queue: queue.name,
        jobs: Object.fromEntries(STATES.map((state) => [state, counts[state] ?? 0])),
        // A job that was delayed began to wait when its time came.
        oldestWaiting: oldest ? oldest.timestamp + (oldest.delay ?? 0) : null,
      }
    }),
  )
}
