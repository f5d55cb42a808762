import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Redis } from '../../src/redis/client.ts'
import { connectRedis } from '../../src/redis/connect.ts'
import { type RedisServers, startCluster } from '../support/redis-servers.ts'
import { until } from '../support/until.ts'

const ROOT = new URL('../../', import.meta.url).pathname

/** A busy machine needs its time, and a cluster of its own comes first. */
const START_MS = 80_000

/** A ringpost process of its own, with its private Redis in a data folder of its own. */
export interface Ringpost {
  url: string
  dataDir: string
  /** What it has printed so far, both streams. */
  output: () => string
  child: ChildProcess
  /** Calls the API; the body of the answer. */
  api<T = Record<string, unknown>>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: T }>
  stop(signal?: NodeJS.Signals): Promise<number | null>
  /** Waits until it has ended by itself, and all that it printed is here. @returns its exit code */
  ended(): Promise<number | null>
}

/** Starts `src/main.ts` as `npm start` does, and waits until it runs. */
export async function startRingpost(options: {
  dataDir: string
  env: Record<string, string>
  /** Do not wait until it runs: for starts that are meant to fail. */
  wait?: false
  /** What is tested is the server that ringpost starts for itself. */
  privateRedis?: true
  /** How long it may take to start (ms); a busy machine needs its time. */
  within?: number
}): Promise<Ringpost> {
  let output = ''
  const child = spawn(process.execPath, [join(ROOT, 'src/main.ts')], {
    cwd: options.dataDir,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: '0',
      RINGPOST_DATA_DIR: options.dataDir,
      ...(options.privateRedis || options.env.REDIS_URL ? {} : await redisOf(options.dataDir)),
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const exited = once(child, 'exit')
  const closed = once(child, 'close')
  // Whatever becomes of the test, nothing stays behind.
  const end = () => void child.kill('SIGKILL')
  process.once('exit', end)
  void exited.then(() => process.off('exit', end))
  child.stdout.on('data', (chunk) => {
    output += chunk
  })
  child.stderr.on('data', (chunk) => {
    output += chunk
  })
  const ringpost: Ringpost = {
    url: '',
    dataDir: options.dataDir,
    output: () => output,
    child,
    async api<T>(method: string, path: string, body?: unknown) {
      const token = (await readFile(join(options.dataDir, 'api-token'), 'utf8')).trim()
      const response = await fetch(`${ringpost.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as T }
    },
    async stop(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal)
      const [code] = await exited
      return code as number | null
    },
    async ended() {
      await closed
      return child.exitCode
    },
  }
  if (options.wait === false) return ringpost
  const address = () => {
    if (child.exitCode !== null) throw new Error(`ringpost ended with ${child.exitCode}:\n${output}`)
    return /is running at (http:\S+)/.exec(output)?.[1]
  }
  try {
    ringpost.url = await until(address, { within: options.within ?? START_MS, what: 'ringpost to run' })
    return ringpost
  } catch (error) {
    // Nobody else knows of it.
    await ringpost.stop('SIGKILL')
    throw error
  }
}

/** A data folder for one test, and what removes it with the Redis that may still live in it. */
export async function temporaryDataDir(): Promise<{ dataDir: string; remove(): Promise<void> }> {
  const dataDir = await mkdtemp(join(tmpdir(), 'ringpost-e2e-'))
  return { dataDir, remove: () => removeDataDir(dataDir) }
}

const clusters = new Map<string, Promise<RedisServers>>()

/**
 * The variables that name the Redis of a data folder, for a process that is to be on the same one. With
 * TEST_REDIS=cluster it is a cluster of its own, and else the private server, which needs none.
 */
export async function redisOf(dataDir: string): Promise<{ REDIS_URL?: string }> {
  if (process.env.TEST_REDIS !== 'cluster') return {}
  const cluster = clusters.get(dataDir) ?? startCluster()
  clusters.set(dataDir, cluster)
  return { REDIS_URL: (await cluster).url }
}

/** Another connection to the Redis that holds what belongs to a data folder. */
export async function redisBeside(dataDir: string): Promise<Redis> {
  const { REDIS_URL } = await redisOf(dataDir)
  const redis = connectRedis(REDIS_URL ?? join(dataDir, 'redis.sock'), 'test')
  redis.on('error', () => undefined)
  return redis
}

/** Below what folder the Redis that holds what belongs to a data folder writes it to the disk. */
export async function redisFolderOf(dataDir: string): Promise<string> {
  return (await clusters.get(dataDir))?.folder ?? join(dataDir, 'redis')
}

async function removeDataDir(dataDir: string): Promise<void> {
  await (await clusters.get(dataDir))?.stop()
  clusters.delete(dataDir)
  const { Redis } = await import('ioredis')
  // A test that killed its process may have left the private Redis behind.
  const redis = new Redis({ path: join(dataDir, 'redis.sock'), retryStrategy: () => null, lazyConnect: true })
  redis.on('error', () => undefined)
  await redis
    .connect()
    .then(() => redis.shutdown('NOSAVE'))
    .catch(() => undefined)
  redis.disconnect()
  await rm(dataDir, { recursive: true, force: true, maxRetries: 10 })
}
