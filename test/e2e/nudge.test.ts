import { Webhook } from 'standardwebhooks'
import { expect, onTestFinished, test } from 'vitest'
import { startTestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'
import { startNudged } from './nudged.ts'

/** Long before the next poll of the schedule, which comes every five minutes. */
const LONG_BEFORE_MS = 50_000

/** A ringpost that is nudged, with a receiver. */
async function startReceiving() {
  const receiver = await startTestReceiver()
  onTestFinished(() => receiver.close())
  const nudged = await startNudged()
  const { body } = await nudged.ringpost.api<{ secret: string }>('POST', '/v1/endpoints', {
    url: receiver.url,
  })
  return { ...nudged, receiver, secret: body.secret }
}

test('a caller is at the receiver by the post-call webhook, whatever the interval', async () => {
  const { simulator, receiver, nudge, source, secret } = await startReceiving()
  for (const [i, user] of ['+15550100', '+15550101', '+15550102'].entries()) {
    simulator.call({ user_id: user })
    expect(await nudge('wsec_of_somebody_else')).toBe(403)
    expect(await nudge()).toBe(200)
    const webhook = await until(() => receiver.webhooks[i], { within: LONG_BEFORE_MS })
    expect(webhook.event).toMatchObject({ type: 'user.created', data: { user: { user_id: user } } })
    new Webhook(secret).verify(webhook.body, webhook.headers as Record<string, string>)
  }
  expect((await source()).nudge?.received).toBe(3)
})

test('a hundred webhooks of one moment are a few polls, and every caller is announced', async () => {
  const { simulator, receiver, nudge, source } = await startReceiving()
  const before = (await source()).totals.polls
  const callers = Array.from({ length: 100 }, (_, i) => `caller-${i}`)
  await Promise.all(
    callers.map(async (user_id) => {
      simulator.call({ user_id })
      expect(await nudge()).toBe(200)
    }),
  )
  await until(() => receiver.accepted().size === callers.length, { within: LONG_BEFORE_MS })
  expect((await source()).totals.polls - before).toBeLessThan(5)
})

test('a call that the list shows only after the webhook is found by asking again', async () => {
  const { simulator, receiver, nudge } = await startReceiving()
  simulator.call({ user_id: '+15550100', visible_after_ms: 1_000 })
  expect(await nudge()).toBe(200)
  await until(() => receiver.webhooks.length === 1, { within: LONG_BEFORE_MS })
})
