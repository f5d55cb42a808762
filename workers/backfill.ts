import type { Worker } from 'bullmq'
import type { BackfillEndpoint } from '../src/backfill/backfill-endpoint.ts'
import type { DeliverJob } from '../src/queues/queues.ts'
import { startWorker, type WorkerDeps } from '../src/queues/start-worker.ts'

/** Takes the backfill of each job's endpoint on. */
export function startBackfillWorker(
  deps: WorkerDeps & { backfill: BackfillEndpoint['run']; signal: AbortSignal },
): Worker {
  return startWorker<DeliverJob>(
    'backfill',
    deps,
    ({ endpointId }) => deps.backfill(endpointId, deps.signal),
    'A backfill broke off; the sweep goes on with it.',
    ({ endpointId }) => ({ endpoint: endpointId }),
  )
}
