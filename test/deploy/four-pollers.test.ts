import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Service, startService } from '../../bench/scaling/service.ts'
import { createKeys } from '../../src/redis/keys.ts'
import { createRecords } from '../../src/redis/records.ts'
import { createVault } from '../../src/secrets/vault.ts'
import { createSimulator } from '../../src/simulator/server.ts'
import type { Simulator } from '../../src/simulator/types.ts'
import { createSources, SOURCE_DEFAULTS, type SourceRecord } from '../../src/sources/sources.ts'
import { temporaryDataDir } from '../e2e/ringpost.ts'
import { freePorts, type RedisServer, startRedisServer } from '../support/redis-servers.ts'
import { until } from '../support/until.ts'

const SOURCES = 1_000

let data: Awaited<ReturnType<typeof temporaryDataDir>>
let simulator: Simulator
let server: RedisServer | undefined
let pollers: Service[] = []

beforeEach(async () => {
  data = await temporaryDataDir()
  simulator = await createSimulator()
  simulator.seed({ users: 5, newestUnixSecs: Math.floor(Date.now() / 1000) - 3600 })
})
afterEach(async () => {
  await Promise.all(pollers.map((poller) => poller.stop()))
  pollers = []
  await server?.kill()
  await simulator.close()
  await data.remove()
})

test('four pollers share 1,000 sources evenly, and each source is polled as often as any other', {
  timeout: 180_000,
}, async () => {
  const [port = 0] = await freePorts(1)
  server = await startRedisServer(`${data.dataDir}/redis`, port)
  const { redis } = server
  const key = randomBytes(32)
  const keys = createKeys('ringpost')
  const sources = createSources({
    records: createRecords<SourceRecord>(redis, keys.sources),
    vault: createVault(key),
    defaults: { pollIntervalMs: 15_000, overlapMs: 120_000 },
    now: Date.now,
  })
  const list = { base_url: simulator.url, api_key: 'sim_key', agent_id: null, branch_id: null }
  const ids = Array.from({ length: SOURCES }, (_, i) => `src_of${i}`)
  for (const id of ids) await sources.create({ ...SOURCE_DEFAULTS, ...list, name: id }, id)

  pollers = await Promise.all(
    [0, 1, 2, 3].map(() =>
      startService({
        REDIS_URL: `redis://127.0.0.1:${port}`,
        RINGPOST_DATA_DIR: data.dataDir,
        RINGPOST_MASTER_KEY: key.toString('hex'),
        RINGPOST_ROLES: 'poll',
        RINGPOST_POLL_INTERVAL: '15s',
      }),
    ),
  )
  const made = () => Promise.all(pollers.map((one) => one.metric('ringpost_poll_duration_seconds_count')))
  const polledTwice = async () => {
    const counts = await Promise.all(ids.map((id) => redis.hget(keys.source(id).state, 'total_polls')))
    return counts.every((count) => Number(count) >= 2) ? counts.map(Number) : null
  }
  const counts = await until(polledTwice, { within: 150_000, what: 'every source to be polled twice' })
  // Nobody is polled while others wait: by the time that the last has its second poll, no source has many more.
  expect(Math.max(...counts)).toBeLessThanOrEqual(8)
  const shares = await made()
  const all = shares.reduce((sum, count) => sum + count, 0)
  expect(all).toBeGreaterThanOrEqual(2 * SOURCES)
  for (const count of shares) {
    expect(count / all).toBeGreaterThan(0.15)
    expect(count / all).toBeLessThan(0.35)
  }
})
