import { expect, onTestFinished, test } from 'vitest'
import { createSimulator } from '../../src/simulator/server.ts'
import { startSlack } from '../kinds/services/slack.ts'
import { nudgeHeader, postCall } from '../support/nudge.ts'
import { until } from '../support/until.ts'
import { startRingpost, temporaryDataDir } from './ringpost.ts'

const SECRET = 'wsec_f33540691158e6988cf0b0ab0a6f35a1'

interface Source {
  state: string
  next_poll_at: string
  nudge: { path: string; received: number }
  totals: { polls: number; events: number }
}

test('the post-call webhook, and no poll of the schedule, brings a caller to Slack', async ({ annotate }) => {
  const data = await temporaryDataDir()
  onTestFinished(() => data.remove())
  const simulator = await createSimulator()
  onTestFinished(() => simulator.close())
  simulator.seed({ users: 100, newestUnixSecs: Math.floor(Date.now() / 1000) - 3600 })
  const slack = await startSlack()
  slack.keepPace()
  const ringpost = await startRingpost({
    dataDir: data.dataDir,
    env: {
      ELEVENLABS_API_KEY: 'sim_key',
      ELEVENLABS_BASE_URL: simulator.url,
      RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8',
      RINGPOST_POLL_INTERVAL: '5m',
    },
  })
  onTestFinished(async () => void (await ringpost.stop()))
  const source = async () => (await ringpost.api<Source>('GET', '/v1/sources/src_default')).body
  await until(async () => (await source()).state === 'live')
  await ringpost.api('POST', '/v1/endpoints', { kind: 'slack', url: slack.url })
  const { body } = await ringpost.api<Source>('PATCH', '/v1/sources/src_default', { nudge_secret: SECRET })

  simulator.call({ user_id: '+13035550178' })
  const before = await source()
  const text = postCall()
  const began = performance.now()
  const answered = await fetch(ringpost.url + body.nudge.path, {
    method: 'POST',
    headers: { ...nudgeHeader(SECRET, text), 'content-type': 'application/json' },
    body: text,
  })
  expect(answered.status).toBe(200)
  const seen = await until(() => slack.seen[0])
  await annotate(`from the post-call webhook to Slack: ${Math.round(performance.now() - began)} ms`)
  expect(seen.text).toContain('First-time caller: +1 (303) 555-0178')
  const after = await source()
  // The schedule had not come to it.
  expect(after.nudge.received).toBe(1)
  expect(Date.parse(after.next_poll_at)).toBeGreaterThan(Date.now())
  expect(after.totals.polls).toBeGreaterThan(before.totals.polls)
})
