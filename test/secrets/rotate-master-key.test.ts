import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { rotateMasterKey } from '../../src/cli/rotate-master-key.ts'
import { parseConfig } from '../../src/config/parse.ts'
import { createSecret } from '../../src/deliver/sign.ts'
import { createEndpoints, type EndpointRecord } from '../../src/endpoints/endpoints.ts'
import { createKeys } from '../../src/redis/keys.ts'
import { createRecords } from '../../src/redis/records.ts'
import { checkMasterKey } from '../../src/secrets/check-master-key.ts'
import { loadMasterKey } from '../../src/secrets/load-master-key.ts'
import { createMasterKey, parseMasterKey } from '../../src/secrets/master-key.ts'
import { createVault, type Vault } from '../../src/secrets/vault.ts'
import { createSources, type SourceRecord } from '../../src/sources/sources.ts'
import { type TestRedis, testRedis } from '../support/redis.ts'

const API_KEY = 'sk_key_of_the_source'
let server: TestRedis
let dataDir: string
beforeEach(async () => {
  server = await testRedis()
  dataDir = mkdtempSync(join(tmpdir(), 'ringpost-rotate-'))
})
afterEach(async () => {
  rmSync(dataDir, { recursive: true })
  await server.close()
})

function storesWith(vault: Vault) {
  const keys = createKeys(server.prefix)
  const now = Date.now
  return {
    sources: createSources({
      records: createRecords<SourceRecord>(server.redis, keys.sources),
      vault,
      defaults: { pollIntervalMs: 30_000, overlapMs: 120_000 },
      now,
    }),
    endpoints: createEndpoints({
      records: createRecords<EndpointRecord>(server.redis, keys.endpoints),
      vault,
      checkUrl: () => undefined,
      createSecret,
      serverTime: async () => now(),
      now,
    }),
  }
}

/** Two sources and three endpoints, sealed with the key that a first start has made; what they are in clear. */
async function setUp(vault: Vault) {
  const { sources, endpoints } = storesWith(vault)
  await checkMasterKey({ redis: server.redis, keys: createKeys(server.prefix), vault })
  for (const id of ['src_a', 'src_b']) {
    await sources.keep({
      id,
      name: id,
      base_url: 'https://api.elevenlabs.io',
      api_key: `${API_KEY}_${id}`,
      agent_id: null,
      branch_id: null,
    })
  }
  await sources.patch('src_a', { nudge_secret: 'wsec_of_src_a_0815' })
  const input = {
    url: 'https://x.example',
    description: '',
    event_types: null,
    source_ids: null,
    enabled: true,
  }
  await endpoints.create({ ...input, headers: { authorization: 'Bearer 1', 'x-key': '2' } })
  const { endpoint } = await endpoints.create({ ...input, headers: {}, signing: 'ed25519' })
  await endpoints.rotateSecret(endpoint.id, { overlapMs: 86_400_000, signing: 'hmac-sha256' })
  const gone = await endpoints.create({ ...input, headers: { 'x-key': '3' } })
  await endpoints.delete(gone.endpoint.id)
  const url = 'https://hooks.slack.com/services/T0/B0/x'
  await endpoints.create({ ...input, kind: 'slack', url, headers: {} })
  const settings = { bot_token: '123456789:AAFfsekretsekretsekret', chat_id: '1' }
  const { url: _url, ...withoutUrl } = input
  await endpoints.create({ ...withoutUrl, kind: 'telegram', settings, headers: {} })
  return inClear(vault)
}

async function inClear(vault: Vault) {
  const { sources, endpoints } = storesWith(vault)
  return {
    sources: (await sources.list()).map((source) => ({
      ...sources.toPoll(source),
      nudgeSecret: sources.nudgeSecret(source),
    })),
    endpoints: (await endpoints.list()).map((endpoint) => endpoints.target(endpoint)),
  }
}

async function vaultOfDataDir(): Promise<Vault> {
  const { key, previous } = await loadMasterKey({ dataDir, configured: null })
  return createVault(key, previous)
}

