import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSimulator } from '../../src/simulator/server.ts'
import type { Simulator } from '../../src/simulator/types.ts'
import { chainsOf } from '../e2e/chains.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'
import { type Container, type Containers, createContainers } from './containers.ts'

const TOKEN = 'test-token-5f1d9c3ab27e'

let simulator: Simulator
/** Several, so that each process that delivers has something under way. */
let receivers: TestReceiver[]
let underWay = 0
let containers: Containers | undefined

beforeEach(async () => {
  simulator = await createSimulator()
  simulator.seed({ users: 150, newestUnixSecs: Math.floor(Date.now() / 1000) - 3_600 })
  receivers = await Promise.all([0, 1, 2, 3].map(() => startTestReceiver()))
  for (const receiver of receivers) {
    receiver.answer(async () => {
      underWay++
      await wait(300)
      underWay--
      return 204
    })
  }
  containers = await createContainers({
    COMPOSE_PROFILES: 'scaled',
    RINGPOST_ROLES: 'api',
    RINGPOST_API_TOKEN: TOKEN,
    RINGPOST_MASTER_KEY: '5f'.repeat(32),
    ELEVENLABS_API_KEY: 'sim_key',
    ELEVENLABS_BASE_URL: simulator.url,
    RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8',
    RINGPOST_POLL_INTERVAL: '1s',
  })
}, 120_000)
afterEach(async () => {
  await containers?.remove()
  await Promise.all([simulator, ...receivers].map((one) => one.close()))
})

async function source(of: Container) {
  const [found] = JSON.parse(await of.exec('sources', 'list', '--json')).data
  return found as { state: string; known_users: number }
}

test('the commands of the scaled profile bring up the split roles, and a rolling restart under load loses nothing and sends nothing twice', {
  timeout: 500_000,
}, async () => {
  if (!containers) throw new Error('There is nothing to start.')
  const { start, startRedis } = containers
  const redis = await startRedis()
  const [ringpost, poll, relay, ...deliver] = await Promise.all(
    ['ringpost', 'poll', 'relay', 'deliver', 'deliver'].map((name) => start(name)),
  )
  if (!ringpost || !poll || !relay || deliver.length !== 2) throw new Error('One is missing.')

  for (const [container, roles] of [
    [ringpost, ['api']],
    [poll, ['poll']],
    [relay, ['relay', 'maintain']],
    ...deliver.map((one) => [one, ['deliver']] as const),
  ] as const) {
    expect(await (await fetch(`${container.url}/readyz`)).json()).toEqual({ status: 'ready', roles })
    expect(await container.healthcheck()).toBe(0)
    expect(await (await fetch(`${container.url}/metrics`)).text()).toContain('ringpost_redis_up 1')
  }

  await until(async () => (await source(ringpost)).state === 'live')
  for (const { url } of receivers) await ringpost.exec('endpoints', 'add', url)
  const calls = new Map<string, number>()
  let n = 0
  const load = setInterval(() => {
    const user_id = `caller-${(n++ * 7) % 60}`
    simulator.call({ user_id })
    calls.set(user_id, (calls.get(user_id) ?? 0) + 1)
  }, 25)
  const current = [...deliver, relay, poll]
  const busy = () => until(() => underWay > 40)
  try {
    // As Kubernetes does it, the new one is there before the old one goes …
    for (const [i, name] of ['deliver', 'deliver', 'relay', 'poll'].entries()) {
      const old = current[i]
      current[i] = await start(name)
      await busy()
      expect(await old?.stop()).toBe(0)
    }
    // … and as Compose does it, the old one goes first.
    for (const [i, name] of ['deliver', 'deliver', 'relay', 'poll'].entries()) {
      await busy()
      expect(await current[i]?.stop()).toBe(0)
      current[i] = await start(name)
    }
    expect(await ringpost.stop()).toBe(0)
    expect(await ringpost.healthcheck()).toBe(1)
  } finally {
    clearInterval(load)
  }
  const again = await start('ringpost')
  for (const { webhooks } of receivers) {
    await until(() => [...calls].every(([user, count]) => chainsOf(webhooks).get(user) === count), {
      within: 40_000,
    })
    expect(chainsOf(webhooks, { complete: true }).size).toBe(calls.size)
    const ids = webhooks.map(({ id }) => id)
    expect(ids.length - new Set(ids).size).toBe(0)
  }
  expect(await again.healthcheck()).toBe(0)

  // Redis goes last, and keeps what it has: everything is there when it is back.
  await redis.stop()
  await until(async () => (await again.healthcheck()) === 1)
  await startRedis()
  await until(async () => (await again.healthcheck()) === 0)
  expect((await source(again)).known_users).toBe(150 + calls.size)
})
