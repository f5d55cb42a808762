import { randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { createSecret } from '../../src/deliver/sign.ts'
import { createDelivery } from '../../src/delivery.ts'
import { commitRows } from '../../src/detect/commit-rows.ts'
import { createDetectionStore } from '../../src/detect/store.ts'
import { createEndpoints, type EndpointRecord } from '../../src/endpoints/endpoints.ts'
import { createActivityWriter } from '../../src/log/activity.ts'
import { createForgetFailures } from '../../src/log/forget-failures.ts'
import { createLogger } from '../../src/logger.ts'
import { createQueues } from '../../src/queues/queues.ts'
import { closeWorkers } from '../../src/queues/start-worker.ts'
import { connectRedis } from '../../src/redis/connect.ts'
import { createKeys } from '../../src/redis/keys.ts'
import { createRecords } from '../../src/redis/records.ts'
import { serverTime } from '../../src/redis/server-time.ts'
import { createVault } from '../../src/secrets/vault.ts'
import { startDeliverWorker } from '../../workers/deliver.ts'
import { startRelayWorker } from '../../workers/relay.ts'
import { measured } from '../measure.ts'
import { benchEvent, benchRow, SOURCE } from './events.ts'

/** What the process is asked, one thing at a time; it answers each with one message. */
export type Question =
  /** Puts events into the outbox without telling anybody. */
  | { ask: 'emit'; count: number }
  /** Has everything that is in the outbox delivered, and tells what that used. */
  | { ask: 'deliver'; expect: number }
  /** Commits rows as polls do, so many a second in pages of up to a hundred, for a time. */
  | { ask: 'commit'; perSecond: number; seconds: number }
  | { ask: 'move'; url: string }
  | { ask: 'counts' }

export interface Counts {
  /** Events that were told. */
  emitted: number
  pending: number
  retrying: number
  succeeded: number
  attempts: number
}

const { socket, prefix, urls, deadlineMs, log } = JSON.parse(process.argv[2] ?? '{}') as {
  socket: string
  prefix: string
  urls: string[]
  deadlineMs: number
  log: boolean
}
const redis = connectRedis(socket, 'bench')
const keys = createKeys(prefix)
const now = Date.now
// As the service writes them, to nowhere.
const logger = createLogger(log ? 'info' : 'silent', { write: () => undefined })
const policy = { allowNetworks: ['127.0.0.0/8'], allowHttp: true }
const queues = createQueues({ connection: redis, keys, logger })
const endpoints = createEndpoints({
  records: createRecords<EndpointRecord>(redis, keys.endpoints),
  vault: createVault(randomBytes(32)),
  checkUrl: () => undefined,
  createSecret,
  onFreshStart: createForgetFailures({ redis, keys }),
  serverTime: () => serverTime(redis),
  now,
})
const stopping = new AbortController()
const delivery = createDelivery({
  redis,
  keys,
  queues,
  endpoints,
  policy,
  deadlineMs,
  schedule: [5_000, 300_000, 1_800_000],
  retentionMs: 7 * 86_400_000,
  now,
  random: Math.random,
  logger,
  signal: stopping.signal,
  noteActivity: createActivityWriter({ redis, keys }),
})
const { drain } = delivery.drains
const worker = { connection: redis, keys, logger, concurrency: 100 }
const workers = [
  startRelayWorker({ ...worker, relay: delivery.relay, signal: stopping.signal }),
  startDeliverWorker('deliver', { ...worker, drain }),
  startDeliverWorker('retry', { ...worker, drain }),
]
const plain = { description: '', event_types: null, source_ids: null, headers: {}, enabled: true }
const ids: string[] = []
for (const url of urls) ids.push((await endpoints.create({ ...plain, url })).endpoint.id)
const store = createDetectionStore({ redis, keys, leaseMs: 3_600_000 })
const token = (await store.acquire(SOURCE.id)) ?? 0
let emitted = 0

async function counts(): Promise<Counts> {
  const sum = async (status: 'pending' | 'retrying' | 'succeeded') => {
    const each = await Promise.all(ids.map((id) => redis.zcard(keys.endpoint(id).status(status))))
    return each.reduce((total, count) => total + count, 0)
  }
  const failures = await Promise.all(ids.map((id) => redis.hget(keys.endpoint(id).health, 'failures')))
  return {
    emitted,
    pending: await sum('pending'),
    retrying: await sum('retrying'),
    succeeded: await sum('succeeded'),
    attempts: failures.reduce((total, count) => total + Number(count ?? 0), 0),
  }
}

async function emit(count: number): Promise<void> {
  const { outbox, eventIndex } = keys.source(SOURCE.id)
  for (let left = count; left > 0; left -= 500) {
    const pipeline = redis.pipeline()
    for (let i = 0; i < Math.min(500, left); i++) {
      const { id, json } = benchEvent(emitted++)
      pipeline.xadd(outbox, '*', 'id', id, 'event', json)
      pipeline.hset(eventIndex, id, '0-0')
    }
    await pipeline.exec()
  }
}

async function deliverAll(expect: number): Promise<void> {
  await queues.relayNow(SOURCE.id)
  while ((await counts()).succeeded < expect) await wait(20)
}

/** Each page is committed when its time has come, so that a slow one does not delay the rate. */
async function commitAtRate(perSecond: number, seconds: number): Promise<void> {
  const pagesPerSecond = Math.max(1, Math.min(perSecond, 20))
  const rowsOfPage = perSecond / pagesPerSecond
  const began = performance.now()
  const pending: Promise<unknown>[] = []
  for (let page = 0; page < seconds * pagesPerSecond; page++) {
    await wait(Math.max(0, began + (page * 1_000) / pagesPerSecond - performance.now()))
    const answered = performance.timeOrigin + performance.now()
    const rows = Array.from({ length: rowsOfPage }, () => benchRow(emitted++, 1, answered))
    pending.push(
      commitRows(
        { store, now },
        {
          source: SOURCE,
          token,
          rows,
          rules: {
            announce: { everyone: true },
            epoch: 0,
            returnedAfterSecs: 86_400,
            milestones: null,
            sentimentThreshold: null,
            fullScan: null,
          },
          watermark: undefined,
          keepNewcomers: false,
          dry: false,
          state: () => null,
        },
      ).then(() => queues.relayNow(SOURCE.id)),
    )
  }
  await Promise.all(pending)
}

async function answer(question: Question): Promise<unknown> {
  switch (question.ask) {
    case 'emit':
      return emit(question.count)
    case 'deliver':
      return measured(() => deliverAll(question.expect))
    case 'commit':
      return commitAtRate(question.perSecond, question.seconds)
    case 'move':
      for (const id of ids) await endpoints.patch(id, { url: question.url })
      return Promise.all(ids.map(queues.wake))
    case 'counts':
      return counts()
  }
}

process.on('message', (question: Question) => {
  answer(question).then(
    (told) => process.send?.(told ?? {}),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`)
      process.exit(1)
    },
  )
})
process.once('SIGTERM', async () => {
  stopping.abort()
  await closeWorkers(workers, 1_000)
  await delivery.sender.close()
  await queues.close().catch(() => undefined)
  redis.disconnect()
  process.exit(0)
})
process.send?.({ ready: true })
