import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createSimulator } from '../../src/simulator/server.ts'
import { createLink } from '../chaos/proxy.ts'
import { chainsOf } from '../e2e/chains.ts'
import { startRingpost, temporaryDataDir } from '../e2e/ringpost.ts'
import { startTestReceiver } from '../support/receiver.ts'
import { freePorts, startRedisServer } from '../support/redis-servers.ts'
import { until } from '../support/until.ts'
import { startCallers } from './callers.ts'

/** A whole ringpost that reaches its Redis by a name that may lead elsewhere, and callers who call all the time. */
async function startBehindLink(portOf: () => number, dataDir: string) {
  const link = await createLink(portOf)
  onTestFinished(() => link.close())
  const simulator = await createSimulator()
  onTestFinished(() => simulator.close())
  simulator.seed({ users: 50, newestUnixSecs: Math.floor(Date.now() / 1000) - 3600 })
  const receiver = await startTestReceiver()
  onTestFinished(() => receiver.close())
  const ringpost = await startRingpost({
    dataDir,
    env: {
      REDIS_URL: `redis://127.0.0.1:${link.port}`,
      ELEVENLABS_API_KEY: 'sim_key',
      ELEVENLABS_BASE_URL: simulator.url,
      RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8',
      RINGPOST_POLL_INTERVAL: '1s',
    },
  })
  onTestFinished(async () => void (await ringpost.stop('SIGKILL')))
  await ringpost.api('POST', '/v1/endpoints', { url: receiver.url })
  await until(async () => (await ringpost.api('GET', '/v1/sources/src_default')).body.state === 'live')

  const { calls, stop, announced } = startCallers(simulator, { callers: 20, everyMs: 50 })
  onTestFinished(stop)
  await until(() => receiver.webhooks.length > 40)
  return {
    link,
    ringpost,
    receiver,
    /** What happens from now on is told, and so is what happened meanwhile. */
    async goesOn() {
      const before = receiver.webhooks.length
      await until(() => receiver.webhooks.length > before + 40, { within: 90_000 })
      stop()
      await announced(receiver)
      expect(chainsOf(receiver.webhooks, { complete: true }).size).toBe(calls.size)
      expect((await fetch(`${ringpost.url}/readyz`)).status).toBe(200)
    },
  }
}

test('what lies between forgets all connections to Redis, and tells nobody: new ones are made', {
  timeout: 240_000,
}, async () => {
  const data = await temporaryDataDir()
  onTestFinished(() => data.remove())
  const [port = 0] = await freePorts(1)
  const redis = await startRedisServer(join(data.dataDir, 'redis'), port)
  onTestFinished(() => redis.kill())
  const { link, ringpost, goesOn } = await startBehindLink(() => port, data.dataDir)
  // Somebody watches live, over a connection of its own.
  const token = {
    authorization: `Bearer ${(await ringpost.api<{ token: string }>('POST', '/v1/tokens', { name: 'watcher', scopes: ['read'] })).body.token}`,
  }
  const watching = new AbortController()
  onTestFinished(() => watching.abort())
  let seen = 0
  const stream = await fetch(`${ringpost.url}/v1/stream`, { headers: token, signal: watching.signal })
  void (async () => {
    for await (const chunk of stream.body ?? [])
      seen += Buffer.from(chunk).toString().split('event: attempt').length - 1
  })().catch(() => undefined)
  await until(() => seen > 5)

  const carried = link.carried()
  link.break('forget')
  const seenBefore = seen
  await goesOn()
  expect(link.carried()).toBeGreaterThan(carried)
  await until(() => seen > seenBefore + 20, { within: 60_000 })
  expect(ringpost.output()).toMatch(/cannot be reached \(.*\)\. Nothing is lost/)
})

test('the name of Redis leads to another server, and the one before stays as its replica: it is left', {
  timeout: 240_000,
}, async () => {
  const data = await temporaryDataDir()
  onTestFinished(() => data.remove())
  const [first = 0, second = 0] = await freePorts(2)
  const before = await startRedisServer(join(data.dataDir, 'first'), first)
  onTestFinished(() => before.kill())
  const after = await startRedisServer(join(data.dataDir, 'second'), second, {
    replicaof: `127.0.0.1 ${first}`,
  })
  onTestFinished(() => after.kill())
  await until(async () => /^master_link_status:up/m.test(await after.redis.info('replication')))
  let port = first
  const { ringpost, goesOn } = await startBehindLink(() => port, data.dataDir)
  await before.redis.call('WAIT', 1, 5_000)
  await after.redis.call('REPLICAOF', 'NO', 'ONE')
  await before.redis.call('REPLICAOF', '127.0.0.1', second)
  await until(() => ringpost.output().includes('Redis refuses every change, for it is a replica'), {
    within: 60_000,
  })
  port = second
  await goesOn()
  // That it is left is no news of the server.
  expect(ringpost.output()).not.toMatch(/has closed the connection|is back/)
})
