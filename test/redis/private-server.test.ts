import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RedisNode } from '../../src/redis/client.ts'
import { connectSocket } from '../../src/redis/connect.ts'
import { type PrivateRedis, startPrivateRedis } from '../../src/redis/private-server.ts'
import { until } from '../support/until.ts'

let dataDir: string
/** Run after the test, last one first. */
let cleanups: (() => unknown)[]
let lines: { level: number; msg: string }[]
const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(JSON.parse(line)) })

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'redis-'))
  cleanups = [() => rm(dataDir, { recursive: true, force: true })]
  lines = []
})

afterEach(async () => {
  for (const cleanup of cleanups.reverse()) await cleanup()
})

async function start(folder = dataDir): Promise<PrivateRedis> {
  const server = await startPrivateRedis({ dataDir: folder, logger })
  cleanups.push(() => server.stop())
  return server
}

/** A connection as another ringpost process would have it, or as this one has it. */
function client(socketPath: string, pid = process.pid): RedisNode {
  const redis = connectSocket(socketPath, 'test', { connectionName: `ringpost:${pid}:test` })
  redis.on('error', () => {})
  cleanups.push(() => redis.disconnect())
  return redis
}

async function serverPid(folder = dataDir): Promise<number> {
  return Number(await readFile(join(folder, 'redis', 'redis.pid'), 'utf8'))
}

async function appendOnlyFile(): Promise<string> {
  const folder = join(dataDir, 'redis', 'appendonlydir')
  const name = (await readdir(folder)).find((name) => name.endsWith('.incr.aof'))
  return join(folder, name ?? '')
}

interface Child {
  process: ChildProcess
  ready: Promise<{ adopted: boolean; runId: string }>
  exited: Promise<unknown>
}

function startChild(): Child {
  const script = new URL('./private-redis-child.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [script, dataDir], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ready = new Promise<{ adopted: boolean; runId: string }>((resolve, reject) => {
    child.stdout.once('data', (line) => resolve(JSON.parse(String(line))))
    child.once('exit', (code) => reject(new Error(`the child ended with ${code}`)))
  })
  const exited = once(child, 'exit')
  cleanups.push(async () => {
    child.kill('SIGKILL')
    await exited
  })
  return { process: child, ready, exited }
}

describe('a new server', () => {
  test('keeps its files and its socket to this user and opens no port', async () => {
    const server = await start(join(dataDir, 'new', 'folder'))
    expect(server.socketPath).toBe(join(dataDir, 'new', 'folder', 'redis.sock'))
    expect(server.adopted).toBe(false)
    for (const path of [
      join(dataDir, 'new', 'folder'),
      join(dataDir, 'new', 'folder', 'redis'),
      server.socketPath,
    ]) {
      expect((await stat(path)).mode & 0o077).toBe(0)
    }
    const redis = client(server.socketPath)
    expect(await redis.config('GET', 'port')).toEqual(['port', '0'])
    expect(await redis.config('GET', 'appendonly')).toEqual(['appendonly', 'yes'])
    expect(await redis.config('GET', 'appendfsync')).toEqual(['appendfsync', 'everysec'])
    expect(await redis.config('GET', 'save')).toEqual(['save', ''])
    expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction'])
  })

  test('is in a process group of its own, without the secrets of our environment', async () => {
    process.env.ELEVENLABS_API_KEY = 'sk_secret'
    cleanups.push(() => delete process.env.ELEVENLABS_API_KEY)
    await start()
    const pid = await serverPid()
    const group = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ')[2]
    expect(group).toBe(String(pid))
    expect(await readFile(`/proc/${pid}/environ`, 'utf8')).not.toContain('sk_secret')
  })

  test('takes a short socket path when the data folder has a long one', async () => {
    const long = join(dataDir, 'x'.repeat(100))
    const server = await start(long)
    expect(Buffer.byteLength(server.socketPath)).toBeLessThanOrEqual(100)
    expect(await client(server.socketPath).ping()).toBe('PONG')
    expect((await start(long)).adopted).toBe(true)

    const folder = join(server.socketPath, '..')
    expect((await stat(folder)).mode & 0o077).toBe(0)
    await chmod(folder, 0o777)
    await expect(start(long)).rejects.toMatchObject({
      code: 'setup_failed',
      message: expect.stringContaining(folder),
    })
  })

  test('takes the place of a stale socket file', async () => {
    const first = await start()
    const pid = await serverPid()
    await first.stop()
    // A socket that nobody listens on any more: its process was killed.
    const script = `require('net').createServer().listen(${JSON.stringify(first.socketPath)}, () => process.kill(process.pid, 'SIGKILL'))`
    await once(spawn(process.execPath, ['-e', script]), 'exit')
    expect(existsSync(first.socketPath)).toBe(true)
    const second = await start()
    expect(second.adopted).toBe(false)
    expect(await serverPid()).not.toBe(pid)
  })
})

