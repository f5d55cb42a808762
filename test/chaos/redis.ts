import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, readdir, rm, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { Redis as RedisServer } from 'ioredis'
import type { Redis } from '../../src/redis/client.ts'
import { connectRedis } from '../../src/redis/connect.ts'
import { freePort } from '../support/free-port.ts'
import { until } from '../support/until.ts'
import type { Children } from './children.ts'

/** A redis-server of the suite, with an append-only file, to which everything can be done that happens to one. */
export interface ChaosRedis {
  port: number
  /** The suite's own connection, past all proxies. */
  client: Redis
  start(): Promise<void>
  /** Ends it; with SIGTERM it saves, with SIGKILL it has no time to. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void
  /** While it is down. */
  backUp(): Promise<void>
  /** While it is down: the last backup takes the place of the data. False where there is none. */
  restore(): Promise<boolean>
  /** While it is down: the end of the append-only file is gone. Answers with how many bytes. */
  truncate(bytes: number): Promise<number>
  /** While it is down: nothing is left. */
  empty(): Promise<void>
  /** Refuses whatever needs memory from now on. */
  fill(): Promise<void>
  drain(): Promise<void>
}

export async function createChaosRedis(folder: string, children: Children): Promise<ChaosRedis> {
  const port = await freePort()
  const data = join(folder, 'redis')
  const backup = join(folder, 'backup')
  const aof = join(data, 'appendonlydir')
  let child: ChildProcess | null = null
  const client = connectRedis(`redis://127.0.0.1:${port}`, 'suite', { lazyConnect: true })
  client.on('error', () => undefined)
  await mkdir(data, { recursive: true })

  return {
    port,
    client,

    async start() {
      const settings = {
        port: String(port),
        bind: '127.0.0.1',
        dir: data,
        // By which the test run finds a server that was left behind.
        pidfile: join(data, 'redis.pid'),
        appendonly: 'yes',
        appendfsync: 'everysec',
        save: '',
        'maxmemory-policy': 'noeviction',
      }
      const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value])
      child = children.add(spawn('redis-server', args, { stdio: 'ignore' }))
      await until(() => answers(port), { within: 30_000, what: 'Redis to answer' })
    },

    async end(signal) {
      const ending = child
      if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return
      const exited = once(ending, 'exit')
      ending.kill(signal)
      await exited
    },

    signal(signal) {
      child?.kill(signal)
    },

    async backUp() {
      await rm(backup, { recursive: true, force: true })
      await cp(aof, backup, { recursive: true })
    },

    async restore() {
      if ((await stat(backup).catch(() => null)) === null) return false
      await rm(aof, { recursive: true, force: true })
      await cp(backup, aof, { recursive: true })
      return true
    },

    async truncate(bytes) {
      // Commands are appended to the newest increment.
      const names = (await readdir(aof)).filter((name) => name.endsWith('.incr.aof'))
      const number = (name: string) => Number(/\.(\d+)\.incr\.aof$/.exec(name)?.[1] ?? 0)
      const last = names.toSorted((a, b) => number(a) - number(b)).at(-1)
      if (last === undefined) return 0
      const { size } = await stat(join(aof, last))
      await truncate(join(aof, last), Math.max(0, size - bytes))
      return Math.min(size, bytes)
    },

    async empty() {
      await rm(aof, { recursive: true, force: true })
    },

    async fill() {
      const used = /used_memory:(\d+)/.exec(await client.info('memory'))?.[1] ?? '1'
      await client.config('SET', 'maxmemory', used)
    },

    async drain() {
      await client.config('SET', 'maxmemory', '0')
    },
  }
}

async function answers(port: number): Promise<boolean> {
  const probe = new RedisServer({ host: '127.0.0.1', port, lazyConnect: true, retryStrategy: () => null })
  probe.on('error', () => undefined)
  try {
    await probe.connect()
    // While it loads it connects, and refuses.
    return (await probe.ping()) === 'PONG'
  } catch {
    return false
  } finally {
    probe.disconnect()
  }
}
