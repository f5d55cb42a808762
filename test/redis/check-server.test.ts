import { describe, expect, onTestFinished, test } from 'vitest'
import { checkRedis, readServerVersion } from '../../src/redis/check-server.ts'
import { testRedis } from '../support/redis.ts'
import { behindProxy, client, startServer } from './own-server.ts'

async function check(...settings: string[]) {
  return checkRedis(client(await startServer(...settings)))
}

/** As a user who may not give some commands. */
async function checkAs(rights: string[], ...settings: string[]) {
  const path = await startServer(...settings)
  await client(path).call('ACL', 'SETUSER', 'limited', 'on', '>secret', '~*', '&*', '+@all', ...rights)
  return checkRedis(client(path, { username: 'limited', password: 'secret' }))
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
    onTestFinished(close)
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
