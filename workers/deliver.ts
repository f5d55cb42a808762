import type { Worker } from 'bullmq'
import type { DrainEndpoints } from '../src/deliver/drain-endpoints.ts'
import type { DeliverJob } from '../src/queues/queues.ts'
import { startWorker, type WorkerDeps } from '../src/queues/start-worker.ts'

/** Sends what is due at the endpoint of each job: at once from the lane `deliver`, later from `retry`. */
export function startDeliverWorker(
  lane: 'deliver' | 'retry',
  deps: WorkerDeps & { drain: DrainEndpoints['drain'] },
): Worker {
  return startWorker<DeliverJob>(
    lane,
    deps,
    ({ endpointId }) => deps.drain(endpointId),
    'Sending broke off; the sweep begins it again.',
    ({ endpointId }) => ({ endpoint: endpointId }),
  )
}
