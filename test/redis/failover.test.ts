import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connectRedis } from '../../src/redis/connect.ts'
import { createKeys } from '../../src/redis/keys.ts'
import { createSimulator } from '../../src/simulator/server.ts'
import type { Simulator } from '../../src/simulator/types.ts'
import { chainsOf } from '../e2e/chains.ts'
import { type Ringpost, startRingpost, temporaryDataDir } from '../e2e/ringpost.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { masterOf } from '../support/redis-masters.ts'
import { type RedisServers, startCluster, startSentinels } from '../support/redis-servers.ts'
import { until } from '../support/until.ts'
import { startCallers } from './callers.ts'

const keys = createKeys('ringpost')

let data: Awaited<ReturnType<typeof temporaryDataDir>>
let simulator: Simulator
let receiver: TestReceiver
let redis: RedisServers | undefined
let ringpost: Ringpost | undefined

beforeEach(async () => {
  data = await temporaryDataDir()
  simulator = await createSimulator()
  simulator.seed({ users: 150, newestUnixSecs: Math.floor(Date.now() / 1000) - 3600 })
  receiver = await startTestReceiver()
})
afterEach(async () => {
  await ringpost?.stop('SIGKILL')
  await Promise.all([simulator.close(), receiver.close(), redis?.stop()])
  await data.remove()
  ringpost = redis = undefined
})

async function start(url: string): Promise<{ ringpost: Ringpost; endpointId: string }> {
  ringpost = await startRingpost({
    dataDir: data.dataDir,
    env: {
      REDIS_URL: url,
      ELEVENLABS_API_KEY: 'sim_key',
      ELEVENLABS_BASE_URL: simulator.url,
      RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8',
      RINGPOST_POLL_INTERVAL: '1s',
    },
  })
  const of = ringpost
  const { body } = await of.api<{ id: string }>('POST', '/v1/endpoints', { url: receiver.url })
  await until(async () => {
    const source = await of.api<{ state: string }>('GET', '/v1/sources/src_default')
    return source.body.state === 'live'
  })
  return { ringpost: of, endpointId: body.id }
}

/** What has become of the calls that were not announced, and of the servers, for who reads of the failure. */
async function describeTrouble(calls: ReadonlyMap<string, number>): Promise<string> {
  const reached = chainsOf(receiver.webhooks)
  const missing = [...calls].filter(([user, count]) => reached.get(user) !== count)
  // Of what does not answer, that is said.
  const inTime = (what: Promise<unknown> | undefined) =>
    Promise.race([what, wait(3_000, 'no answer', { ref: false })]).catch(String)
  const deliveries = ['pending', 'retrying', 'failed', 'skipped'].map(async (status) => {
    const answer = ringpost?.api('GET', `/v1/deliveries?status=${status}&limit=20`)
    return `${status}: ${JSON.stringify(await inTime(answer))}`
  })
  const servers = redis?.servers.map(
    async (server) => `${server.port}:\n${await inTime(server.redis.cluster('NODES'))}`,
  )
  return [
    ...missing.map(
      ([user, count]) => `${user} called ${count} times; announced up to ${reached.get(user) ?? 0}`,
    ),
    ...(await Promise.all([...deliveries, ...(servers ?? [])])),
    ...(ringpost?.output() ?? '').split('\n').slice(-200),
  ].join('\n')
}

/** Callers call all the time, a server dies in the middle of it, and in the end everybody was announced. */
async function survives(die: () => Promise<void>): Promise<void> {
  const { calls, stop, announced } = startCallers(simulator, { callers: 60, everyMs: 25 })
  try {
    await until(() => receiver.webhooks.length > 60)
    await die()
    const before = receiver.webhooks.length
    await until(() => receiver.webhooks.length > before + 60, { within: 60_000 })
    stop()
    await announced(receiver)
  } catch (cause) {
    stop()
    throw new Error(await describeTrouble(calls), { cause })
  }
  expect(chainsOf(receiver.webhooks, { complete: true }).size).toBe(calls.size)
  // What was sent and not yet passed on to the replica may come again, and then as it was.
  const bodies = new Map(receiver.webhooks.map(({ id, body }) => [id, body]))
  for (const { id, body } of receiver.webhooks) expect(body).toBe(bodies.get(id))
}

describe('a cluster of three masters with a replica each', () => {
  test.each(['source', 'endpoint'] as const)(
    'loses nothing where the master of a %s dies under load',
    { timeout: 180_000 },
    async (what) => {
      const cluster = await startCluster({ replicas: true })
      redis = cluster
      const { ringpost, endpointId } = await start(cluster.url)
      const { status, body } = await ringpost.api('GET', '/v1/about')
      expect(status).toBe(200)
      expect(body).toMatchObject({ redis: { version: expect.stringMatching(/ in a cluster of 3$/) } })
      const key = what === 'source' ? keys.source('src_default').outbox : keys.endpoint(endpointId).due
      await survives(async () => (await masterOf(cluster, key)).kill())
      const ready = await fetch(`${ringpost.url}/readyz`)
      expect(ready.status).toBe(200)
      // What the last minutes told was looked at again.
      await until(() => ringpost.output().includes('The cluster has replaced a node'))
    },
  )

  test('loses nothing where the master of an endpoint stands still until another has its place, and then goes on', {
    timeout: 240_000,
  }, async () => {
    const cluster = await startCluster({ replicas: true })
    redis = cluster
    const { endpointId } = await start(cluster.url)
    const key = keys.endpoint(endpointId).due
    await survives(async () => {
      const master = await masterOf(cluster, key)
      const other = cluster.servers.find((server) => server !== master)
      master.child.kill('SIGSTOP')
      await until(async () => (await masterOf(cluster, key, other)) !== master)
      master.child.kill('SIGCONT')
    })
  })

  test('is not ready while slots are served by nobody', { timeout: 120_000 }, async () => {
    const cluster = await startCluster()
    redis = cluster
    const { ringpost } = await start(cluster.url)
    const ready = async () => (await fetch(`${ringpost.url}/readyz`)).status
    expect(await ready()).toBe(200)
    await cluster.servers[1]?.kill()
    await until(async () => (await ready()) === 503)
  })
})

test('Sentinels: goes on where the one that it asks stands still while the others replace the master', {
  timeout: 120_000,
}, async () => {
  const sentinels = await startSentinels()
  redis = sentinels
  const client = connectRedis(sentinels.url, 'test')
  client.on('error', () => undefined)
  try {
    await client.set('before', 1)
    const [master, replica, asked] = sentinels.servers
    asked?.child.kill('SIGSTOP')
    await master?.kill()
    await until(async () => /^role:master/m.test(String(await replica?.redis.info('replication'))), {
      within: 60_000,
    })
    expect(await client.set('after', 2)).toBe('OK')
    expect(await replica?.redis.mget('before', 'after')).toEqual(['1', '2'])
  } finally {
    client.disconnect()
  }
})

test('Sentinels: loses nothing where the master dies under load', { timeout: 180_000 }, async () => {
  const sentinels = await startSentinels()
  redis = sentinels
  await start(sentinels.url)
  await survives(async () => sentinels.servers[0]?.kill())
  expect(await sentinels.servers[1]?.redis.info('replication')).toMatch(/^role:master/m)
})
