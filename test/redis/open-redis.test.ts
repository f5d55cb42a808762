import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { openRedis } from '../../src/redis/open-redis.ts'
import { startCluster, startSentinels } from '../support/redis-servers.ts'
import { startServer } from './own-server.ts'

test.each(['one server', 'a cluster'])(
  'nothing is said of a connection that is closed here: %s',
  async (what) => {
    const url = await (async () => {
      if (what === 'one server') return `unix://${await startServer()}`
      const cluster = await startCluster()
      onTestFinished(() => cluster.stop())
      return cluster.url
    })()
    const said = new PassThrough()
    const { redis, close } = await openRedis({
      url,
      dataDir: '/nowhere',
      purpose: 'test',
      signal: new AbortController().signal,
      logger: pino({ level: 'warn' }, said),
    })
    await redis.ping()
    const ended = once(redis, 'end')
    await close()
    await ended
    expect(String(said.read() ?? '')).toBe('')
  },
)

test('a name that the Sentinels do not know is told of as that', async () => {
  const sentinels = await startSentinels()
  onTestFinished(() => sentinels.stop())
  const said = new PassThrough()
  const ending = new AbortController()
  const opening = openRedis({
    url: sentinels.url.replace('mymaster', 'nobody'),
    dataDir: '/nowhere',
    purpose: 'test',
    signal: ending.signal,
    logger: pino({ level: 'warn' }, said),
  })
  opening.catch(() => undefined)
  const [line] = await once(said, 'data')
  expect(String(line)).toContain('The Sentinels know no servers by the name that is in REDIS_URL')
  ending.abort(new Error('over'))
  await expect(opening).rejects.toThrow('over')
})
