import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Redis } from 'ioredis'
import { until } from './until.ts'

/** One redis-server with a port. */
export interface RedisServer {
  port: number
  child: ChildProcess
  /** A connection that is closed with the server. */
  redis: Redis
  /** As a machine that has lost its power. */
  kill(): Promise<void>
}

/** Ports that are free now, and so are those that a cluster's nodes talk over, 10,000 above. */
export async function freePorts(count: number): Promise<number[]> {
  const found = new Set<number>()
  while (found.size < count) {
    const port = 21_000 + Math.floor(Math.random() * 9_000)
    if (!found.has(port) && (await isFree(port)) && (await isFree(port + 10_000))) found.add(port)
  }
  return [...found]
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  const free = await once(server, 'listening').then(
    () => true,
    () => false,
  )
  server.close()
  return free
}

/** Starts redis-server, with an append-only file unless told otherwise, and waits until it answers. */
export async function startRedisServer(
  dir: string,
  port: number,
  settings: Record<string, string> = {},
  more: { arguments?: string[]; connect?: object } = {},
): Promise<RedisServer> {
  await mkdir(dir, { recursive: true })
  const isSentinel = more.arguments !== undefined
  const all = {
    port: String(port),
    bind: '127.0.0.1',
    dir,
    pidfile: join(dir, 'redis.pid'),
    logfile: join(dir, 'redis.log'),
    // A test of 30 seconds is no reason to write snapshots.
    ...(isSentinel ? {} : { appendonly: 'yes', save: '', 'repl-diskless-sync-delay': '0' }),
    ...settings,
  }
  const named = Object.entries(all).flatMap(([name, value]) => [`--${name}`, value])
  const child = spawn('redis-server', [...(more.arguments ?? []), ...named], { stdio: 'ignore' })
  const redis = new Redis({
    port,
    retryStrategy: () => 50,
    maxRetriesPerRequest: null,
    enableReadyCheck: false,
    ...more.connect,
  })
  redis.on('error', () => undefined)
  const ended = once(child, 'exit')
  const server = {
    port,
    child,
    redis,
    async kill() {
      redis.disconnect()
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await ended
    },
  }
  try {
    await until(
      () => {
        if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}; see ${dir}`)
        return Promise.race([
          redis.ping().catch(() => null),
          new Promise((give) => setTimeout(give, 200, null)),
        ])
      },
      { within: 60_000, what: `redis-server at ${port} to answer` },
    )
  } catch (error) {
    await server.kill()
    throw error
  }
  return server
}

/** Several servers, and what ends them all. */
export interface RedisServers {
  url: string
  servers: RedisServer[]
  /** What they write to the disk is below it. */
  folder: string
  stop(): Promise<void>
}

/**
 * Starts a cluster of three masters, each with a replica where asked for, and waits until it serves all slots.
 *
 * @param settings of every node
 */
export async function startCluster(
  options: { replicas?: boolean; tls?: boolean; settings?: Record<string, string>; connect?: object } = {},
): Promise<RedisServers> {
  const ports = await freePorts(options.replicas ? 6 : 3)
  return startTogether(async (folder, started) => {
    const settings = { 'cluster-enabled': 'yes', 'cluster-node-timeout': '1000', ...options.settings }
    const servers = await Promise.all(
      ports.map((port) =>
        startRedisServer(
          join(folder, String(port)),
          port,
          { ...settings, ...(options.tls ? { 'tls-port': String(port) } : {}) },
          { connect: options.connect ?? {} },
        ).then(started),
      ),
    )
    const masters = servers.slice(0, 3)
    for (const [i, { redis }] of servers.entries()) await redis.cluster('SET-CONFIG-EPOCH', i + 1)
    for (const [i, { redis }] of masters.entries()) {
      const [from, to] = [Math.floor((16_384 * i) / 3), Math.floor((16_384 * (i + 1)) / 3)]
      await redis.cluster('ADDSLOTS', ...Array.from({ length: to - from }, (_, slot) => from + slot))
    }
    const [first] = servers
    for (const { port } of servers.slice(1)) await first?.redis.cluster('MEET', '127.0.0.1', port)
    const sees = async ({ redis }: RedisServer, state: RegExp) =>
      state.test(String(await redis.cluster('INFO')))
    const known = new RegExp(`^cluster_known_nodes:${servers.length}\\b`, 'm')
    await until(async () => (await Promise.all(servers.map((one) => sees(one, known)))).every(Boolean), {
      what: 'all nodes to know each other',
    })
    for (const [i, { redis }] of servers.slice(3).entries()) {
      await redis.cluster('REPLICATE', String(await masters[i]?.redis.cluster('MYID')))
    }
    await until(
      async () => {
        const states = await Promise.all(servers.map((one) => sees(one, /^cluster_state:ok/m)))
        const links = await Promise.all(
          servers
            .slice(3)
            .map(async ({ redis }) => /^master_link_status:up/m.test(await redis.info('replication'))),
        )
        return [...states, ...links].every(Boolean)
      },
      { what: 'the cluster to serve all slots' },
    )
    return { url: `redis+cluster://${ports.map((port) => `127.0.0.1:${port}`).join(',')}`, servers }
  })
}

