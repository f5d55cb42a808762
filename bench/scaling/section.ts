import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { createSecret } from '../../src/deliver/sign.ts'
import { createEndpoints, type EndpointRecord } from '../../src/endpoints/endpoints.ts'
import { readServerVersion } from '../../src/redis/check-server.ts'
import { createKeys } from '../../src/redis/keys.ts'
import { createRecords } from '../../src/redis/records.ts'
import { serverTime } from '../../src/redis/server-time.ts'
import { createVault } from '../../src/secrets/vault.ts'
import { createSources, SOURCE_DEFAULTS, type SourceRecord } from '../../src/sources/sources.ts'
import { beside } from '../beside.ts'
import { askChild, nextMessage, startChild } from '../children.ts'
import { benchEvent } from '../delivery/events.ts'
import { rounded } from '../measure.ts'
import { startBenchRedis } from '../redis.ts'
import type { Section } from '../section.ts'
import { type Service, startService } from './service.ts'
import { scalingTables } from './tables.ts'

/** So many pollers at 1,000 sources that want to be polled more often than one can. */
export interface Polling {
  processes: number
  polls_per_second: number
  /** Against one process. */
  ratio: number
  /** The share of each process, of all polls. */
  shares: number[]
  /** CPU of ringpost and of Redis (ms). */
  node_ms: number
  redis_ms: number
}

/** So many processes with the role deliver. */
export interface Delivering {
  processes: number
  deliveries_per_second: number
  ratio: number
  node_us: number
  redis_us: number
}

export interface ScalingResult {
  redis: string
  sources: number
  polling: Polling[]
  endpoints: number
  deliveries: number
  delivering: Delivering[]
}

const ENDPOINTS = 20
/** How many at a time, of pollers and of senders. */
const PROCESSES = [1, 2, 4]
const here = (file: `${string}.ts`) => beside(file, import.meta.url)