/** Everything that is sealed, with the key of each. */
async function sealedValues(): Promise<string[]> {
  const keys = createKeys(server.prefix)
  const texts = [
    ...(await server.redis.hvals(keys.sources)),
    ...(await server.redis.hvals(keys.endpoints)),
    (await server.redis.get(keys.masterKeyCheck)) ?? '',
  ]
  return texts.flatMap((one) => one.match(/v1\.[\w-]{8}\.[\w-]+/g) ?? [])
}

function rotate(env: Record<string, string> = {}, onEach?: (id: string) => Promise<void>) {
  return rotateMasterKey({
    config: parseConfig({ REDIS_URL: server.url, RINGPOST_DATA_DIR: dataDir, ...env }, '/'),
    keyPrefix: server.prefix,
    logger: pino({ level: 'silent' }),
    signal: new AbortController().signal,
    ...(onEach ? { onEach } : {}),
  })
}

describe('a key in the data folder', () => {
  test('is replaced: the new one opens everything, the old one nothing', async () => {
    const { key: old } = await loadMasterKey({ dataDir, configured: null })
    const before = await setUp(createVault(old))
    expect(before.sources.map(({ apiKey }) => apiKey)).toEqual([`${API_KEY}_src_a`, `${API_KEY}_src_b`])
    expect(before.sources.map(({ nudgeSecret }) => nudgeSecret)).toEqual(['wsec_of_src_a_0815', null])
    expect(before.endpoints[1]?.secrets).toHaveLength(2)
    expect(await rotate()).toEqual({ records: 7, key: 'file' })

    const { key, previous } = await loadMasterKey({ dataDir, configured: null })
    expect(previous).toEqual([])
    expect(key).not.toEqual(old)
    const vault = createVault(key)
    expect(await inClear(vault)).toEqual(before)
    const values = await sealedValues()
    expect(values).toHaveLength(3 + 2 + 1 + 2 + 1 + 1 + 1)
    expect(values.filter((sealed) => !vault.isCurrent(sealed))).toEqual([])
    await expect(inClear(createVault(old))).rejects.toThrow(/encrypted with another master key/)
    expect(readdirSync(dataDir)).toEqual(['master-key'])
    expect(statSync(join(dataDir, 'master-key')).mode & 0o777).toBe(0o600)
  })

  // Two sources, three endpoints: killed after each of them, and with all done but the file.
  test.each([1, 2, 3, 4, 5])('survives kill -9 after %i records, and the next run ends it', async (halt) => {
    const { key: old } = await loadMasterKey({ dataDir, configured: null })
    const before = await setUp(createVault(old))
    await killAfter(halt)
    expect(readdirSync(dataDir).sort()).toEqual(['master-key', 'master-key.next'])
    const next = readFileSync(join(dataDir, 'master-key.next'), 'utf8')
    const fresh = createVault(parseMasterKey(next.trim()))
    const values = await sealedValues()
    const moved = values.filter((sealed) => fresh.isCurrent(sealed)).length
    expect(moved).toBeGreaterThan(0)
    expect(moved).toBeLessThan(values.length)

    // A start in between opens everything, and what it seals stays.
    const between = await vaultOfDataDir()
    await checkMasterKey({ redis: server.redis, keys: createKeys(server.prefix), vault: between })
    expect(await inClear(between)).toEqual(before)
    const { endpoints } = storesWith(between)
    const { secret, endpoint } = await endpoints.create({
      ...{ url: 'https://y.example', description: '', event_types: null, source_ids: null, enabled: true },
      headers: {},
    })

    expect(await rotate()).toMatchObject({ records: 8 })
    expect(readFileSync(join(dataDir, 'master-key'), 'utf8')).toBe(next)
    expect(existsSync(join(dataDir, 'master-key.next'))).toBe(false)
    expect((await sealedValues()).filter((sealed) => !fresh.isCurrent(sealed))).toEqual([])
    const after = await inClear(fresh)
    expect(after.sources).toEqual(before.sources)
    expect(after.endpoints.find(({ id }) => id === endpoint.id)?.secrets).toEqual([secret])
  })

  test('is not touched by the wrong key, nor is anything else', async () => {
    await setUp(createVault(Buffer.alloc(32, 9)))
    const before = await sealedValues()
    await expect(rotate()).rejects.toThrow(/encrypted with another master key/)
    expect(await sealedValues()).toEqual(before)
    expect(readdirSync(dataDir)).toEqual(['master-key'])
  })

  test('is not replaced while a server runs with it', async () => {
    const { key } = await loadMasterKey({ dataDir, configured: null })
    await setUp(createVault(key))
    const serving = server.connect('app')
    await serving.ping()
    await expect(rotate()).rejects.toThrow(/ringpost is running with the present master key: stop all/)
    expect(readdirSync(dataDir)).toEqual(['master-key'])
    await serving.quit()
  })

  test('stays where something was left out', async () => {
    const { key } = await loadMasterKey({ dataDir, configured: null })
    const vault = createVault(key)
    await setUp(vault)
    const keys = createKeys(server.prefix)
    const record = JSON.parse((await server.redis.hget(keys.sources, 'src_b')) ?? '{}')
    const odd = { ...record, other_secret: vault.seal('x', 'a place that the rotation does not know') }
    await server.redis.hset(keys.sources, 'src_b', JSON.stringify(odd))
    await expect(rotate()).rejects.toThrow(/Secrets of src_b are still encrypted with the old master key/)
    expect((await loadMasterKey({ dataDir, configured: null })).previous).toEqual([key])
  })
})

