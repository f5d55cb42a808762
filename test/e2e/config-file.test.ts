import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSecret } from '../../src/deliver/sign.ts'
import { createSimulator } from '../../src/simulator/server.ts'
import type { Simulator } from '../../src/simulator/types.ts'
import { startTestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'
import { type Ringpost, startRingpost, temporaryDataDir } from './ringpost.ts'

const KEY = 'key_of_the_file'
const SECRET = createSecret()

let data: Awaited<ReturnType<typeof temporaryDataDir>>
let simulator: Simulator
let receiver: Awaited<ReturnType<typeof startTestReceiver>>
let running: Ringpost[]
beforeEach(async () => {
  data = await temporaryDataDir()
  simulator = await createSimulator({ apiKey: KEY })
  simulator.seed({ users: 20, newestUnixSecs: Math.floor(Date.now() / 1000) - 3600 })
  receiver = await startTestReceiver()
  running = []
})
afterEach(async () => {
  for (const ringpost of running) await ringpost.stop()
  await Promise.all([simulator.close(), receiver.close(), data.remove()])
})

async function start(file: string, env: Record<string, string> = {}, wait?: false): Promise<Ringpost> {
  const path = join(data.dataDir, 'ringpost.yaml')
  await writeFile(path, file)
  const ringpost = await startRingpost({
    dataDir: data.dataDir,
    env: {
      RINGPOST_CONFIG: 'ringpost.yaml',
      RINGPOST_POLL_INTERVAL: '1s',
      RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8',
      LOG_LEVEL: 'warn',
      SUPPORT_KEY: KEY,
      HOOK_SECRET: SECRET,
      ...env,
    },
    ...(wait === false ? { wait } : {}),
  })
  running.push(ringpost)
  return ringpost
}

const setup = (more = '') => `sources:
  src_support:
    base_url: ${simulator.url}
    api_key: \${SUPPORT_KEY}
endpoints:
  ep_hook:
    url: ${receiver.url}
    event_types: [user.created]
    source_ids: [src_support]
    secret: \${HOOK_SECRET}
${more}`

interface Named {
  id: string
  state?: string
  managed_by: string
}

test('a file sets up everything at the start, changes nothing at the next, and lets go of what it no longer names', async () => {
  const first = await start(setup('  ep_other:\n    url: https://other.example.com/\n'))
  expect(first.output()).toContain('Configuration file ringpost.yaml: 3 created, 0 updated, 0 as it says')
  await until(async () => (await first.api<Named>('GET', '/v1/sources/src_support')).body.state === 'live')
  simulator.call({ user_id: '+15550177' })
  const [webhook] = await until(() => receiver.webhooks.length > 0 && receiver.webhooks)
  expect(webhook?.event).toMatchObject({ type: 'user.created', data: { source: { id: 'src_support' } } })
  const shown = async (ringpost: Ringpost) => (await ringpost.api('GET', '/v1/config')).body
  const before = await shown(first)
  expect((await first.api('DELETE', '/v1/endpoints/ep_other')).status).toBe(409)
  await first.api('PATCH', '/v1/endpoints/ep_hook', { description: 'by hand', enabled: false })
  expect(await first.stop()).toBe(0)

  const second = await start(setup())
  expect(second.output()).toContain('Configuration file ringpost.yaml: nothing to change, 2 as it says')
  const { body } = await second.api<{ data: Named[] }>('GET', '/v1/endpoints')
  expect(body.data.map(({ id, managed_by }) => [id, managed_by])).toEqual([
    ['ep_hook', 'file'],
    ['ep_other', 'api'],
  ])
  expect(body.data[0]).toMatchObject({ enabled: false, description: 'by hand' })
  expect((await second.api('DELETE', '/v1/endpoints/ep_other')).status).toBe(204)
  expect((before as { sources: object }).sources).toEqual(
    ((await shown(second)) as { sources: object }).sources,
  )
  // The same secret still: nothing was rotated.
  const secret = await second.api<{ secret: string }>('GET', '/v1/endpoints/ep_hook/secret')
  expect(secret.body.secret).toBe(SECRET)
})

test('a wrong file stops the start, with everything that is wrong with it and where', async () => {
  const wrong = setup('  ep_two:\n    urls: https://two.example.com/\n    url: http://10.1.2.3/\n').replace(
    '[user.created]',
    '[user.creatd]',
  )
  const invalid = await start(wrong, { SUPPORT_KEY: '' }, false)
  expect(await invalid.ended()).toBe(1)
  expect(invalid.output()).toMatch(
    new RegExp(
      `^${data.dataDir}/ringpost.yaml has 4 problems:
  line 4, column 14: sources\\.src_support\\.api_key takes SUPPORT_KEY from the environment, where it is not set
  line 8, column 19: endpoints\\.ep_hook\\.event_types\\.0 must be an event type .*
  line 12, column 5: endpoints\\.ep_two\\.urls is not a known field
  line 13, column 5: endpoints\\.ep_two\\.url is refused: 10\\.1\\.2\\.3 .*
$`,
    ),
  )

  // What shows only where it meets what there is: nothing of the file is applied.
  const late = setup('  ep_two:\n    url: http://10.1.2.3/\n    source_ids: [src_none]\n')
  const refused = await start(late, {}, false)
  expect(await refused.ended()).toBe(1)
  expect(refused.output()).toMatch(
    /ringpost\.yaml has 2 problems:\n {2}line 12, column 5: endpoints\.ep_two\.url is refused: 10\.1\.2\.3 .*\n {2}line 13, column 18: endpoints\.ep_two\.source_ids\.0 is not a source: there is no src_none\n$/,
  )
  expect(invalid.output() + refused.output()).not.toContain(SECRET)
  const empty = await start('sources: {}\n')
  expect((await empty.api('GET', '/v1/config')).body).toMatchObject({ sources: {}, endpoints: {} })

  const missing = await start('', { RINGPOST_CONFIG: 'none.yaml' }, false)
  expect(await missing.ended()).toBe(1)
  expect(missing.output()).toMatch(
    /configuration file .*none\.yaml cannot be read: there is no such file\.\n$/,
  )
})

test('the environment’s source and the file go together', async () => {
  const ringpost = await start('sources:\n  src_default:\n    poll_interval: 5m\n', {
    ELEVENLABS_API_KEY: KEY,
    ELEVENLABS_BASE_URL: simulator.url,
  })
  const source = await ringpost.api('GET', '/v1/sources/src_default')
  expect(source.body).toMatchObject({ poll_interval: '5m', managed_by: 'environment' })
  expect((await ringpost.api('PATCH', '/v1/sources/src_default', { poll_interval: '1m' })).status).toBe(409)
  expect((await ringpost.api('PATCH', '/v1/sources/src_default', { overlap: '10m' })).status).toBe(200)
})