/** What more processes bring: real ones, with a Redis, a simulator and a receiver on the same machine. */
export const benchScaling: Section = async ({ quick, say }) => {
  const sourceCount = quick ? 50 : 1_000
  const eventCount = quick ? 100 : 3_000
  const { redis, server, close } = await startBenchRedis()
  const dataDir = await mkdtemp(join(tmpdir(), 'ringpost-bench-data-'))
  const upstream = startChild(here('../detection/upstream-process.ts'), { users: 100 })
  const receiver = startChild(here('../delivery/receiver-process.ts'), {})
  const masterKey = randomBytes(32)
  const keys = createKeys('ringpost')
  const vault = createVault(masterKey)
  const running = new Set<Service>()
  const env = {
    REDIS_URL: `unix://${server.socketPath}`,
    RINGPOST_MASTER_KEY: masterKey.toString('hex'),
    RINGPOST_API_TOKEN: 'bench-token-5f1d9c3ab27e',
    RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8',
    RINGPOST_POLL_INTERVAL: '1s',
  }
  let phase = 0
  async function start(roles: string, count: number): Promise<Service[]> {
    // What an emptied Redis held is remembered in the data folder.
    const settings = { ...env, RINGPOST_DATA_DIR: join(dataDir, String(phase)), RINGPOST_ROLES: roles }
    const starting = Array.from({ length: count }, () => startService(settings))
    for (const one of starting) one.then((service) => running.add(service)).catch(() => undefined)
    return Promise.all(starting)
  }
  async function stopAll(): Promise<void> {
    await Promise.all([...running].map((one) => one.stop()))
    running.clear()
    phase++
  }
  const cpuOf = async (services: readonly Service[]) =>
    (await Promise.all(services.map((one) => one.cpuSecs()))).reduce((sum, secs) => sum + secs, 0)
  const redisCpu = async () => {
    const info = await redis.info('cpu')
    const secs = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1] ?? 0)
    return secs('used_cpu_user') + secs('used_cpu_sys')
  }

  try {
    const { version } = readServerVersion(await redis.info())
    const { url } = await nextMessage<{ url: string }>(upstream)
    const { port } = await nextMessage<{ port: number }>(receiver)

    const polling: Polling[] = []
    for (const processes of PROCESSES) {
      say(`${processes} pollers, ${sourceCount.toLocaleString('en-US')} sources that want a poll each second`)
      await redis.flushall()
      await addSources(url)
      const pollers = await start('poll', processes)
      const polls = () =>
        Promise.all(pollers.map((one) => one.metric('ringpost_poll_duration_seconds_count')))
      const total = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0)
      // Every source has its baseline behind it.
      while (total(await polls()) < 2 * sourceCount) await wait(100)
      const [before, cpu, redisBefore] = [await polls(), await cpuOf(pollers), await redisCpu()]
      const began = performance.now()
      await wait(quick ? 2_000 : 15_000)
      const seconds = (performance.now() - began) / 1000
      const [after, cpuAfter, redisAfter] = [await polls(), await cpuOf(pollers), await redisCpu()]
      const made = after.map((count, i) => count - (before[i] ?? 0))
      const all = Math.max(1, total(made))
      const polls_per_second = rounded(all / seconds, 0)
      polling.push({
        processes,
        polls_per_second,
        ratio: rounded(polls_per_second / (polling[0]?.polls_per_second ?? polls_per_second)),
        shares: made.map((count) => rounded(count / all)),
        node_ms: rounded(((cpuAfter - cpu) * 1000) / all),
        redis_ms: rounded(((redisAfter - redisBefore) * 1000) / all),
      })
      await stopAll()
    }

    const delivering: Delivering[] = []
    const deliveries = eventCount * ENDPOINTS
    for (const processes of PROCESSES) {
      say(`${processes} processes that deliver ${deliveries.toLocaleString('en-US')}`)
      await redis.flushall()
      await addSources(url, 1)
      const ids = await addEndpoints(port)
      const senders = await start('deliver', processes)
      const [cpu, redisBefore] = [await cpuOf(senders), await redisCpu()]
      await emit(eventCount)
      await askChild(receiver, { tell: true })
      const began = performance.now()
      await start('relay,maintain', 1)
      while ((await succeeded(ids)) < deliveries) await wait(20)
      const ms = performance.now() - began
      const { count } = await askChild<{ count: number }>(receiver, { tell: true })
      if (count !== deliveries) throw new Error(`The receiver got ${count} of ${deliveries}.`)
      const deliveries_per_second = rounded((deliveries * 1000) / ms, 0)
      delivering.push({
        processes,
        deliveries_per_second,
        ratio: rounded(
          deliveries_per_second / (delivering[0]?.deliveries_per_second ?? deliveries_per_second),
        ),
        node_us: rounded((((await cpuOf(senders)) - cpu) * 1e6) / deliveries, 0),
        redis_us: rounded((((await redisCpu()) - redisBefore) * 1e6) / deliveries, 0),
      })
      await stopAll()
    }
    const result: ScalingResult = {
      redis: version,
      sources: sourceCount,
      polling,
      endpoints: ENDPOINTS,
      deliveries,
      delivering,
    }
    return { result, tables: scalingTables(result) }
  } finally {
    await stopAll()
    await Promise.all([upstream.end(), receiver.end()])
    await close()
    await rm(dataDir, { recursive: true, force: true })
  }

  async function addSources(url: string, count = sourceCount): Promise<void> {
    const sources = createSources({
      records: createRecords<SourceRecord>(redis, keys.sources),
      vault,
      defaults: { pollIntervalMs: 1_000, overlapMs: 120_000 },
      now: Date.now,
    })
    for (let i = 0; i < count; i++) {
      const list = { base_url: url, api_key: 'sim_key', agent_id: null, branch_id: null }
      await sources.create({ ...SOURCE_DEFAULTS, ...list, name: `source ${i}` }, `src_bench${i || ''}`)
    }
  }

  async function addEndpoints(port: number): Promise<string[]> {
    const endpoints = createEndpoints({
      records: createRecords<EndpointRecord>(redis, keys.endpoints),
      vault,
      checkUrl: () => undefined,
      createSecret,
      onFreshStart: async () => undefined,
      serverTime: () => serverTime(redis),
      now: Date.now,
    })
    const plain = { description: '', event_types: null, source_ids: null, headers: {}, enabled: true }
    const ids: string[] = []
    for (let i = 0; i < ENDPOINTS; i++) {
      const { endpoint } = await endpoints.create({ ...plain, url: `http://127.0.0.1:${port}/s${i}` })
      ids.push(endpoint.id)
    }
    return ids
  }

  /** Puts events into the outbox; the relay finds them when it starts. */
  async function emit(count: number): Promise<void> {
    const { outbox, eventIndex } = keys.source('src_bench')
    for (let from = 0; from < count; from += 500) {
      const pipeline = redis.pipeline()
      for (let i = from; i < Math.min(count, from + 500); i++) {
        const { id, json } = benchEvent(i)
        pipeline.xadd(outbox, '*', 'id', id, 'event', json)
        pipeline.hset(eventIndex, id, '0-0')
      }
      await pipeline.exec()
    }
  }

  async function succeeded(ids: readonly string[]): Promise<number> {
    const counts = await Promise.all(ids.map((id) => redis.zcard(keys.endpoint(id).status('succeeded'))))
    return counts.reduce((sum, count) => sum + count, 0)
  }
}
