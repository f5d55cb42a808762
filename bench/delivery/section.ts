import { readServerVersion } from '../../src/redis/check-server.ts'
import type { Redis } from '../../src/redis/client.ts'
import { beside } from '../beside.ts'
import { askChild, type Child, nextMessage, runChild, startChild } from '../children.ts'
import { median, rounded, type Used } from '../measure.ts'
import { startBenchRedis } from '../redis.ts'
import type { Section } from '../section.ts'
import type { Counts, Question } from './service-process.ts'
import { deliveryTables } from './tables.ts'

/** Requests to one endpoint at a time, as the service has it; raw undici gets the same. */
const CONCURRENCY = 50

/** Raw undici and ringpost, measured one after the other. */
export interface Round {
  raw_per_second: number
  per_second: number
  ratio: number
  raw_us: number
  node_us: number
  redis_us: number
  connections: number
}

export interface Latency {
  per_second: number
  events: number
  p50_ms: number
  p99_ms: number
  max_ms: number
}

export interface DeliveryResult {
  redis: string
  throughput: { deliveries: number; rounds: Round[]; ratio: number }
  latency: Latency[]
  /** p99 of the nine others without and with one of ten that hangs (ms). */
  isolation: { rounds: { p99_ms: number; beside_hanging_p99_ms: number; ratio: number }[]; ratio: number }
  /** Null where it was not asked for. */
  outage: {
    events: number
    attempts_while_down: number
    down_seconds: number
    delivered: number
    received: number
    bytes_waiting: number
    bytes_delivered: number
  } | null
}

const here = (file: `${string}.ts`) => beside(file, import.meta.url)

