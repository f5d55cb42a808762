import type { Worker } from 'bullmq'
import type { Relay } from '../src/fanout/relay.ts'
import type { SourceJob } from '../src/queues/queues.ts'
import { startWorker, type WorkerDeps } from '../src/queues/start-worker.ts'

/** Turns the outbox of each job's source into deliveries. */
export function startRelayWorker(deps: WorkerDeps & { relay: Relay; signal: AbortSignal }): Worker {
  return startWorker<SourceJob>(
    'relay',
    deps,
    ({ sourceId }) => deps.relay(sourceId, deps.signal),
    'The relay broke off; the sweep starts it again.',
    ({ sourceId }) => ({ source: sourceId }),
  )
}
