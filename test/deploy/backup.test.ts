import { execFile } from 'node:child_process'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { createSimulator } from '../../src/simulator/server.ts'
import { startTestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'
import { createContainers } from './containers.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const TOKEN = 'test-token-5f1d9c3ab27e'
const run = promisify(execFile)

test('a backup that is restored brings everything back, and what came after it is found again under the same ids', {
  timeout: 120_000,
}, async () => {
  const simulator = await createSimulator()
  simulator.seed({ users: 120, newestUnixSecs: Math.floor(Date.now() / 1000) - 3_600 })
  const receiver = await startTestReceiver()
  const containers = await createContainers({
    RINGPOST_API_TOKEN: TOKEN,
    RINGPOST_MASTER_KEY: '5f'.repeat(32),
    ELEVENLABS_API_KEY: 'sim_key',
    ELEVENLABS_BASE_URL: simulator.url,
    RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8',
    RINGPOST_POLL_INTERVAL: '1s',
  })
  onTestFinished(async () => {
    await containers.remove()
    await Promise.all([simulator.close(), receiver.close()])
  })
  const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
  const idOf = (userId: string) =>
    receiver.webhooks.findLast(
      ({ event }) => (event.data as { user: { user_id: string } }).user.user_id === userId,
    )?.id
  const called = async (userId: string) => {
    simulator.call({ user_id: userId })
    return until(() => idOf(userId))
  }

  const redis = await containers.startRedis()
  const before = await containers.start('ringpost')
  const source = async (url: string) =>
    (await (await fetch(`${url}/v1/sources/src_default`, { headers })).json()) as Record<string, unknown>
  await until(async () => (await source(before.url)).state === 'live')
  const body = JSON.stringify({ url: receiver.url })
  await fetch(`${before.url}/v1/endpoints`, { method: 'POST', headers, body })
  await called('before')

  const backup = join(containers.data, 'backup.rdb')
  await run('redis-cli', ['-u', redis.url, '--rdb', backup])
  const between = await called('between')
  await before.stop()
  await redis.stop()
  const restore = () => run('sh', [join(ROOT, 'deploy/restore.sh'), backup, redis.dir])
  // Nothing is overwritten.
  await expect(restore()).rejects.toMatchObject({ code: 1 })
  await rm(redis.dir, { recursive: true })
  await mkdir(redis.dir)
  expect((await restore()).stdout).toMatch(/^restore: \d{2,} keys\.\n$/)

  receiver.webhooks.length = 0
  await containers.startRedis()
  const after = await containers.start('ringpost')
  await called('after')
  // As ever: at least once, and the same id tells.
  expect(await until(() => idOf('between'))).toBe(between)
  expect(idOf('before')).toBeUndefined()
  expect(receiver.webhooks).toHaveLength(2)
  expect(await source(after.url)).toMatchObject({ state: 'live', known_users: 123 })
})
