import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSimulator } from '../../src/simulator/server.ts'
import type { Simulator } from '../../src/simulator/types.ts'
import { until } from '../support/until.ts'
import { type Ringpost, startRingpost, temporaryDataDir } from './ringpost.ts'

interface Source {
  state: string
  state_detail: string
  known_users: number
}

let simulator: Simulator
let data: Awaited<ReturnType<typeof temporaryDataDir>>
let ringpost: Ringpost
beforeEach(async () => {
  data = await temporaryDataDir()
  simulator = await createSimulator()
  simulator.seed({ users: 3 })
})
afterEach(async () => {
  await ringpost.stop()
  await Promise.all([simulator.close(), data.remove()])
})

const source = async () => (await ringpost.api<Source>('GET', '/v1/sources/src_default')).body
const env = (more: Record<string, string> = {}) => ({
  ELEVENLABS_API_KEY: 'sim_key',
  ELEVENLABS_BASE_URL: simulator.url,
  RINGPOST_POLL_INTERVAL: '1s',
  ...more,
})

describe('what is wrong outside is told in a sentence, and ringpost stays up', () => {
  test('a wrong key', async () => {
    ringpost = await startRingpost({ dataDir: data.dataDir, env: env({ ELEVENLABS_API_KEY: 'wrong' }) })
    const failing = await until(async () => ((await source()).state === 'failing' ? source() : null))
    expect(failing.state_detail).toMatch(
      /refused the API key \(401\): check the key, and that it belongs to this region/,
    )
    expect(ringpost.output()).toContain('refused the API key')
    expect(ringpost.output()).not.toContain('    at ')
    simulator.setApiKey('wrong')
    const { status } = await ringpost.api('POST', '/v1/sources/src_default/poll')
    expect(status).toBe(200)
    expect(await source()).toMatchObject({ state: 'live', known_users: 3 })
  })

  test('an upstream that cannot be reached', async () => {
    await simulator.refuseConnections()
    ringpost = await startRingpost({ dataDir: data.dataDir, env: env() })
    const failing = await until(async () => ((await source()).state === 'failing' ? source() : null))
    expect(failing.state_detail).toMatch(/cannot be reached.*polling goes on by itself/)
    const { status, body } = await ringpost.api<{ code: string }>('POST', '/v1/sources/src_default/poll')
    expect([status, body.code]).toEqual([502, 'upstream_failed'])
    await simulator.acceptConnections()
    await until(async () => (await source()).state === 'live')
  })

  test('a private Redis that dies is started again', async () => {
    ringpost = await startRingpost({ dataDir: data.dataDir, env: env(), privateRedis: true })
    await until(async () => (await source()).state === 'live')
    const { Redis } = await import('ioredis')
    const redis = new Redis({ path: `${data.dataDir}/redis.sock` })
    const pid = Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1])
    redis.disconnect()
    process.kill(pid, 'SIGKILL')
    simulator.call({ user_id: 'during' })
    await until(async () => {
      const { body } = await ringpost
        .api<{ data: unknown[] }>('GET', '/v1/events')
        .catch(() => ({ body: { data: [] } }))
      return body.data.length === 1
    })
  })
})

describe('what is wrong with the set-up stops the start with a sentence', () => {
  const failing = async (more: Record<string, string>) => {
    ringpost = await startRingpost({ dataDir: data.dataDir, env: env(more), wait: false })
    expect(await ringpost.ended()).toBe(1)
    expect(ringpost.output()).not.toContain('    at ')
    return ringpost.output()
  }

  test('a wrong environment, with all its problems', async () => {
    const said = await failing({ PORT: 'http', RINGPOST_POLL_INTERVAL: 'often', RINGPOST_POL_OVERLAP: '1m' })
    expect(said).toMatch(/3 problems/)
    for (const name of ['PORT', 'RINGPOST_POLL_INTERVAL', 'RINGPOST_POLL_OVERLAP'])
      expect(said).toContain(name)
  })

  test('a port that is taken', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    expect(await failing({ PORT: String(port) })).toMatch(/port \d+ is taken: .* PORT=0/)
    server.close()
  })

  test('another master key than the one that sealed what is stored', async () => {
    ringpost = await startRingpost({ dataDir: data.dataDir, env: env() })
    await ringpost.stop()
    expect(await failing({ RINGPOST_MASTER_KEY: 'ab'.repeat(32) })).toMatch(/another master key/)
  })
})

test('a Redis that is not there yet is waited for, and Ctrl-C ends the waiting', async () => {
  ringpost = await startRingpost({
    dataDir: data.dataDir,
    env: env({ REDIS_URL: 'redis://127.0.0.1:1' }),
    wait: false,
  })
  await until(() => ringpost.output().includes('cannot be reached'))
  expect(await ringpost.stop('SIGINT')).toBe(0)
})
