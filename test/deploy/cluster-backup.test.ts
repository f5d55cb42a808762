import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { createSimulator } from '../../src/simulator/server.ts'
import { type Ringpost, startRingpost, temporaryDataDir } from '../e2e/ringpost.ts'
import { startTestReceiver } from '../support/receiver.ts'
import { type RedisServer, startCluster, startRedisServer } from '../support/redis-servers.ts'
import { until } from '../support/until.ts'

const ROOT = new URL('../../', import.meta.url).pathname
const TOKEN = 'test-token-5f1d9c3ab27e'
const run = promisify(execFile)

test('a cluster that is backed up master by master is restored in place; what came after is found under the same ids, and what one copy lacks is recovered', {
  timeout: 300_000,
}, async () => {
  const simulator = await createSimulator()
  onTestFinished(() => simulator.close())
  simulator.seed({ users: 120, newestUnixSecs: Math.floor(Date.now() / 1000) - 3_600 })
  const receiver = await startTestReceiver()
  onTestFinished(() => receiver.close())
  const data = await temporaryDataDir()
  onTestFinished(() => data.remove())
  const cluster = await startCluster()
  onTestFinished(() => cluster.stop())
  const backups = await mkdtemp(join(tmpdir(), 'backups-'))
  onTestFinished(() => rm(backups, { recursive: true }))

  const start = async (): Promise<Ringpost> => {
    const ringpost = await startRingpost({
      dataDir: data.dataDir,
      env: {
        REDIS_URL: cluster.url,
        RINGPOST_API_TOKEN: TOKEN,
        RINGPOST_MASTER_KEY: '5f'.repeat(32),
        ELEVENLABS_API_KEY: 'sim_key',
        ELEVENLABS_BASE_URL: simulator.url,
        RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8',
        RINGPOST_POLL_INTERVAL: '1s',
      },
    })
    onTestFinished(async () => void (await ringpost.stop()))
    return ringpost
  }
  const api = async (of: Ringpost, method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' }
    const response = await fetch(of.url + path, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    return (await response.json()) as Record<string, unknown>
  }
  const idsOf = (userId: string) =>
    receiver.webhooks
      .filter(({ event }) => (event.data as { user: { user_id: string } }).user.user_id === userId)
      .map(({ id }) => id)
  const called = async (userId: string) => {
    simulator.call({ user_id: userId })
    return until(() => idsOf(userId)[0])
  }

  const before = await start()
  await until(async () => (await api(before, 'GET', '/v1/sources/src_default')).state === 'live')
  const [first] = cluster.servers
  const masterOf = async (id: unknown) => {
    const slot = Number(await first?.redis.cluster('KEYSLOT', `{${id}}`))
    return [0, 1, 2].findIndex((i) => slot < Math.floor((16_384 * (i + 1)) / 3))
  }
  // On another node than the source.
  const endpoint = await until(async () => {
    const added = await api(before, 'POST', '/v1/endpoints', { url: receiver.url })
    if ((await masterOf(added.id)) !== (await masterOf('src_default'))) return added
    await fetch(`${before.url}/v1/endpoints/${added.id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${TOKEN}` },
    })
    return null
  })
  const delivered = (count: number) =>
    until(async () => {
      const { data } = await api(before, 'GET', '/v1/deliveries?status=succeeded')
      return (data as unknown[]).length === count
    })
  const backup = (name: string) =>
    run('sh', [join(ROOT, 'deploy/backup-cluster.sh'), '127.0.0.1', String(first?.port), join(backups, name)])
  await called('before')
  await delivered(1)
  expect((await backup('early')).stdout.trim().split('\n')).toHaveLength(3)
  // Nothing is overwritten.
  await expect(backup('early')).rejects.toMatchObject({ code: 1 })
  const during = await called('during')
  await delivered(2)
  await backup('late')
  const between = await called('between')
  await before.stop()

  const ids = await Promise.all(cluster.servers.map(async ({ redis }) => String(await redis.cluster('MYID'))))
  for (const name of await readdir(backups, { recursive: true })) {
    // Of callers: for who made it alone.
    expect([name, (await stat(join(backups, name))).mode & 0o077]).toEqual([name, 0])
  }
  expect((await readdir(join(backups, 'late'))).sort()).toEqual(['cluster.txt', ...ids].sort())
  const early = await masterOf(endpoint.id)
  for (const server of cluster.servers) await server.kill()
  const restored: RedisServer[] = []
  onTestFinished(async () => void (await Promise.all(restored.map((one) => one.kill()))))
  for (const [i, { port }] of cluster.servers.entries()) {
    const dir = join(cluster.folder, String(port))
    await rename(dir, `${dir}.lost`)
    await mkdir(dir)
    // As though somebody had called while one master after the other was copied, the endpoint's first.
    const saved = join(backups, i === early ? 'early' : 'late', ids[i] ?? '')
    const { stdout } = await run('sh', [join(ROOT, 'deploy/restore.sh'), join(saved, 'backup.rdb'), dir])
    expect(stdout).toMatch(/^restore: \d+ keys\.\n$/)
    // What it takes part in the cluster by.
    await run('cp', [join(saved, 'nodes.conf'), join(dir, 'nodes.conf')])
    expect(await readFile(join(dir, 'nodes.conf'), 'utf8')).toContain('myself,master')
    const settings = { 'cluster-enabled': 'yes', 'cluster-node-timeout': '1000' }
    restored.push(await startRedisServer(dir, port, settings))
  }
  await until(async () => {
    const states = await Promise.all(restored.map(async ({ redis }) => String(await redis.cluster('INFO'))))
    return states.every((text) => /^cluster_state:ok/m.test(text) && /^cluster_slots_ok:16384/m.test(text))
  })
  expect(await Promise.all(restored.map(async ({ redis }) => redis.cluster('MYID')))).toEqual(ids)

  receiver.webhooks.length = 0
  const after = await start()
  await called('after')
  expect(await until(() => idsOf('between')[0])).toBe(between)
  expect(await api(after, 'GET', '/v1/sources/src_default')).toMatchObject({
    state: 'live',
    known_users: 124,
  })
  expect(idsOf('during')).toEqual([])
  const recovered = await api(after, 'POST', `/v1/endpoints/${endpoint.id}/recover`, {
    since: new Date(Date.now() - 3_600_000).toISOString(),
    only: 'undelivered',
  })
  expect(recovered).toMatchObject({ queued: 1, of: { without_delivery: 1 } })
  expect(await until(() => idsOf('during')[0])).toBe(during)
  expect(idsOf('before')).toEqual([])
})
