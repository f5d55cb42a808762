import { type Job, Worker } from 'bullmq'
import type { Logger } from 'pino'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import { whyRefused } from '../redis/why-refused.ts'
import type { QueueName } from './queues.ts'

/** What every worker needs. */
export interface WorkerDeps {
  connection: Redis
  keys: Keys
  logger: Logger
  /** Jobs at a time in this process. */
  concurrency: number
}

/**
 * Starts a worker on a queue. A crash is noticed within ten seconds, and a job is never failed for having
 * stalled: the lease or the claim of what it works on decides who may go on.
 *
 * @param brokeOff what a person is told where a job throws
 * @param subject fields that say what a job is about, for the log
 */
export function startWorker<T>(
  name: QueueName,
  deps: WorkerDeps,
  process: (data: T) => Promise<unknown>,
  brokeOff: string,
  subject: (data: T) => Record<string, unknown> = () => ({}),
): Worker {
  const worker = new Worker<T>(name, (job: Job<T>) => process(job.data), {
    connection: deps.connection,
    prefix: deps.keys.queue(name),
    concurrency: deps.concurrency,
    stalledInterval: 5_000,
    lockDuration: 10_000,
    maxStalledCount: 1_000_000,
    drainDelay: 5,
  })
  worker.on('failed', (job, error) => {
    deps.logger.error({ err: error, ...(job ? subject(job.data) : {}) }, brokeOff)
  })
  worker.on('error', (error) => {
    // Connections that come and go reconnect by themselves, and are told of in one place.
    deps.logger.debug({ err: error }, `${name} worker`)
    const why = whyRefused(error)
    if (why !== null) tellOfRefusal(deps.logger, why)
  })
  return worker
}

/** How often it is said that Redis refuses changes, by all workers together (ms). */
const TELL_EVERY_MS = 60_000
const toldAt = new WeakMap<Logger, number>()

function tellOfRefusal(logger: Logger, why: string): void {
  const now = performance.now()
  if (now - (toldAt.get(logger) ?? Number.NEGATIVE_INFINITY) < TELL_EVERY_MS) return
  toldAt.set(logger, now)
  logger.error(`${why} Nothing is lost; ringpost goes on when it takes them again.`)
}

/**
 * Closes workers, letting them finish what they hold. `worker.close()` hangs while Redis is down, so it is
 * given a time, after which what is left is for the next process: nothing is lost by it.
 */
export async function closeWorkers(workers: readonly Worker[], graceMs: number): Promise<void> {
  const closed = Promise.all(workers.map((worker) => worker.close())).then(() => true)
  closed.catch(() => undefined)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), graceMs)
  })
  const inTime = await Promise.race([closed.catch(() => false), late])
  clearTimeout(timer)
  if (inTime) return
  for (const worker of workers) worker.close(true).catch(() => undefined)
}
