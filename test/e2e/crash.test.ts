import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSimulator } from '../../src/simulator/server.ts'
import type { Simulator } from '../../src/simulator/types.ts'
import type { Delivery } from '../../src/types.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'
import { chainsOf } from './chains.ts'
import { type Ringpost, startRingpost, temporaryDataDir } from './ringpost.ts'

let simulator: Simulator
let receiver: TestReceiver
let data: Awaited<ReturnType<typeof temporaryDataDir>>
let ringpost: Ringpost

const start = async (env: Record<string, string> = {}) => {
  ringpost = await startRingpost({
    dataDir: data.dataDir,
    env: {
      ELEVENLABS_API_KEY: 'sim_key',
      ELEVENLABS_BASE_URL: simulator.url,
      RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8',
      RINGPOST_POLL_INTERVAL: '1s',
      RINGPOST_RETRY_SCHEDULE: '200ms,200ms,200ms,1s,1s,1s,1s,1s',
      RINGPOST_DELIVERY_TIMEOUT: '3s',
      ...env,
    },
  })
}
const kill = () => ringpost.stop('SIGKILL')
const known = async () => {
  const { body } = await ringpost.api<{ state: string; known_users: number }>(
    'GET',
    '/v1/sources/src_default',
  )
  return body.state === 'live' ? body.known_users : -1
}
const subscribe = () => ringpost.api('POST', '/v1/endpoints', { url: receiver.url })

const chains = (options: { complete?: true } = {}) => chainsOf(receiver.webhooks, options)

beforeEach(async () => {
  data = await temporaryDataDir()
  simulator = await createSimulator()
  simulator.seed({ users: 250, newestUnixSecs: Math.floor(Date.now() / 1000) - 3600 })
  receiver = await startTestReceiver()
})
afterEach(async () => {
  await kill()
  await Promise.all([simulator.close(), receiver.close(), data.remove()])
})

describe('killed and started again', () => {
  test('in the middle of the baseline, it finishes it in silence', async () => {
    simulator.fault({ kind: 'stalled_body', skip: 1 })
    await start()
    await subscribe()
    await until(() => simulator.requests.total >= 2)
    await kill()
    simulator.clearFaults()
    await start()
    await until(async () => (await known()) === 250)
    simulator.call({ user_id: 'after' })
    await until(() => receiver.webhooks.length > 0)
    expect([...chains()]).toEqual([['after', 1]])
  })

  test('in the middle of a poll, it finds what the poll had not read', async () => {
    await start()
    await subscribe()
    await until(async () => (await known()) === 250)
    const before = simulator.requests.total
    for (let i = 0; i < 150; i++) simulator.call({ user_id: `caller-${i}` })
    simulator.fault({ kind: 'stalled_body', skip: 1 })
    await until(() => simulator.requests.total >= before + 2)
    await kill()
    simulator.clearFaults()
    await start()
    await until(() => chains().size === 150)
    expect(receiver.accepted().size).toBe(150)
  })

  test('while the receiver hangs, it sends the same webhook again', async () => {
    await start()
    await subscribe()
    await until(async () => (await known()) === 250)
    receiver.answer(() => 'hang')
    simulator.call({ user_id: 'hung' })
    await until(() => receiver.webhooks.length === 1)
    await kill()
    receiver.answer(() => 204)
    await start()
    await until(() => chains().get('hung') === 1)
    expect(new Set(receiver.webhooks.map(({ id }) => id)).size).toBe(1)
  })

  test('while a retry waits, it retries when the time has come', async () => {
    await start({ RINGPOST_RETRY_SCHEDULE: '2s,2s,2s' })
    await subscribe()
    await until(async () => (await known()) === 250)
    receiver.answer(() => 500)
    simulator.call({ user_id: 'retried' })
    await until(async () => {
      const { body } = await ringpost.api<{ data: Delivery[] }>('GET', '/v1/deliveries?status=retrying')
      return body.data.length === 1
    })
    await kill()
    receiver.answer(() => 204)
    await start({ RINGPOST_RETRY_SCHEDULE: '2s,2s,2s' })
    await until(() => chains().get('retried') === 1)
    expect(receiver.webhooks.filter(({ status }) => status === 204)).toHaveLength(1)
  })
})

test('killed again and again under load, it loses no event and invents none', {
  timeout: 120_000,
}, async () => {
  await start()
  await subscribe()
  await until(async () => (await known()) === 250)
  const calls = new Map<string, number>()
  let n = 0
  const call = () => {
    const user_id = `caller-${(n++ * 7) % 40}`
    simulator.call({ user_id })
    calls.set(user_id, (calls.get(user_id) ?? 0) + 1)
  }
  receiver.answer(() => (n % 3 === 0 ? 500 : 204))
  const load = setInterval(call, 20)
  try {
    for (let round = 0; round < 5; round++) {
      // Each round dies at another moment of its work: after so many requests to either side.
      const upstream = simulator.requests.total + 1 + round
      const received = receiver.webhooks.length + 1 + round * 4
      await until(() => simulator.requests.total >= upstream && receiver.webhooks.length >= received)
      await kill()
      for (let i = 0; i < 10; i++) call()
      await start()
    }
  } finally {
    clearInterval(load)
  }
  receiver.answer(() => 204)
  await until(() => [...calls].every(([user, count]) => chains().get(user) === count), { within: 60_000 })
  expect(chains({ complete: true }).size).toBe(calls.size)
  const { body } = await ringpost.api<{ data: { id: string }[]; next_cursor: string | null }>(
    'GET',
    '/v1/events?limit=250',
  )
  for (const { id } of body.data) expect(receiver.accepted()).toContain(id)
})
