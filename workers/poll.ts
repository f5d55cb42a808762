import type { Worker } from 'bullmq'
import type { SourceJob } from '../src/queues/queues.ts'
import { startWorker, type WorkerDeps } from '../src/queues/start-worker.ts'

/** Polls the source of each job. The source's lease, and not the queue, keeps it to one poll at a time. */
export function startPollWorker(
  deps: WorkerDeps & {
    poll: (sourceId: string, signal: AbortSignal) => Promise<unknown>
    signal: AbortSignal
  },
): Worker {
  return startWorker<SourceJob>(
    'poll',
    deps,
    ({ sourceId }) => deps.poll(sourceId, deps.signal),
    'The poll broke off; the next one goes on where it was.',
    ({ sourceId }) => ({ source: sourceId }),
  )
}
