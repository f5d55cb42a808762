import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { freePort } from '../support/free-port.ts'
import { startRedisServer } from '../support/redis-servers.ts'
import { until } from '../support/until.ts'
import { type Ringpost, startRingpost, temporaryDataDir } from './ringpost.ts'

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('without a key the demo prints verified webhooks, and Ctrl-C leaves no process behind', async () => {
  const data = await temporaryDataDir()
  const ringpost = await startRingpost({ dataDir: `${data.dataDir}`, env: {}, privateRedis: true })
  try {
    expect(ringpost.output()).toContain('DEMO DATA')
    expect(ringpost.output()).toMatch(/shown this once: rp_\S+/)
    await until(() => ringpost.output().split('✓ verified').length > 2)
    expect(ringpost.output()).toMatch(/called for the first time|called again: \d+ → \d+/)
    expect(ringpost.output()).not.toContain('✗')

    const { Redis } = await import('ioredis')
    const redis = new Redis({ path: `${data.dataDir}/demo/redis.sock` })
    const pid = Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1])
    redis.disconnect()
    expect(isAlive(pid)).toBe(true)
    expect(await ringpost.stop('SIGINT')).toBe(0)
    expect(ringpost.output()).toContain('Stopped.')
    await until(() => !isAlive(pid))
  } finally {
    await ringpost.stop('SIGKILL')
    await data.remove()
  }
})

/** A demo of a data folder, for the time of the test. */
async function startDemo(dataDir: string, env: Record<string, string> = {}): Promise<Ringpost> {
  const demo = await startRingpost({ dataDir, env, privateRedis: true })
  // Not killed: it would leave its Redis behind.
  onTestFinished(async () => void (await demo.stop()))
  return demo
}

async function apiOf(demo: Ringpost, dataDir: string) {
  const token = (await readFile(join(dataDir, 'demo', 'api-token'), 'utf8')).trim()
  return async (method: string, path: string, body?: unknown) => {
    const response = await fetch(demo.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    // biome-ignore lint/suspicious/noExplicitAny: looked at field by field, as a program would.
    return (await response.json()) as any
  }
}

const ENDPOINT = { url: 'http://127.0.0.1:9/mine', enabled: false }

test('a demo that runs loses nothing to a second start, which says which one runs and what to do', {
  timeout: 120_000,
}, async () => {
  const data = await temporaryDataDir()
  onTestFinished(() => data.remove())
  const demo = await startDemo(data.dataDir)
  const api = await apiOf(demo, data.dataDir)
  const { id } = await api('POST', '/v1/endpoints', ENDPOINT)
  for (const port of [new URL(demo.url).port, String(await freePort())]) {
    const second = await startRingpost({
      dataDir: data.dataDir,
      env: { PORT: port },
      privateRedis: true,
      wait: false,
    })
    onTestFinished(async () => void (await second.stop('SIGKILL')))
    expect(await second.ended()).toBe(1)
    expect(second.output()).toContain(`runs already at ${demo.url} (process ${demo.child.pid})`)
    expect(second.output()).toContain('RINGPOST_DATA_DIR=')
    expect(second.output()).not.toContain('    at ')
  }
  expect((await api('GET', `/v1/endpoints/${id}`)).id).toBe(id)
  expect((await api('GET', '/v1/sources/src_default')).state).toBe('live')
  const printed = demo.output().split('✓ verified').length
  await until(() => demo.output().split('✓ verified').length > printed)

  const folder = await temporaryDataDir()
  onTestFinished(() => folder.remove())
  const beside = await startDemo(folder.dataDir)
  expect((await api('GET', `/v1/endpoints/${id}`)).id).toBe(id)
  expect(await beside.stop()).toBe(0)
})

test('a demo that was killed does not keep the next one from starting', { timeout: 120_000 }, async () => {
  const data = await temporaryDataDir()
  onTestFinished(() => data.remove())
  const killed = await startDemo(data.dataDir)
  await killed.stop('SIGKILL')
  const next = await startDemo(data.dataDir)
  await until(() => next.output().includes('✓ verified'))
  expect(await next.stop()).toBe(0)
})

test('a demo whose port is taken deletes nothing of the last one', { timeout: 120_000 }, async () => {
  const data = await temporaryDataDir()
  onTestFinished(() => data.remove())
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  const redisPort = await freePort()
  const redis = await startRedisServer(join(data.dataDir, 'redis-of-test'), redisPort)
  onTestFinished(() => redis.kill())
  const env = { REDIS_URL: `redis://127.0.0.1:${redisPort}` }
  const last = await startDemo(data.dataDir, env)
  const { id } = await (await apiOf(last, data.dataDir))('POST', '/v1/endpoints', ENDPOINT)
  expect(await last.stop()).toBe(0)

  const PORT = String((server.address() as AddressInfo).port)
  const refused = await startRingpost({ dataDir: data.dataDir, env: { ...env, PORT }, wait: false })
  onTestFinished(async () => void (await refused.stop('SIGKILL')))
  expect(await refused.ended()).toBe(1)
  expect(refused.output()).toContain(`port ${PORT} is taken`)
  const { Redis } = await import('ioredis')
  const look = new Redis(redisPort)
  onTestFinished(() => look.disconnect())
  expect(await look.hexists('ringpost-demo:endpoints', id)).toBe(1)
})

test('what the demo refuses is told in terms of the demo, and a name over plain http is warned of', async () => {
  const data = await temporaryDataDir()
  onTestFinished(() => data.remove())
  const demo = await startDemo(data.dataDir)
  const api = await apiOf(demo, data.dataDir)
  for (const refused of [
    await api('DELETE', '/v1/sources/src_default'),
    await api('PATCH', '/v1/sources/src_default', { api_key: 'sk_0123456789' }),
  ]) {
    expect(refused).toMatchObject({
      code: 'conflict',
      detail: expect.stringMatching(/is the demo's: add one/),
    })
    expect(refused.detail).not.toContain('unset')
  }
  const sources = { src_default: { api_key: 'sk_0123456789' } }
  const applied = await api('POST', '/v1/config', { sources, endpoints: {}, dry_run: true })
  expect(applied).toMatchObject({
    code: 'bad_request',
    detail: expect.stringMatching(/^sources\.src_default\.api_key is the demo's: add one/),
  })
  const add = (url: string) => api('POST', '/v1/endpoints', { url, enabled: false })
  expect((await add('http://hooks.example.com/x')).warnings).toEqual([
    expect.stringMatching(
      /hooks\.example\.com is reached over plain http only where.*RINGPOST_ALLOW_HTTP=true/,
    ),
  ])
  expect((await add('http://127.0.0.1:9/x')).warnings).toEqual([])
  expect((await add('https://hooks.example.com/y')).warnings).toEqual([])
  expect((await add('http://8.8.8.8/x')).code).toBe('url_refused')
})