/** Starts a server with a replica, and three Sentinels that look after them as `mymaster`. */
export async function startSentinels(): Promise<RedisServers> {
  const [first = 0, second = 0, ...watching] = await freePorts(5)
  return startTogether(async (folder, started) => {
    const at = (port: number) => join(folder, String(port))
    const master = started(await startRedisServer(at(first), first))
    const replica = started(await startRedisServer(at(second), second, { replicaof: `127.0.0.1 ${first}` }))
    await until(async () => /^master_link_status:up/m.test(await replica.redis.info('replication')))
    const sentinels = await Promise.all(
      watching.map(async (port) => {
        const sentinel = started(await startSentinel(at(port), port))
        await sentinel.redis.call('SENTINEL', 'MONITOR', 'mymaster', '127.0.0.1', first, 2)
        for (const [name, ms] of [
          ['down-after-milliseconds', 1_000],
          ['failover-timeout', 5_000],
        ] as const) {
          await sentinel.redis.call('SENTINEL', 'SET', 'mymaster', name, ms)
        }
        return sentinel
      }),
    )
    await until(
      async () => {
        const seen = await Promise.all(
          sentinels.map(async ({ redis }) => String(await redis.call('SENTINEL', 'MASTER', 'mymaster'))),
        )
        return seen.every((text) => /num-slaves,1,/.test(text) && /num-other-sentinels,2,/.test(text))
      },
      { what: 'the Sentinels to know each other and the replica' },
    )
    const hosts = watching.map((port) => `127.0.0.1:${port}`).join(',')
    return { url: `redis+sentinel://${hosts}/mymaster`, servers: [master, replica, ...sentinels] }
  })
}

/** A Sentinel writes what it learns into its configuration file, which it must have. */
async function startSentinel(dir: string, port: number): Promise<RedisServer> {
  const { writeFile } = await import('node:fs/promises')
  await mkdir(dir, { recursive: true })
  const file = join(dir, 'sentinel.conf')
  await writeFile(file, 'sentinel resolve-hostnames no\n')
  return startRedisServer(dir, port, {}, { arguments: [file, '--sentinel'] })
}

async function startTogether(
  start: (
    folder: string,
    started: (server: RedisServer) => RedisServer,
  ) => Promise<Pick<RedisServers, 'url' | 'servers'>>,
): Promise<RedisServers> {
  const folder = await mkdtemp(join(tmpdir(), 'redis-'))
  const running: RedisServer[] = []
  const stop = async () => {
    await Promise.all(running.map((server) => server.kill()))
    await rm(folder, { recursive: true, force: true, maxRetries: 10 })
  }
  try {
    const begun = await start(folder, (server) => {
      running.push(server)
      return server
    })
    return { ...begun, folder, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
