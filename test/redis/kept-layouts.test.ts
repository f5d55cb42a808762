import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createKeys } from '../../src/redis/keys.ts'
import { LAYOUT } from '../../src/redis/layout.ts'
import { createSimulator } from '../../src/simulator/server.ts'
import type { Simulator } from '../../src/simulator/types.ts'
import { type Ringpost, startRingpost, temporaryDataDir } from '../e2e/ringpost.ts'
import { dumpAll, type KeptKey, restoreAll } from '../fixtures/layouts/dump.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'
import { client, startServer } from './own-server.ts'

/** Where the upstream and the receiver of the kept data were, in place of ports that are free. */
const PORTS = { upstream: 17_461, receiver: 17_462 }
const FOLDER = new URL('../fixtures/layouts/', import.meta.url).pathname
const fileOf = (layout: number) => `${FOLDER}${layout}.json`

let simulator: Simulator
let receiver: TestReceiver
let data: Awaited<ReturnType<typeof temporaryDataDir>>
let ringpost: Ringpost | undefined
const start = async (socket: string) => {
  ringpost = await startRingpost({
    dataDir: data.dataDir,
    env: {
      REDIS_URL: `unix://${socket}`,
      ELEVENLABS_API_KEY: 'sim_key',
      ELEVENLABS_BASE_URL: simulator.url,
      RINGPOST_API_TOKEN: 'kept-layouts-token-51',
      RINGPOST_MASTER_KEY: '7c'.repeat(32),
      RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8',
      RINGPOST_POLL_INTERVAL: '1s',
      // The kept data grow old.
      RINGPOST_EVENT_RETENTION: '36500d',
      RINGPOST_DELIVERY_RETENTION: '36500d',
      RINGPOST_RETRY_SCHEDULE: '1s,1s,1s,1s,1s,1s,1s,1s,1s,1s',
    },
  })
  await writeFile(`${data.dataDir}/api-token`, 'kept-layouts-token-51')
  return ringpost
}
const known = async (of: Ringpost) =>
  (await of.api<{ state: string; known_users: number }>('GET', '/v1/sources/src_default')).body

/** The ports are not ours to choose: another run of the tests on this machine may have them for a moment. */
const onceFree = <T>(listen: () => Promise<T>) =>
  until(
    () =>
      listen().catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE') return null
        throw error
      }),
    { what: 'the port of the kept data to be free' },
  )

beforeEach(async () => {
  data = await temporaryDataDir()
  simulator = await onceFree(() => createSimulator({ port: PORTS.upstream }))
  simulator.seed({ users: 5, newestUnixSecs: 1_790_000_000 })
  receiver = await onceFree(() => startTestReceiver(PORTS.receiver))
}, 150_000)
afterEach(async () => {
  await ringpost?.stop('SIGKILL')
  await Promise.all([simulator.close(), receiver.close(), data.remove()])
})

test('the present layout is kept', { timeout: 60_000 }, async () => {
  // Made by the first run after the number went up, and committed.
  if (existsSync(fileOf(LAYOUT))) return
  const socket = await startServer()
  const one = await start(socket)
  await until(async () => (await known(one)).state === 'live')
  await one.api('POST', '/v1/endpoints', { url: receiver.url })
  simulator.call({ user_id: 'delivered' })
  await until(() => receiver.accepted().size === 1)
  receiver.answer(() => 503)
  simulator.call({ user_id: 'retried' })
  await until(
    async () => (await one.api<{ data: [] }>('GET', '/v1/deliveries?status=retrying')).body.data.length,
  )
  await one.stop()
  await mkdir(FOLDER, { recursive: true })
  await writeFile(fileOf(LAYOUT), `${JSON.stringify(await dumpAll(client(socket)), null, 1)}\n`)
})

test.each(Array.from({ length: LAYOUT }, (_, i) => i + 1))(
  'this version goes on with data of layout %i',
  {
    timeout: 60_000,
  },
  async (layout) => {
    const kept = JSON.parse(await readFile(fileOf(layout), 'utf8')) as KeptKey[]
    const socket = await startServer()
    await restoreAll(client(socket), kept)
    for (const user_id of ['delivered', 'retried']) simulator.call({ user_id })
    const one = await start(socket)

    // What was there is there: no new baseline, and what waited for another attempt gets it.
    await until(() => receiver.accepted().size > 0)
    const [waited] = receiver.webhooks
    expect(waited?.event.data).toMatchObject({ user: { user_id: 'retried' }, change: { from: 0, to: 1 } })
    const events = await one.api<{ data: { data: { user: { user_id: string } } }[] }>('GET', '/v1/events')
    expect(events.body.data.map(({ data: { user } }) => user.user_id)).toEqual(['retried', 'delivered'])
    const done = await one.api<{ data: { attempts: unknown[] }[] }>('GET', '/v1/deliveries?status=succeeded')
    expect(done.body.data).toHaveLength(2)

    // And what comes now builds on it.
    simulator.call({ user_id: 'delivered' })
    simulator.call({ user_id: 'new' })
    const changeOf = (id: string, type: string) =>
      receiver.webhooks
        .filter(({ event }) => event.type === type)
        .map(({ event }) => event.data as { user: { user_id: string }; change: object })
        .find(({ user }) => user.user_id === id)?.change
    await until(() => changeOf('new', 'user.created'))
    const rise = await until(() => changeOf('delivered', 'user.conversation_count.increased'))
    expect(rise).toEqual({ from: 1, to: 2, by: 1 })
    expect((await known(one)).known_users).toBe(8)
    expect(await client(socket).get(createKeys('ringpost').layout)).toBe(String(LAYOUT))
  },
)
