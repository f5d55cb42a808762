import type { Worker } from 'bullmq'
import type { EnrichSource } from '../src/enrich/enrich-source.ts'
import type { SourceJob } from '../src/queues/queues.ts'
import { startWorker, type WorkerDeps } from '../src/queues/start-worker.ts'

/** Gets the conversations that events of each job's source wait for. */
export function startEnrichWorker(deps: WorkerDeps & { enrich: EnrichSource; signal: AbortSignal }): Worker {
  return startWorker<SourceJob>(
    'enrich',
    deps,
    ({ sourceId }) => deps.enrich(sourceId, deps.signal),
    'Getting conversations broke off; the sweep starts it again.',
    ({ sourceId }) => ({ source: sourceId }),
  )
}
