import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSimulator } from '../../src/simulator/server.ts'
import type { Simulator } from '../../src/simulator/types.ts'
import { until } from '../support/until.ts'
import { type Ringpost, startRingpost, temporaryDataDir } from './ringpost.ts'

interface Source {
  id: string
  state: string
  state_detail: string
  known_users: number
  last_poll: { kind: string } | null
  next_poll_at: string | null
}

let data: Awaited<ReturnType<typeof temporaryDataDir>>
let ringpost: Ringpost
let simulators: Simulator[]
beforeEach(async () => {
  data = await temporaryDataDir()
  simulators = await Promise.all([createSimulator({ apiKey: 'key_a' }), createSimulator({ apiKey: 'key_b' })])
  for (const simulator of simulators) {
    simulator.seed({ users: 150, newestUnixSecs: Math.floor(Date.now() / 1000) - 3600 })
  }
  ringpost = await startRingpost({
    dataDir: data.dataDir,
    env: { RINGPOST_POLL_INTERVAL: '1s', RINGPOST_DEMO: 'false', LOG_LEVEL: 'warn' },
  })
})
afterEach(async () => {
  await ringpost.stop()
  await Promise.all([...simulators.map((simulator) => simulator.close()), data.remove()])
})

const simulator = (i: number) => {
  const found = simulators[i]
  if (found === undefined) throw new Error('There are two simulators.')
  return found
}

async function add(body: object): Promise<string> {
  const answer = await ringpost.api<Source>('POST', '/v1/sources', body)
  expect(answer.status, JSON.stringify(answer.body)).toBe(201)
  return answer.body.id
}
const look = async (id: string) => (await ringpost.api<Source>('GET', `/v1/sources/${id}`)).body
const inState = (id: string, state: string) =>
  until(async () => {
    const source = await look(id)
    return source.state === state && source
  })
async function created(): Promise<string[]> {
  const { body } = await ringpost.api<{ data: { data: { user: { user_id: string } } }[] }>(
    'GET',
    '/v1/events?type=user.created',
  )
  return body.data.map((event) => event.data.user.user_id)
}

test('sources come, fail, are mended, paused and deleted at run time, and none disturbs another', async () => {
  const good = await add({ name: 'good', base_url: simulator(0).url, api_key: 'key_a' })
  const bad = await add({ name: 'bad', base_url: simulator(1).url, api_key: 'wrong' })
  expect((await inState(good, 'live')).known_users).toBe(150)
  const failing = await inState(bad, 'failing')
  expect(failing.state_detail).toMatch(/refused the API key \(401\): check the key/)
  simulator(0).call({ user_id: 'first' })
  await until(async () => (await created()).includes('first'))

  // Not after the minutes that a failing key waits, but at once.
  await ringpost.api('PATCH', `/v1/sources/${bad}`, { api_key: 'key_b' })
  await inState(bad, 'live')
  simulator(1).call({ user_id: 'second' })
  await until(async () => (await created()).includes('second'))

  await ringpost.api('PATCH', `/v1/sources/${bad}`, { paused: true })
  expect(await look(bad)).toMatchObject({ state: 'paused', next_poll_at: null })
  simulator(1).call({ user_id: 'while-paused' })
  simulator(0).call({ user_id: 'third' })
  await until(async () => (await created()).includes('third'))
  expect(await created()).not.toContain('while-paused')
  await ringpost.api('PATCH', `/v1/sources/${bad}`, { paused: false })
  await until(async () => (await created()).includes('while-paused'))

  expect((await ringpost.api('DELETE', `/v1/sources/${bad}`)).status).toBe(204)
  const asked = simulator(1).requests.total
  simulator(1).call({ user_id: 'after-the-end' })
  simulator(0).call({ user_id: 'fourth' })
  await until(async () => (await created()).includes('fourth'))
  expect(simulator(1).requests.total).toBe(asked)
  expect((await created()).sort()).toEqual(['first', 'fourth', 'second', 'third', 'while-paused'])
})

