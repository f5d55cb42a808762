import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Redis } from 'ioredis'
import { afterEach, describe, expect, test } from 'vitest'
import { checkRedis, readServerVersion } from '../../src/redis/check-server.ts'
import { connectRedis } from '../../src/redis/connect.ts'
import { probeRedis } from '../../src/redis/redis-socket.ts'
import { testRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

const cleanups: (() => unknown)[] = []

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A redis-server of this test's own; the default has an append-only file. */
async function startServer(...settings: string[]): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'check-'))
  const path = join(dir, 's')
  const all = [
    '--port',
    '0',
    '--dir',
    dir,
    '--unixsocket',
    path,
    '--appendonly',
    'yes',
    '--save',
    '',
    ...settings,
  ]
  const child = spawn('redis-server', all, { stdio: 'ignore' })
  const exited = once(child, 'exit')
  cleanups.push(async () => {
    child.kill('SIGKILL')
    await exited
    await rm(dir, { recursive: true, force: true })
  })
  await until(async () => (await probeRedis(path)) === 'ready')
  return path
}

function client(path: string, options: { username?: string; password?: string } = {}): Redis {
  const redis = connectRedis(path, 'test', options)
  redis.on('error', () => {})
  cleanups.push(() => redis.disconnect())
  return redis
}

async function check(...settings: string[]) {
  return checkRedis(client(await startServer(...settings)))
}

/** As a user who may not give some commands. */
async function checkAs(rights: string[], ...settings: string[]) {
  const path = await startServer(...settings)
  await client(path).call('ACL', 'SETUSER', 'limited', 'on', '>secret', '~*', '&*', '+@all', ...rights)
  return checkRedis(client(path, { username: 'limited', password: 'secret' }))
}

/** In front of a server; changes what it says. A change must keep the length. */
async function behindProxy(path: string, change: (reply: string) => string): Promise<string> {
  const front = `${path}-proxy`
  const proxy = createServer((socket) => {
    const behind = connect(path)
    behind.on('data', (data) => socket.write(change(data.toString('latin1')), 'latin1'))
    behind.on('error', () => socket.destroy()).on('close', () => socket.destroy())
    socket.on('error', () => {}).on('close', () => behind.destroy())
    socket.pipe(behind)
  }).listen(front)
  await once(proxy, 'listening')
  cleanups.push(() => proxy.close())
  return front
}

const REFUSED = { code: 'redis_unusable' }

describe('accepted', () => {
  test('a server with an append-only file and noeviction, without a warning', async () => {
    const { version, warnings } = await check()
    expect(version).toMatch(/^(Redis|Valkey) \d+\.\d+/)
    expect(warnings).toEqual([])
  })

  test('appendfsync always', async () => {
    expect((await check('--appendfsync', 'always')).warnings).toEqual([])
  })

  test('the private server', async () => {
    const { redis, close } = await testRedis()
    cleanups.push(close)
    expect((await checkRedis(redis)).warnings).toEqual([])
  })

  test.each([
    ['nothing on disk', ['--appendonly', 'no'], /nothing on disk.*appendonly to yes/],
    ['only RDB', ['--appendonly', 'no', '--save', '3600 1'], /\(RDB\).*appendonly to yes/],
    ['no sync', ['--appendfsync', 'no'], /power cut.*appendfsync to everysec/],
  ])('with one warning: %s', async (_, settings, warning) => {
    expect((await check(...settings)).warnings).toEqual([expect.stringMatching(warning)])
  })
})

describe('refused', () => {
  test.each(['allkeys-lru', 'volatile-ttl'])('maxmemory-policy %s', async (policy) => {
    await expect(check('--maxmemory-policy', policy)).rejects.toMatchObject({
      ...REFUSED,
      message: expect.stringMatching(new RegExp(`${policy}.* set maxmemory-policy to noeviction\\.$`)),
    })
  })

  test('a version before 6.2', async () => {
    const path = await startServer()
    const old = await behindProxy(path, (reply) => reply.replace(/(redis_version:)\d+\./, '$15.'))
    await expect(checkRedis(client(old))).rejects.toMatchObject({
      ...REFUSED,
      message: expect.stringMatching(/is Redis 5\.\S+: set REDIS_URL/),
    })
  })

  test('a replica', async () => {
    await expect(check('--replicaof', '127.0.0.1 1')).rejects.toMatchObject({
      ...REFUSED,
      message: expect.stringContaining('set REDIS_URL to the primary'),
    })
  })

  test('a user who may not ask INFO', async () => {
    await expect(checkAs(['-info'])).rejects.toMatchObject({
      ...REFUSED,
      message: expect.stringContaining('INFO'),
    })
  })
})

describe('without CONFIG, as in managed services', () => {
  test('says what could not be checked', async () => {
    const { warnings } = await checkAs(['-config'])
    expect(warnings).toEqual([expect.stringMatching(/CONFIG.*could not be checked: .*appendfsync\)\.$/)])
  })

  test('still refuses an evicting server', async () => {
    await expect(checkAs(['-config'], '--maxmemory-policy', 'allkeys-lfu')).rejects.toMatchObject(REFUSED)
  })

  test('still warns when there is no append-only file', async () => {
    const { warnings } = await checkAs(['-config'], '--appendonly', 'no')
    expect(warnings).toEqual([
      expect.stringContaining('set appendonly to yes'),
      expect.stringMatching(/could not be checked: whether it saves to disk \(save\)\.$/),
    ])
  })

  test('says it when INFO hides the policy too', async () => {
    const path = await startServer()
    await client(path).call('ACL', 'SETUSER', 'limited', 'on', '>secret', '~*', '&*', '+@all', '-config')
    const front = await behindProxy(path, (reply) => reply.replace('maxmemory_policy', 'xxxmemory_policy'))
    const { warnings } = await checkRedis(client(front, { username: 'limited', password: 'secret' }))
    expect(warnings).toEqual([expect.stringContaining('whether maxmemory-policy is noeviction')])
  })
})

test('an error of the connection is not taken for an answer', async () => {
  const redis = client(await startServer())
  await redis.ping()
  redis.disconnect()
  await expect(checkRedis(redis)).rejects.not.toMatchObject(REFUSED)
})

describe('the version', () => {
  test.each([
    ['redis_version:6.2.0\r\n', 'Redis 6.2.0', false],
    ['redis_version:6.0.16\r\n', 'Redis 6.0.16', true],
    ['redis_version:10.0.1\r\n', 'Redis 10.0.1', false],
    ['redis_version:7.2.4\r\nserver_name:valkey\r\nvalkey_version:8.1.3\r\n', 'Valkey 8.1.3', false],
    ['redis_version:6.3.4\r\nexecutable:/usr/bin/keydb-server\r\n', 'KeyDB 6.3.4', false],
    ['# Server\r\n', 'Redis of an unknown version', true],
  ])('%j is %s', (info, version, isOld) => {
    expect(readServerVersion(info)).toEqual({ version, isOld })
  })
})