describe('stop', () => {
  test('ends the server, keeps the data, and can be called again', async () => {
    const first = await start()
    const pid = await serverPid()
    await client(first.socketPath).set('key', 'value')
    await Promise.all([first.stop(), first.stop()])
    await first.stop()
    await until(() => !isRunning(pid))

    const second = await start()
    expect(await client(second.socketPath).get('key')).toBe('value')
    expect(lines.filter(({ level }) => level > 20)).toEqual([])
  })

  test('leaves the server to another ringpost process', async () => {
    const first = await start()
    const other = client(first.socketPath, 1)
    await other.ping()
    await first.stop()
    expect(await other.ping()).toBe('PONG')

    const second = await start()
    expect(second.adopted).toBe(true)
    other.disconnect()
    await until(
      async () => !String(await client(first.socketPath).client('LIST')).includes('name=ringpost:1:'),
    )
    await second.stop()
    expect(existsSync(first.socketPath)).toBe(false)
  })

  test('ends although somebody who waited for the folder has it at once', async () => {
    const first = await start()
    const folder = join(dataDir, 'redis')
    // flock takes the lock in the moment in which it is free, and starts a server that holds it.
    const server = ['redis-server', '--port', '0', '--unixsocket', first.socketPath, '--dir', folder]
    const next = spawn('flock', ['-x', join(folder, 'lock'), ...server], { stdio: 'ignore', detached: true })
    const ended = once(next, 'exit')
    cleanups.push(async () => {
      // With the server that it waits for.
      process.kill(-Number(next.pid), 'SIGKILL')
      await ended
    })
    await first.stop()
    expect(await client(first.socketPath).ping()).toBe('PONG')
  })

  test('of two processes at once leaves no server behind', async () => {
    const children = [startChild(), startChild()]
    await Promise.all(children.map((child) => child.ready))
    const pid = await serverPid()
    for (const child of children) child.process.stdin?.end()
    for (const child of children) expect(await child.exited).toEqual([0, null])
    await until(() => !isRunning(pid))
  })
})

