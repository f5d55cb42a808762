import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, statSync } from 'node:fs'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { RingpostError } from '../errors.ts'
import { probeRedis } from './redis-socket.ts'

const SILENCE_MS = 30_000

/** How a process ended, in words. */
type Ending = string

export interface RedisProcess {
  child: ChildProcess
  /** Settles when the process has ended. */
  ended: Promise<Ending>
}

/**
 * Starts redis-server on the files in `folder` and waits until it answers, however long it loads.
 *
 * @param lock the descriptor of the folder's lock. The server inherits it and so holds the lock as long as it
 *   lives; this process gives it up here
 * @throws RingpostError `setup_failed` when the program is missing or refuses to start
 */
export async function spawnRedis(options: {
  binary: string
  folder: string
  socketPath: string
  lock: number
}): Promise<RedisProcess> {
  const { binary, folder, socketPath, lock } = options
  const logPath = join(folder, 'redis.log')
  let log: number | undefined
  let logStart = 0
  let child: ChildProcess
  try {
    // No live server can own this file while we hold the lock.
    await rm(socketPath, { force: true })
    log = openSync(logPath, 'a', 0o600)
    logStart = statSync(logPath).size
    // Redis makes its files with the mode that its umask leaves of 0666, and it has that from this process.
    const umask = process.umask(0o077)
    try {
      child = spawn(binary, redisArguments(folder, socketPath), {
        // A session of its own: Ctrl-C must not stop it before the deliveries have been put away.
        detached: true,
        stdio: ['ignore', log, log, lock],
        env: redisEnvironment(),
      })
    } finally {
      process.umask(umask)
    }
  } finally {
    closeSync(lock)
    if (log !== undefined) closeSync(log)
  }
  let ending: Ending | undefined
  const ended = new Promise<Ending>((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
    child.once('error', (error) => resolve(error.message))
  }).then((how) => {
    ending = how
    return how
  })
  const begun = Date.now()
  for (;;) {
    const state = await probeRedis(socketPath)
    if (ending !== undefined) throw await refusal(options, ending, logStart)
    if (state === 'ready') break
    if (state !== 'loading' && Date.now() - begun > SILENCE_MS) {
      child.kill('SIGKILL')
      throw await refusal(options, await ended, logStart)
    }
    await Promise.race([ended, sleep(50)])
  }
  child.unref()
  return { child, ended }
}

function redisArguments(folder: string, socketPath: string): string[] {
  return Object.entries({
    port: '0',
    unixsocket: socketPath,
    unixsocketperm: '700',
    dir: folder,
    pidfile: join(folder, 'redis.pid'),
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '',
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
  }).flatMap(([name, value]) => [`--${name}`, value])
}

/** What the loader and libc read, and none of ringpost's secrets. */
function redisEnvironment(): NodeJS.ProcessEnv {
  const names = ['PATH', 'LD_LIBRARY_PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR']
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))
}

async function refusal(
  { binary, folder }: { binary: string; folder: string },
  ending: Ending,
  logStart: number,
): Promise<RingpostError> {
  if (ending.includes('ENOENT')) {
    return new RingpostError(
      'setup_failed',
      `The program ${binary} was not found: install Redis 6.2 or newer (npm start does it), or set REDIS_URL to a server that runs already.`,
    )
  }
  const log = (await readFile(join(folder, 'redis.log'))).subarray(logStart).toString()
  const last = log
    .split('\n')
    // "1234:M 24 Nov 2025 04:00:00.123 # what happened"
    .map((line) => line.replace(/^\d+:\w \d+ \w+ \d+ [\d:.]+ \W /, '').trim())
    .filter((line) => line !== '')
    .slice(-3)
    .join(' / ')
  const said = last === '' ? '' : ` and says "${last}"`
  const advice = /append only file/i.test(last)
    ? `copy ${folder} and repair the file that it names with redis-check-aof --fix, or`
    : 'mend that, or'
  return new RingpostError(
    'setup_failed',
    `The private Redis server did not start (${ending})${said}: ${advice} move ${folder} away to begin without data, or set REDIS_URL to a server that runs already.`,
  )
}
