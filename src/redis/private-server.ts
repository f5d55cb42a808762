import { closeSync, existsSync } from 'node:fs'
import { access, constants, mkdir, readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { RingpostError } from '../errors.ts'
import { readServerVersion } from './check-server.ts'
import type { RedisNode } from './client.ts'
import { connectSocket } from './connect.ts'
import { tryLock } from './folder-lock.ts'
import { type RedisProcess, spawnRedis } from './redis-process.ts'
import { probeRedis, redisSocketPath } from './redis-socket.ts'

const POLL_MS = 50
const SILENCE_MS = 30_000
const FIRST_RESTART_MS = 250
const LONGEST_RESTART_MS = 30_000

export interface PrivateRedis {
  socketPath: string
  /** The server was there already: a crash left it, or another ringpost process shares it. */
  adopted: boolean
  /** Shuts the server down, unless another ringpost process uses it. Call it after all other connections. */
  stop(): Promise<void>
}

/**
 * A redis-server of ringpost's own on a unix socket, with its files in `<dataDir>/redis`. When the server
 * dies, it is started again until `stop` is called.
 *
 * Two servers on the same files would destroy them. So a server holds the lock of its folder as long as it
 * lives (see folder-lock.ts), whoever started it and whether or not its socket can still be found: who
 * cannot connect tries the lock, who gets it starts the server, everybody else tries to connect again.
 *
 * @throws RingpostError `setup_failed`
 */
export async function startPrivateRedis(options: {
  dataDir: string
  logger: Logger
  /** The program, `redis-server` on the PATH by default. */
  binary?: string
}): Promise<PrivateRedis> {
  const { logger, binary = 'redis-server' } = options
  const dataDir = resolve(options.dataDir)
  const folder = join(dataDir, 'redis')
  await makeFolder(folder)
  const socketPath = await redisSocketPath(dataDir)
  const stopping = new AbortController()
  let server: RedisProcess | undefined
  let control: RedisNode | undefined
  let recovery: Promise<void> = Promise.resolve()
  let stopped: Promise<void> | undefined

  const obtain = (beforeSpawn?: () => void) =>
    obtainServer({ binary, folder, socketPath, logger, beforeSpawn })

  const attach = async (beforeSpawn?: () => void) => {
    for (;;) {
      const started = await obtain(beforeSpawn)
      server = started ?? server
      // Without an answer, the server was on its way out: look again.
      control = await openControl(socketPath)
      if (!control) continue
      control.once('close', () => {
        if (!stopping.signal.aborted) recovery = recover()
      })
      return started === undefined
    }
  }

  /** The server died, was shut down by another process, or merely dropped this connection. */
  const recover = async () => {
    let told = false
    const warn = () => {
      if (!told) logger.warn('The private Redis server has ended unexpectedly and is started again')
      told = true
    }
    for (let wait = FIRST_RESTART_MS; ; wait = Math.min(wait * 2, LONGEST_RESTART_MS)) {
      await sleep(wait, undefined, { signal: stopping.signal }).catch(() => {})
      if (stopping.signal.aborted) return
      try {
        await attach(warn)
        return
      } catch (error) {
        logger.error({ err: error }, 'The private Redis server could not be started again')
      }
    }
  }

  const adopted = await attach()
  logger.debug({ socketPath, adopted }, 'the private Redis server is ready')
  if (control) await refuseOldServer(control, () => stop())

  function stop(): Promise<void> {
    stopped ??= (async () => {
      stopping.abort()
      await recovery
      // The connection may have been cut just now, with the server alive.
      const last = control?.status === 'ready' ? control : await openControl(socketPath)
      if (!last) return
      if (await othersUse(last)) return last.disconnect()
      server?.child.ref()
      const runId = await runIdOf(last)
      await shutDown(last)
      await untilEnded({ folder, socketPath, runId })
    })()
    return stopped
  }

  return { socketPath, adopted, stop }
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    await access(folder, constants.W_OK)
    await access(dirname(folder), constants.W_OK)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new RingpostError(
      'setup_failed',
      `The data folder cannot be used (${why}): set RINGPOST_DATA_DIR to a folder that this user may write to.`,
      { cause: error },
    )
  }
}

