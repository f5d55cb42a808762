import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSimulator } from '../../src/simulator/server.ts'
import type { Simulator } from '../../src/simulator/types.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { freePorts, type RedisServer, startRedisServer } from '../support/redis-servers.ts'
import { until } from '../support/until.ts'
import { type Ringpost, startRingpost, temporaryDataDir } from './ringpost.ts'

let simulator: Simulator
let receiver: TestReceiver
let data: Awaited<ReturnType<typeof temporaryDataDir>>
let redis: RedisServer
let port: number
let ringpost: Ringpost

const startRedis = async () => {
  redis = await startRedisServer(join(data.dataDir, 'redis'), port)
}
const start = async () => {
  ringpost = await startRingpost({
    dataDir: data.dataDir,
    env: {
      REDIS_URL: `redis://127.0.0.1:${port}`,
      ELEVENLABS_API_KEY: 'sim_key',
      ELEVENLABS_BASE_URL: simulator.url,
      RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8',
      RINGPOST_POLL_INTERVAL: '1s',
      RINGPOST_RETRY_SCHEDULE: '10m,1s,1s',
      RINGPOST_DELIVERY_TIMEOUT: '2s',
    },
  })
}

beforeEach(async () => {
  data = await temporaryDataDir()
  const [free = 0] = await freePorts(1)
  port = free
  await startRedis()
  simulator = await createSimulator()
  simulator.seed({ users: 150, newestUnixSecs: Math.floor(Date.now() / 1000) - 3600 })
  receiver = await startTestReceiver()
  await start()
  await ringpost.api('POST', '/v1/endpoints', { url: receiver.url })
  await until(async () => {
    const { body } = await ringpost.api<{ state: string }>('GET', '/v1/sources/src_default')
    return body.state === 'live'
  })
})
afterEach(async () => {
  await ringpost.stop('SIGKILL')
  await redis.kill()
  await Promise.all([simulator.close(), receiver.close(), data.remove()])
})

const callers = (statuses: readonly number[]) =>
  receiver.webhooks
    .filter(({ status }) => statuses.includes(status))
    .map(({ event }) => (event.data as { user: { user_id: string } }).user.user_id)
    .sort()

test('asked to stop while Redis is away it ends, and once both are back nothing is lost and nothing comes twice', async () => {
  for (let i = 0; i < 20; i++) simulator.call({ user_id: `told-${i}` })
  await until(() => callers([204]).length === 20)
  receiver.answer(({ event }) => (JSON.stringify(event).includes('refused') ? 500 : 204))
  simulator.call({ user_id: 'refused' })
  const statuses = async (status: string) => {
    const { body } = await ringpost.api<{ data: unknown[] }>('GET', `/v1/deliveries?status=${status}`)
    return body.data.length
  }
  await until(async () => (await statuses('retrying')) === 1 && (await statuses('succeeded')) === 20)

  await redis.kill()
  for (let i = 0; i < 20; i++) simulator.call({ user_id: `meanwhile-${i}` })
  await until(() => ringpost.output().includes('has closed the connection'))
  expect(await ringpost.stop()).toBe(0)
  expect(ringpost.output()).toContain('Stopped.')

  receiver.answer(() => 204)
  await startRedis()
  await start()
  await until(() => callers([204]).length >= 40)
  const { body } = await ringpost.api<{ data: { id: string }[] }>('GET', '/v1/deliveries?status=retrying')
  await ringpost.api('POST', `/v1/deliveries/${body.data[0]?.id}/retry`)
  await until(() => callers([204]).includes('refused'))
  const twenty = (name: string) => Array.from({ length: 20 }, (_, i) => `${name}-${i}`)
  expect(callers([204])).toEqual([...twenty('told'), ...twenty('meanwhile'), 'refused'].sort())
})

test('what was under way when Redis went is given back, and a webhook whose answer nobody could write down comes once more', async () => {
  let asked = false
  let isUp = true
  receiver.answer(async () => {
    asked = true
    await until(() => !isUp)
    return 204
  })
  simulator.call({ user_id: 'accepted' })
  await until(() => asked)
  await redis.kill()
  isUp = false
  await until(() => receiver.webhooks.length === 1)
  expect(await ringpost.stop()).toBe(0)

  await startRedis()
  await start()
  await until(() => receiver.webhooks.length === 2)
  // But for when it was detected: while its disk is busy Redis writes its file up to two seconds late, and what it had
  // not written is found anew.
  const told = receiver.webhooks.map(({ id, event: { timestamp: _, ...event } }) => ({ id, event }))
  expect(told[1]).toEqual(told[0])
})
