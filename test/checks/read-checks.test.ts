import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { createReadChecks } from '../../src/checks/read-checks.ts'
import { readConfigFile } from '../../src/config-file/read.ts'
import { connectRedis } from '../../src/redis/connect.ts'
import { createKeys } from '../../src/redis/keys.ts'
import { startPrivateRedis } from '../../src/redis/private-server.ts'

const PATH = '/etc/ringpost.yaml'

/** Looks as a process with this configuration file does, at a Redis of its own. */
async function startLooking(text: string) {
  const dataDir = await mkdtemp(join(tmpdir(), 'ringpost-checks-'))
  const server = await startPrivateRedis({ dataDir, logger: pino({ level: 'silent' }) })
  const redis = connectRedis(server.socketPath, 'test')
  const pid = Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1])
  onTestFinished(async () => {
    process.kill(pid, 'SIGCONT')
    redis.disconnect()
    await server.stop()
    await rm(dataDir, { recursive: true })
  })
  const look = createReadChecks({
    redis,
    keys: createKeys('t'),
    settings: { dataDir, masterKey: null, previousMasterKey: null },
    configFile: {
      path: PATH,
      content: { sources: {}, endpoints: {} },
      read: () => readConfigFile(text, {}),
      refusal: () => new Error() as never,
    },
    policy: { allowNetworks: [], allowHttp: false },
    clockAheadMs: () => 0,
  })
  return { look, pid }
}

test.each([
  ['api_key: *sk_realsecret', 1],
  ['endpoints: { ep_d: { headers: { "Bearer sk_realsecret": x } } }', 33],
  ['sources: { src_a: { api_key: !sk_realsecret } }', 30],
])('where a configuration file is wrong, and nothing of what is in it: %s', async (text, column) => {
  const { look } = await startLooking(text)
  const found = (await look()).filter(({ check }) => check === 'configuration file')
  expect(found[0]?.message).toBe(`${PATH}, line 1, column ${column}: something is wrong.`)
  expect(JSON.stringify(found)).not.toContain('realsecret')
  expect(found[0]?.fix).toContain('ringpost config check')
})

test('that Redis does not answer, and what does not need it', async () => {
  const { look, pid } = await startLooking('sources: {}\nendpoints: {}')
  process.kill(pid, 'SIGSTOP')
  expect((await look()).map(({ check, status }) => [check, status])).toEqual([
    ['data folder', 'ok'],
    ['configuration file', 'ok'],
    ['redis', 'problem'],
    ['master key', 'skipped'],
    ['clock', 'ok'],
  ])
})
