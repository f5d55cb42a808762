import { setTimeout as wait } from 'node:timers/promises'
import { pino } from 'pino'
import { closeWorkers } from '../../src/queues/start-worker.ts'
import { connectRedis } from '../../src/redis/connect.ts'
import { createKeys } from '../../src/redis/keys.ts'
import { startPollWorker } from '../../workers/poll.ts'

/** A poller with the service's own worker, whose polls do nothing but wait as for an upstream, and are counted. */
const [target = '', prefix = ''] = process.argv.slice(2)
const redis = connectRedis(target, 'test')
const counts: Record<string, number> = {}
const worker = startPollWorker({
  connection: redis,
  keys: createKeys(prefix),
  logger: pino({ level: 'silent' }),
  signal: new AbortController().signal,
  concurrency: 500,
  async poll(sourceId) {
    await wait(50)
    counts[sourceId] = (counts[sourceId] ?? 0) + 1
  },
})
process.on('message', () => process.send?.(counts))
process.once('SIGTERM', async () => {
  await closeWorkers([worker], 5_000)
  redis.disconnect()
  process.exit(0)
})
await worker.waitUntilReady()
process.send?.('ready')
