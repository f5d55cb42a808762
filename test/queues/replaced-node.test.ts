import { pino } from 'pino'
import { onTestFinished, test } from 'vitest'
import { createQueues } from '../../src/queues/queues.ts'
import { closeWorkers, startWorker } from '../../src/queues/start-worker.ts'
import { connectRedis } from '../../src/redis/connect.ts'
import { createKeys } from '../../src/redis/keys.ts'
import { startCluster } from '../support/redis-servers.ts'
import { until } from '../support/until.ts'

const logger = pino({ level: 'silent' })

test('a worker goes on once the node of its queue has been replaced', { timeout: 180_000 }, async () => {
  const cluster = await startCluster({ replicas: true })
  onTestFinished(() => cluster.stop())
  const redis = connectRedis(cluster.url, 'test')
  redis.on('error', () => undefined)
  onTestFinished(() => redis.disconnect())
  const keys = createKeys('t')
  const queues = createQueues({ connection: redis, keys, logger })
  let polls = 0
  const deps = { connection: redis, keys, logger, concurrency: 10 }
  const worker = startWorker<{ sourceId: string }>('poll', deps, async () => void polls++, 'broke off')
  onTestFinished(async () => {
    await closeWorkers([worker], 5_000)
    await queues.close()
  })
  await queues.keepPolling('src_a', 1_000)
  await until(() => polls > 2)

  // The masters come first, and share the slots evenly.
  const masters = cluster.servers.slice(0, 3)
  const slot = Number(await masters[0]?.redis.cluster('KEYSLOT', keys.queue('poll')))
  await masters.find((_, i) => slot < (16_384 * (i + 1)) / 3)?.kill()
  const before = polls
  await until(() => polls > before + 3)
})