export const benchDelivery: Section = async ({ quick, rounds, wants, say }) => {
  const { redis, server, close } = await startBenchRedis()
  const receiver = startChild(here('./receiver-process.ts'), {})
  let services = 0
  try {
    const { port } = await nextMessage<{ port: number }>(receiver)
    const at = (path: string) => `http://127.0.0.1:${port}/${path}`
    const { version } = readServerVersion(await redis.info())
    const seen = () =>
      askChild<{ count: number; latencies: Record<string, number[]>; connections: number }>(receiver, {
        tell: true,
      })

    /** A service with endpoints of its own, and its end. */
    async function withService<T>(
      urls: string[],
      use: (ask: <A>(question: Question) => Promise<A>, child: Child) => Promise<T>,
      settings: object = {},
    ): Promise<T> {
      await redis.flushall()
      const child = startChild(here('./service-process.ts'), {
        socket: server.socketPath,
        prefix: `b${++services}`,
        urls,
        deadlineMs: 15_000,
        log: true,
        ...settings,
      })
      try {
        await nextMessage(child)
        await seen()
        return await use((question) => askChild(child, question), child)
      } finally {
        await child.end()
      }
    }

    const count = quick ? 2_000 : 30_000
    const warmUp = quick ? 200 : 5_000
    async function round(): Promise<Round> {
      const raw = await runChild<Used>(here('./raw-process.ts'), {
        url: at('raw'),
        count,
        concurrency: CONCURRENCY,
        warmUp,
      })
      const ours = await withService([at('one')], async (ask) => {
        await ask({ ask: 'emit', count: warmUp })
        await ask({ ask: 'deliver', expect: warmUp })
        await ask({ ask: 'emit', count })
        await seen()
        const before = await redisCpuMs(redis)
        const used = await ask<Used>({ ask: 'deliver', expect: warmUp + count })
        const redisMs = (await redisCpuMs(redis)) - before
        const { count: received } = await seen()
        if (received !== count) throw new Error(`The receiver got ${received} of ${count}.`)
        return { ...used, redisMs }
      })
      const connections = (
        await withService([at('one')], async (ask) => {
          await ask({ ask: 'emit', count: 1_000 })
          await ask({ ask: 'deliver', expect: 1_000 })
          return seen()
        })
      ).connections
      const per = (ms: number) => Math.round((count * 1000) / ms)
      return {
        raw_per_second: per(raw.wall_ms),
        per_second: per(ours.wall_ms),
        ratio: rounded(raw.wall_ms / ours.wall_ms),
        raw_us: rounded((raw.cpu_ms * 1000) / count, 0),
        node_us: rounded((ours.cpu_ms * 1000) / count, 0),
        redis_us: rounded((ours.redisMs * 1000) / count, 0),
        connections,
      }
    }
    const all: Round[] = []
    for (let i = 0; wants('throughput') && i < rounds; i++) {
      const one = await round()
      all.push(one)
      say(
        `Throughput, round ${i + 1} of ${rounds}: raw ${one.raw_per_second}/s, ringpost ${one.per_second}/s`,
      )
    }

    const latency: Latency[] = []
    for (const perSecond of wants('latency') ? [1, 100, 1_000] : []) {
      say(`Latency at ${perSecond} events a second`)
      const seconds = quick ? 2 : perSecond === 1 ? 20 : 10
      const told = await withService([at('one')], async (ask) => {
        await ask({ ask: 'commit', perSecond: 100, seconds: quick ? 1 : 3 })
        await settle(ask)
        await seen()
        await ask({ ask: 'commit', perSecond, seconds })
        await settle(ask)
        return seen()
      })
      const sorted = (told.latencies['/one'] ?? []).sort((a, b) => a - b)
      if (sorted.length !== perSecond * seconds) {
        throw new Error(`The receiver got ${sorted.length} of ${perSecond * seconds}.`)
      }
      latency.push({
        per_second: perSecond,
        events: sorted.length,
        p50_ms: rounded(quantile(sorted, 0.5)),
        p99_ms: rounded(quantile(sorted, 0.99)),
        max_ms: rounded(sorted.at(-1) ?? 0),
      })
    }

    /** p99 of nine endpoints, beside one that answers or hangs. */
    async function ofNine(first: string): Promise<number> {
      const urls = [at(first), ...Array.from({ length: 9 }, (_, i) => at(`e${i}`))]
      const told = await withService(urls, async (ask) => {
        await ask({ ask: 'commit', perSecond: 40, seconds: quick ? 1 : 3 })
        await wait(1_000)
        await seen()
        await ask({ ask: 'commit', perSecond: 40, seconds: quick ? 2 : 20 })
        await wait(1_000)
        return seen()
      })
      const latencies = Object.entries(told.latencies).flatMap(([path, list]) =>
        path.startsWith('/e') ? list : [],
      )
      return quantile(
        latencies.sort((a, b) => a - b),
        0.99,
      )
    }
    const isolated: DeliveryResult['isolation']['rounds'] = []
    for (let i = 0; wants('isolation') && i < Math.min(rounds, 3); i++) {
      say(`Isolation, round ${i + 1}`)
      const p99_ms = rounded(await ofNine('other'))
      const beside_hanging_p99_ms = rounded(await ofNine('hang'))
      isolated.push({ p99_ms, beside_hanging_p99_ms, ratio: rounded(beside_hanging_p99_ms / p99_ms) })
    }

    const events = quick ? 1_000 : 100_000
    // Nobody listens at port 9.
    const outageOf = () =>
      withService(['http://127.0.0.1:9/down'], async (ask) => {
        await ask({ ask: 'emit', count: events })
        const empty = await usedMemory(redis)
        const began = performance.now()
        await ask({ ask: 'commit', perSecond: 1, seconds: 1 })
        const downFor = quick ? 8_000 : 60_000
        for (;;) {
          const { pending, retrying } = await ask<Counts>({ ask: 'counts' })
          if (pending + retrying >= events && performance.now() - began > downFor) break
          await wait(200)
        }
        const { attempts } = await ask<Counts>({ ask: 'counts' })
        const bytes_waiting = Math.round(((await usedMemory(redis)) - empty) / events)
        const down_seconds = Math.round((performance.now() - began) / 1000)
        await ask({ ask: 'move', url: at('up') })
        await settle(ask)
        return {
          events: events + 1,
          attempts_while_down: attempts,
          down_seconds,
          delivered: (await ask<Counts>({ ask: 'counts' })).succeeded,
          received: (await seen()).count,
          bytes_waiting,
          bytes_delivered: Math.round(((await usedMemory(redis)) - empty) / events),
        }
      })

    let outage: DeliveryResult['outage'] = null
    if (wants('outage')) {
      say(`An endpoint that is down while ${events.toLocaleString('en-US')} events come, and then up`)
      outage = await outageOf()
    }

    const result: DeliveryResult = {
      redis: version,
      throughput: { deliveries: count, rounds: all, ratio: rounded(median(all.map(({ ratio }) => ratio))) },
      latency,
      isolation: { rounds: isolated, ratio: rounded(median(isolated.map(({ ratio }) => ratio))) },
      outage,
    }
    return { result, tables: deliveryTables(result) }
  } finally {
    await receiver.end()
    await close()
  }
}

const SETTLE_MS = 300_000

/** Until everything that was told has been delivered to the one endpoint. */
async function settle(ask: <A>(question: Question) => Promise<A>): Promise<void> {
  const began = performance.now()
  for (;;) {
    const { emitted, succeeded } = await ask<Counts>({ ask: 'counts' })
    if (succeeded === emitted) return
    if (performance.now() - began > SETTLE_MS) {
      throw new Error(`Of ${emitted} events ${succeeded} have arrived, and no more for too long.`)
    }
    await wait(100)
  }
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

async function redisCpuMs(redis: Redis): Promise<number> {
  const info = await redis.info('cpu')
  const secs = (name: string) => Number(new RegExp(`^${name}:([\\d.]+)`, 'm').exec(info)?.[1] ?? 0)
  return (secs('used_cpu_user') + secs('used_cpu_sys')) * 1000
}

async function usedMemory(redis: Redis): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1])
}
