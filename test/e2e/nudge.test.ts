import { Webhook } from 'standardwebhooks'
import { expect, onTestFinished, test } from 'vitest'
import { createSimulator } from '../../src/simulator/server.ts'
import { nudgeHeader, postCall } from '../support/nudge.ts'
import { startTestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'
import { startRingpost, temporaryDataDir } from './ringpost.ts'

const SECRET = 'wsec_f33540691158e6988cf0b0ab0a6f35a1'
/** What the whole way may take, from the nudge to the receiver (ms). */
const SOON_MS = 2_000

interface Source {
  state: string
  nudge: { path: string; received: number } | null
  totals: { requests: number; polls: number }
}

/** A ringpost that polls every five minutes, with its baseline taken and a receiver. */
async function startNudged() {
  const data = await temporaryDataDir()
  onTestFinished(() => data.remove())
  const simulator = await createSimulator()
  onTestFinished(() => simulator.close())
  simulator.seed({ users: 250, newestUnixSecs: Math.floor(Date.now() / 1000) - 3600 })
  const receiver = await startTestReceiver()
  onTestFinished(() => receiver.close())
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
  const { body } = await ringpost.api<{ secret: string }>('POST', '/v1/endpoints', { url: receiver.url })
  const patched = await ringpost.api<Source>('PATCH', '/v1/sources/src_default', { nudge_secret: SECRET })
  const url = ringpost.url + patched.body.nudge?.path
  const nudge = async (secret = SECRET) => {
    const text = postCall()
    const headers = { ...nudgeHeader(secret, text), 'content-type': 'application/json' }
    return (await fetch(url, { method: 'POST', headers, body: text })).status
  }
  return { simulator, receiver, ringpost, source, nudge, secret: body.secret }
}

test('a caller is at the receiver within two seconds of the post-call webhook, whatever the interval', async () => {
  const { simulator, receiver, nudge, source, secret } = await startNudged()
  for (const [i, user] of ['+15550100', '+15550101', '+15550102'].entries()) {
    simulator.call({ user_id: user })
    expect(await nudge('wsec_of_somebody_else')).toBe(403)
    expect(await nudge()).toBe(200)
    const webhook = await until(() => receiver.webhooks[i], { within: SOON_MS })
    expect(webhook.event).toMatchObject({ type: 'user.created', data: { user: { user_id: user } } })
    new Webhook(secret).verify(webhook.body, webhook.headers as Record<string, string>)
  }
  expect((await source()).nudge?.received).toBe(3)
})

test('a hundred webhooks of one moment are a few polls, and every caller is announced', async () => {
  const { simulator, receiver, nudge, source } = await startNudged()
  const before = (await source()).totals.polls
  const callers = Array.from({ length: 100 }, (_, i) => `caller-${i}`)
  await Promise.all(
    callers.map(async (user_id) => {
      simulator.call({ user_id })
      expect(await nudge()).toBe(200)
    }),
  )
  await until(() => receiver.accepted().size === callers.length, { within: 2 * SOON_MS })
  expect((await source()).totals.polls - before).toBeLessThan(5)
})

test('a call that the list shows only after the webhook is found by asking again', async () => {
  const { simulator, receiver, nudge } = await startNudged()
  simulator.call({ user_id: '+15550100', visible_after_ms: 1_000 })
  expect(await nudge()).toBe(200)
  await until(() => receiver.webhooks.length === 1, { within: 2_000 + SOON_MS })
})
