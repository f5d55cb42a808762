import type { Worker } from 'bullmq'
import type { Sweep } from '../src/maintain/sweep.ts'
import { startWorker, type WorkerDeps } from '../src/queues/start-worker.ts'

/** Runs the sweep. */
export function startMaintainWorker(deps: WorkerDeps & { sweep: Sweep }): Worker {
  return startWorker('maintain', deps, () => deps.sweep(), 'The sweep broke off; it runs again in seconds.')
}
