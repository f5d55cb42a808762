import { afterEach, beforeEach, expect, test } from 'vitest'
import { mastersOf } from '../../src/redis/client.ts'
import { createSimulator } from '../../src/simulator/server.ts'
import type { Simulator } from '../../src/simulator/types.ts'
import { until } from '../support/until.ts'
import { type Ringpost, redisBeside, startRingpost, temporaryDataDir } from './ringpost.ts'

let simulator: Simulator
let data: Awaited<ReturnType<typeof temporaryDataDir>>
let ringpost: Ringpost
beforeEach(async () => {
  data = await temporaryDataDir()
  simulator = await createSimulator()
  simulator.seed({ users: 150, newestUnixSecs: Math.floor(Date.now() / 1000) - 3600 })
  ringpost = await startRingpost({
    dataDir: data.dataDir,
    env: {
      ELEVENLABS_API_KEY: 'sim_key',
      ELEVENLABS_BASE_URL: simulator.url,
      RINGPOST_POLL_INTERVAL: '1s',
    },
  })
})
afterEach(async () => {
  await ringpost.stop()
  await Promise.all([simulator.close(), data.remove()])
})

test('Redis emptied under a running service pages nobody: the source says so and takes a new baseline', async () => {
  interface Source {
    state: string
    known_users: number
    last_poll: { kind: string } | null
  }
  const source = async () => {
    const { status, body } = await ringpost.api<Source>('GET', '/v1/sources/src_default')
    return status === 200 && body.state === 'live' && body.last_poll?.kind === 'head' ? body : null
  }
  await until(source)
  const redis = await redisBeside(data.dataDir)
  await redis.ping()
  await Promise.all(mastersOf(redis).map((node) => node.flushall()))
  redis.disconnect()
  simulator.call({ user_id: 'during' })
  const after = await until(source)
  expect(after.known_users).toBe(151)
  expect(ringpost.output()).toContain('Redis has lost the state of this source')
  const { body } = await ringpost.api<{ data: { type: string; data: { user: { user_id: string } } }[] }>(
    'GET',
    '/v1/events',
  )
  // Who called first since the last poll is announced, and of all the others nobody.
  expect(body.data.map(({ type, data: { user } }) => [type, user.user_id])).toEqual([
    ['user.created', 'during'],
  ])
})
