import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { createSimulator } from '../../src/simulator/server.ts'
import { startTestReceiver } from '../support/receiver.ts'
import { freePorts, startRedisServer } from '../support/redis-servers.ts'
import { until } from '../support/until.ts'
import { startRingpost, temporaryDataDir } from './ringpost.ts'

test.each([
  ['for the first time', 'is full', 'maxmemory', '1'],
  ['again', 'is full', 'maxmemory', '1'],
  ['again', 'has too few replicas', 'min-replicas-to-write', '1'],
])(
  'a process that is started %s while Redis %s waits until it takes changes, and says so',
  async (when, why, setting, value) => {
    const data = await temporaryDataDir()
    onTestFinished(() => data.remove())
    const [port = 0] = await freePorts(1)
    const redis = await startRedisServer(join(data.dataDir, 'redis'), port)
    onTestFinished(() => redis.kill())
    const simulator = await createSimulator()
    onTestFinished(() => simulator.close())
    simulator.seed({ users: 20, newestUnixSecs: Math.floor(Date.now() / 1000) - 3600 })
    const receiver = await startTestReceiver()
    onTestFinished(() => receiver.close())
    const start = () =>
      startRingpost({
        dataDir: data.dataDir,
        env: {
          REDIS_URL: `redis://127.0.0.1:${port}`,
          ELEVENLABS_API_KEY: 'sim_key',
          ELEVENLABS_BASE_URL: simulator.url,
          RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8',
          RINGPOST_POLL_INTERVAL: '1s',
        },
      })
    if (when === 'again') await (await start()).stop()

    await redis.redis.config('SET', setting, value)
    const starting = start()
    await Promise.race([starting, wait(4_000)])
    await redis.redis.config('SET', setting, '0')
    const ringpost = await starting
    onTestFinished(async () => void (await ringpost.stop('SIGKILL')))
    expect(ringpost.output().split(`Redis refuses every change, for it ${why}`)).toHaveLength(2)

    await ringpost.api('POST', '/v1/endpoints', { url: receiver.url })
    await until(async () => (await ringpost.api('GET', '/v1/sources/src_default')).body.state === 'live')
    simulator.call({ user_id: 'afterwards' })
    await until(() => receiver.webhooks.length === 1)
  },
  120_000,
)