describe('a key in the environment', () => {
  const [old, fresh] = [createMasterKey(), createMasterKey()]
  const oldKey = parseMasterKey(old)
  const env = { RINGPOST_MASTER_KEY: fresh, RINGPOST_MASTER_KEY_PREVIOUS: old }

  test('is replaced by the one that is set, and nothing is written to the data folder', async () => {
    const before = await setUp(createVault(oldKey))
    // Servers that know both may run, and be asked to change things meanwhile.
    const running = createVault(parseMasterKey(fresh), [oldKey])
    const serving = server.connect('app')
    await serving.ping()
    const { endpoints } = storesWith(running)
    const done = await rotate(env, async (id) => {
      if (id.startsWith('ep_')) await endpoints.patch(id, { headers: { 'x-new': id } }).catch(() => undefined)
    })
    await serving.quit()
    expect(done).toEqual({ records: 7, key: 'environment' })
    const after = await inClear(createVault(parseMasterKey(fresh)))
    expect(after.sources).toEqual(before.sources)
    expect(after.endpoints).toEqual(
      before.endpoints.map((one) => ({ ...one, headers: { ...one.headers, 'x-new': one.id } })),
    )
    expect(readdirSync(dataDir)).toEqual([])
    // Again does no harm, nor does a key of before that nothing needs any more.
    expect(await rotate(env)).toMatchObject({ records: 7 })
  })

  test('without the one of before is not guessed', async () => {
    await setUp(createVault(oldKey))
    await expect(rotate({ RINGPOST_MASTER_KEY: old })).rejects.toThrow(
      /Set that to a new one .+ RINGPOST_MASTER_KEY_PREVIOUS to the present one/,
    )
  })

  test('can move into the data folder', async () => {
    const before = await setUp(createVault(oldKey))
    writeFileSync(join(dataDir, 'master-key'), `${fresh}\n`, { mode: 0o600 })
    expect(await rotate({ RINGPOST_MASTER_KEY_PREVIOUS: old })).toEqual({ records: 7, key: 'environment' })
    expect(await inClear(await vaultOfDataDir())).toEqual(before)
  })
})

/** Runs a rotation as a process of its own, and kills it where it stands after so many records. */
async function killAfter(records: number): Promise<void> {
  const script = new URL('rotate-child.ts', import.meta.url).pathname
  const url = server.url
  const child = spawn(process.execPath, [script, url, server.prefix, dataDir, String(records)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const output = text(child.stdout)
  child.stdout.on('data', (chunk) => {
    if (String(chunk).includes('halted')) child.kill('SIGKILL')
  })
  const [, signal] = await once(child, 'exit')
  expect(signal).toBe('SIGKILL')
  expect((await output).trim().split('\n')).toHaveLength(records + 1)
}
