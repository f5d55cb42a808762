import type { Worker } from 'bullmq'
import type { DeliverBatch } from '../src/deliver/deliver-batch.ts'
import type { DeliverJob } from '../src/queues/queues.ts'
import { startWorker, type WorkerDeps } from '../src/queues/start-worker.ts'

/** Sends the deliveries of each job: fresh ones from the lane `deliver`, due ones from `retry`. */
export function startDeliverWorker(
  lane: 'deliver' | 'retry',
  deps: WorkerDeps & { deliverBatch: DeliverBatch; signal: AbortSignal },
): Worker {
  return startWorker<DeliverJob>(
    lane,
    deps,
    (batch) => deps.deliverBatch(batch, deps.signal),
    'A batch broke off; the sweep queues what has no result.',
    ({ endpointId }) => ({ endpoint: endpointId }),
  )
}