test('sources whose upstream hangs hold up no other', async () => {
  const hanging = createServer(() => undefined)
  await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve))
  try {
    const base_url = `http://127.0.0.1:${(hanging.address() as AddressInfo).port}`
    await Promise.all(
      Array.from({ length: 60 }, (_, i) => add({ name: `hangs ${i}`, base_url, api_key: 'key' })),
    )
    const good = await add({ name: 'good', base_url: simulator(0).url, api_key: 'key_a' })
    await inState(good, 'live')
    simulator(0).call({ user_id: 'first' })
    await until(async () => (await created()).includes('first'))
    // They were really being asked all the while.
    const states = await ringpost.api<{ data: Source[] }>('GET', '/v1/sources?limit=100')
    expect(states.body.data.filter(({ state }) => state === 'baseline')).toHaveLength(60)
  } finally {
    hanging.closeAllConnections()
    hanging.close()
  }
})

test('once the key is unset, the source of the environment goes on, and can be given another key or deleted', async () => {
  const restart = async (env: Record<string, string>) => {
    await ringpost.stop()
    ringpost = await startRingpost({
      dataDir: data.dataDir,
      env: { RINGPOST_POLL_INTERVAL: '1s', RINGPOST_DEMO: 'false', LOG_LEVEL: 'warn', ...env },
    })
  }
  const change = (body: object) => ringpost.api('PATCH', '/v1/sources/src_default', body)
  await restart({ ELEVENLABS_API_KEY: 'key_a', ELEVENLABS_BASE_URL: simulator(0).url })
  await inState('src_default', 'live')
  expect((await change({ api_key: 'key_b' })).status).toBe(409)

  await restart({})
  expect(ringpost.output()).toMatch(/does not name this source any more/)
  simulator(0).call({ user_id: 'later' })
  await until(async () => (await created()).includes('later'))
  expect((await change({ api_key: 'key_b', base_url: simulator(1).url })).status).toBe(200)
  await inState('src_default', 'live')
  expect((await ringpost.api('DELETE', '/v1/sources/src_default')).status).toBe(204)
})

test('a source that is not of the environment asks no address where none can be', async () => {
  const unspecified = simulator(0).url.replace('127.0.0.1', '0.0.0.0')
  const start = async (env: Record<string, string>) => {
    await ringpost.stop()
    ringpost = await startRingpost({
      dataDir: data.dataDir,
      env: { RINGPOST_POLL_INTERVAL: '1s', RINGPOST_DEMO: 'false', LOG_LEVEL: 'warn', ...env },
    })
  }
  await start({ ELEVENLABS_API_KEY: 'key_a', ELEVENLABS_BASE_URL: unspecified })
  await inState('src_default', 'live')
  // From now on it is one that people may change.
  await start({})
  const asked = simulator(0).requests.total
  const poll = await ringpost.api('POST', '/v1/sources/src_default/poll', {})
  expect(JSON.stringify(poll.body)).toMatch(/0\.0\.0\.0 can be no source/)
  expect(simulator(0).requests.total).toBe(asked)

  for (const base_url of [unspecified, 'http://169.254.169.254', 'http://[fd00:ec2::254]']) {
    const refused = { status: 400, body: { errors: [{ path: 'base_url' }] } }
    const source = { name: 'x', api_key: 'key_a', base_url }
    expect(await ringpost.api('POST', '/v1/sources', source)).toMatchObject(refused)
    expect(await ringpost.api('PATCH', '/v1/sources/src_default', { base_url })).toMatchObject(refused)
    const file = { sources: { src_x: { api_key: 'key_a', base_url } } }
    expect(await ringpost.api('POST', '/v1/config', file)).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'sources.src_x.base_url' }] },
    })
  }
  expect((await ringpost.api('GET', '/v1/sources')).body.data).toHaveLength(1)
})