describe('a server that is there already', () => {
  test('is taken over after a crash of the process that started it', async () => {
    const child = startChild()
    const { adopted, runId } = await child.ready
    expect(adopted).toBe(false)
    child.process.kill('SIGKILL')
    await child.exited

    const server = await start()
    expect(server.adopted).toBe(true)
    expect(await client(server.socketPath).info('server')).toContain(runId)
    const pid = await serverPid()
    await server.stop()
    expect(existsSync(server.socketPath)).toBe(false)
    await until(() => !isRunning(pid))
  })

  test('is waited for while it loads', async () => {
    const behind = await start(join(dataDir, 'behind'))
    let asked = 0
    const front: Server = createServer((socket) => {
      asked++
      if (asked <= 3)
        socket.on('data', () => socket.write('-LOADING Redis is loading the dataset in memory\r\n'))
      else socket.pipe(connect(behind.socketPath)).pipe(socket)
      socket.on('error', () => {})
    }).listen(join(dataDir, 'redis.sock'))
    await once(front, 'listening')
    cleanups.push(() => front.close())

    const server = await start()
    expect(server.adopted).toBe(true)
    expect(asked).toBeGreaterThan(3)
    expect(existsSync(join(dataDir, 'redis', 'redis.pid'))).toBe(false)
  })

  test('is never doubled, however many processes start at once', async () => {
    const children = [1, 2, 3, 4].map(startChild)
    const found = await Promise.all(children.map((child) => child.ready))
    expect(found.filter(({ adopted }) => !adopted)).toHaveLength(1)
    expect(new Set(found.map(({ runId }) => runId)).size).toBe(1)
    for (const child of children) child.process.stdin?.end()
    for (const child of children) expect(await child.exited).toEqual([0, null])
  })

  test('is not doubled even when its socket has been removed', async () => {
    const first = await start()
    const pid = await serverPid()
    await rm(first.socketPath)
    const second = start()
    // It starts its own server only when the first one has ended.
    await until(() => lines.some(({ msg }) => msg.startsWith('waiting for')))
    expect(await serverPid()).toBe(pid)
    expect(isRunning(pid)).toBe(true)
    await first.stop()
    expect((await second).adopted).toBe(false)
  })
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

describe('a server that dies', () => {
  test('is started again with its data, and one warning', async () => {
    const server = await start()
    const redis = client(server.socketPath)
    await redis.set('key', 'value')
    const pid = await serverPid()
    process.kill(pid, 'SIGKILL')
    await until(async () => (await redis.get('key')) === 'value' && (await serverPid()) !== pid)
    expect(lines.filter(({ level }) => level > 20)).toEqual([
      expect.objectContaining({ level: 40, msg: expect.stringContaining('is started again') }),
    ])
    await server.stop()
    expect(existsSync(server.socketPath)).toBe(false)
  })

  test('is not started again while it is being stopped', async () => {
    const server = await start()
    const pid = await serverPid()
    process.kill(pid, 'SIGKILL')
    await server.stop()
    expect((await start()).adopted).toBe(false)
    expect(lines.filter(({ level }) => level > 20)).toEqual([])
  })

  test('is adopted by all processes that shared it', async () => {
    const child = startChild()
    await child.ready
    const server = await start()
    const redis = client(server.socketPath)
    await redis.ping()
    const pid = await serverPid()
    process.kill(pid, 'SIGKILL')
    await until(async () => (await serverPid()) !== pid && (await redis.ping()) === 'PONG')
    // Both have a connection for control again, whoever started the new server.
    await until(
      async () => String(await redis.client('LIST')).match(/name=ringpost:\d+:private-server/g)?.length === 2,
    )
    await server.stop()
    expect(await redis.ping()).toBe('PONG')
    redis.disconnect()
    child.process.stdin?.end()
    expect(await child.exited).toEqual([0, null])
    expect(existsSync(server.socketPath)).toBe(false)
  })
})

describe('what cannot be started', () => {
  test('an append-only file that ends in the middle of a command is cut and used', async () => {
    const first = await start()
    const redis = client(first.socketPath)
    await redis.set('first', '1')
    await redis.set('second', '2')
    await first.stop()
    const file = await appendOnlyFile()
    await truncate(file, (await stat(file)).size - 4)
    const again = client((await start()).socketPath)
    expect(await again.mget('first', 'second')).toEqual(['1', null])
  })

  test('a damaged append-only file is refused with what Redis says and what to do', async () => {
    const first = await start()
    await client(first.socketPath).set('key', 'value')
    await first.stop()
    await writeFile(await appendOnlyFile(), 'this is no append-only file\r\n'.repeat(10))
    const message = await start().then(
      () => 'started',
      (error: Error) => error.message,
    )
    expect(message).toContain('Bad file format')
    expect(message).toContain('redis-check-aof --fix')
    expect(message).toContain(join(dataDir, 'redis'))
    expect(message).not.toContain('\n')
    // Nothing is left that holds the files.
    await expect(start()).rejects.toMatchObject({ code: 'setup_failed' })
  })

  test('a missing program is named', async () => {
    const starting = startPrivateRedis({ dataDir, logger, binary: 'no-such-redis' })
    await expect(starting).rejects.toMatchObject({
      code: 'setup_failed',
      message: expect.stringMatching(/^The program no-such-redis was not found: install .*REDIS_URL.*\.$/),
    })
  })

  test('a program that is too old is refused and not left running', async () => {
    const old = join(dataDir, 'old-redis')
    // The same length, so that the reply stays whole.
    const proxy = `#!${process.execPath}
      const { spawn } = require('node:child_process'), { connect, createServer } = require('node:net')
      const args = process.argv.slice(2), at = args.indexOf('--unixsocket') + 1, path = args[at]
      args[at] = path + '2'
      const server = spawn('redis-server', args, { stdio: 'inherit' })
      server.on('exit', (code) => process.exit(code))
      createServer((socket) => {
        const behind = connect(path + '2').on('error', () => socket.destroy())
        behind.on('data', (data) => socket.write(data.toString('latin1').replace(/redis_version:./, 'redis_version:5'), 'latin1'))
        behind.on('close', () => socket.destroy())
        socket.on('error', () => {}).pipe(behind)
      }).listen(path)`
    await writeFile(old, proxy, { mode: 0o755 })
    const starting = startPrivateRedis({ dataDir, logger, binary: old })
    await expect(starting).rejects.toMatchObject({
      code: 'setup_failed',
      message: expect.stringMatching(/is Redis 5\.\S+ and ringpost needs 6\.2 or newer/),
    })
    expect((await start()).adopted).toBe(false)
  })

  test('a data folder that cannot be made is named', async () => {
    await writeFile(join(dataDir, 'file'), '')
    await expect(start(join(dataDir, 'file', 'data'))).rejects.toMatchObject({
      code: 'setup_failed',
      message: expect.stringContaining('RINGPOST_DATA_DIR'),
    })
  })
})