/** Waits for a server that answers, starting one when none lives. Answers with the started one. */
async function obtainServer(options: {
  binary: string
  folder: string
  socketPath: string
  logger: Logger
  beforeSpawn: (() => void) | undefined
}): Promise<RedisProcess | undefined> {
  const { folder, socketPath, logger, beforeSpawn } = options
  let told = false
  let lastSign = Date.now()
  for (;;) {
    const state = await probeRedis(socketPath)
    if (state === 'ready') return undefined
    if (state === 'loading') lastSign = Date.now()
    else {
      const lock = await tryLock(join(folder, 'lock'))
      if (lock !== null) {
        beforeSpawn?.()
        return await spawnRedis({ ...options, lock })
      }
      if (!told) logger.debug({ folder }, 'waiting for the Redis server that works on this folder')
      told = true
    }
    if (Date.now() - lastSign > SILENCE_MS) {
      const pid = await readFile(join(folder, 'redis.pid'), 'utf8').catch(() => 'unknown')
      throw new RingpostError(
        'setup_failed',
        `A Redis server (process ${pid.trim()}) works on ${folder} but does not answer at ${socketPath}: end that process and start again.`,
      )
    }
    await sleep(POLL_MS)
  }
}

/** The connection by which the server's end is noticed. Undefined when it cannot be opened. */
async function openControl(socketPath: string): Promise<RedisNode | undefined> {
  const redis = connectSocket(socketPath, 'private-server', { lazyConnect: true, retryStrategy: () => null })
  // Each error is followed by `close`, which is what counts here.
  redis.on('error', () => {})
  try {
    await redis.connect()
    return redis
  } catch {
    redis.disconnect()
    return undefined
  }
}

async function refuseOldServer(control: RedisNode, stop: () => Promise<void>): Promise<void> {
  const { version, isOld } = readServerVersion(await control.info())
  if (!isOld) return
  await stop()
  throw new RingpostError(
    'setup_failed',
    `redis-server on this machine is ${version} and ringpost needs 6.2 or newer: install a newer one, or set REDIS_URL to a server that runs already.`,
  )
}

/**
 * Whether another ringpost process still uses the server. A connection that is listed is alive: the system
 * closes those of a process that died. Of two that leave at the same time, the one that looks last no longer
 * sees the other, so the server is not left behind by both.
 */
async function othersUse(control: RedisNode): Promise<boolean> {
  try {
    await control.client('SETNAME', `ringpost-leaving:${process.pid}`)
    const clients = String(await control.client('LIST'))
    return [...clients.matchAll(/ name=ringpost:(\d+):/g)].some(([, pid]) => pid !== String(process.pid))
  } catch (error) {
    if (isReply(error)) throw error
    // Another process that leaves has just shut it down.
    return false
  }
}

/** @throws RingpostError `setup_failed` when the server refuses, because it cannot write to the disk */
async function shutDown(control: RedisNode): Promise<void> {
  if (control.status !== 'ready') return
  const closed = new Promise<void>((done) => control.once('close', done))
  // No reply comes: the connection ends with the server.
  const answer = await control
    .call('SHUTDOWN', 'NOSAVE')
    .catch((error: unknown): unknown => (isReply(error) ? error : closed))
  control.disconnect()
  if (answer instanceof Error) {
    throw new RingpostError('setup_failed', `The private Redis server does not stop: ${answer.message}`)
  }
}

/** An answer of the server, and not a failure of the connection. */
function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError'
}

/** Redis closes its connections a moment before it ends; then its files are free. */
async function untilEnded(server: {
  folder: string
  socketPath: string
  runId: string | null
}): Promise<void> {
  // Somebody may have removed the data folder meanwhile.
  while (existsSync(server.folder)) {
    const lock = await tryLock(join(server.folder, 'lock'))
    if (lock !== null) return closeSync(lock)
    // Who waited for the lock may have had it first, and keeps it: two servers never have it.
    const next = await openControl(server.socketPath)
    if (next) {
      const runId = await runIdOf(next)
      next.disconnect()
      if (runId !== null && runId !== server.runId) return
    }
    await sleep(POLL_MS)
  }
}

/** What one run of a server is called, as no other is; null where it does not say. */
async function runIdOf(redis: RedisNode): Promise<string | null> {
  const info = await redis.info('server').catch(() => '')
  return /^run_id:(\w+)/m.exec(info)?.[1] ?? null
}
