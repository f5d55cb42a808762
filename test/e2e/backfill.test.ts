import { expect, onTestFinished, test } from 'vitest'
import { createSimulator } from '../../src/simulator/server.ts'
import { startHubspot } from '../kinds/services/hubspot.ts'
import { until } from '../support/until.ts'
import { type Ringpost, startRingpost, temporaryDataDir } from './ringpost.ts'

const USERS = 1_500

interface Backfill {
  state: string
  seen: number
  queued: number
  waiting: number
}

test('killed again and again, a backfill makes one contact of each user that was known', {
  timeout: 120_000,
}, async () => {
  const crm = await startHubspot()
  const data = await temporaryDataDir()
  onTestFinished(() => data.remove())
  const simulator = await createSimulator()
  onTestFinished(() => simulator.close())
  simulator.seed({ users: USERS, newestUnixSecs: Math.floor(Date.now() / 1000) - 3600 })
  let ringpost: Ringpost | null = null
  onTestFinished(async () => void (await ringpost?.stop('SIGKILL')))
  const start = async () => {
    ringpost = await startRingpost({
      dataDir: data.dataDir,
      env: {
        ELEVENLABS_API_KEY: 'sim_key',
        ELEVENLABS_BASE_URL: simulator.url,
        RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8',
        RINGPOST_RETRY_SCHEDULE: '200ms,200ms,200ms,1s,1s',
        RINGPOST_DELIVERY_TIMEOUT: '1s',
      },
    })
    return ringpost
  }

  let running = await start()
  await until(async () => {
    const { body } = await running.api<{ state: string; known_users: number }>(
      'GET',
      '/v1/sources/src_default',
    )
    return body.state === 'live' && body.known_users === USERS
  })
  const { body: endpoint } = await running.api<{ id: string }>('POST', '/v1/endpoints', {
    kind: 'hubspot',
    settings: crm.settings,
  })
  const path = `/v1/endpoints/${endpoint.id}/backfill`
  expect((await running.api('POST', path, { dry_run: true })).body).toMatchObject({
    users: USERS,
    queued: USERS,
  })
  expect((await running.api('POST', path)).status).toBe(202)
  // It dies with a batch at HubSpot, of which the answer never comes.
  for (const least of [1, 3]) {
    await until(() => crm.writes().length >= least)
    crm.answerOnce('cut')
    await running.stop('SIGKILL')
    running = await start()
    expect([200, 202]).toContain((await running.api('POST', path)).status)
  }
  const read = async () => (await running.api<Backfill>('GET', path)).body
  await until(
    async () => {
      const { state, waiting } = await read()
      return state === 'done' && waiting === 0
    },
    { within: 60_000 },
  )
  expect(crm.records.size).toBe(USERS)
  // Repeated for a crash, and for nothing else.
  const twice = [...crm.records.values()].filter(({ writes }) => writes > 1).length
  expect(twice).toBeLessThanOrEqual(4 * 100)
  const { body } = await running.api<{ deliveries: Record<string, number> }>(
    'GET',
    `/v1/endpoints/${endpoint.id}/stats`,
  )
  expect(body.deliveries).toMatchObject({ succeeded: USERS, failed: 0, pending: 0, retrying: 0 })
})
