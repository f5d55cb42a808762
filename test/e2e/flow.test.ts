import { Webhook } from 'standardwebhooks'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createSimulator } from '../../src/simulator/server.ts'
import type { Simulator } from '../../src/simulator/types.ts'
import type { Delivery } from '../../src/types.ts'
import { startTestReceiver, type TestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'
import { type Ringpost, startRingpost, temporaryDataDir } from './ringpost.ts'

let simulator: Simulator
let receiver: TestReceiver
let ringpost: Ringpost
let data: Awaited<ReturnType<typeof temporaryDataDir>>

beforeEach(async () => {
  data = await temporaryDataDir()
  simulator = await createSimulator()
  simulator.seed({ users: 250, newestUnixSecs: Math.floor(Date.now() / 1000) - 3600 })
  receiver = await startTestReceiver()
  ringpost = await startRingpost({
    dataDir: data.dataDir,
    env: {
      ELEVENLABS_API_KEY: 'sim_key',
      ELEVENLABS_BASE_URL: simulator.url,
      RINGPOST_ALLOW_NETWORKS: '127.0.0.0/8',
      RINGPOST_POLL_INTERVAL: '1s',
      RINGPOST_RETRY_SCHEDULE: '100ms,100ms,100ms',
    },
  })
})
afterEach(async () => {
  await ringpost.stop()
  await Promise.all([simulator.close(), receiver.close(), data.remove()])
})

async function subscribe(fields: object = {}): Promise<{ id: string; secret: string }> {
  const { status, body } = await ringpost.api<{ id: string; secret: string }>('POST', '/v1/endpoints', {
    url: receiver.url,
    ...fields,
  })
  expect(status).toBe(201)
  return body
}

async function sourceState(): Promise<{ state: string; known_users: number }> {
  return (await ringpost.api<{ state: string; known_users: number }>('GET', '/v1/sources/src_default')).body
}

test('a first-time caller becomes one verified webhook, and further calls one more each time they are seen', async () => {
  const { id, secret } = await subscribe()
  await until(async () => (await sourceState()).state === 'live')
  expect((await sourceState()).known_users).toBe(250)

  simulator.call({ user_id: '+15550100', agent_id: 'agent_front' })
  await until(() => receiver.webhooks.length === 1)
  const [created] = receiver.webhooks
  expect(created?.event).toMatchObject({
    type: 'user.created',
    data: {
      source: { id: 'src_default', name: 'default' },
      user: { user_id: '+15550100', conversation_count: 1, last_contact_agent_id: 'agent_front' },
      previous: null,
      change: { from: 0, to: 1, by: 1 },
    },
  })

  // Two calls between two polls, so that the list shows a rise by two.
  await ringpost.api('POST', '/v1/sources/src_default/poll')
  simulator.call({ user_id: '+15550100' })
  simulator.call({ user_id: '+15550100' })
  await until(() => receiver.webhooks.at(-1)?.event.data.change && rise()?.to === 3)
  expect(rise()).toMatchObject({ to: 3 })
  const ofUser = receiver.webhooks.map(({ event }) => event.data.change as { from: number; to: number })
  // However the polls fell, the chain has no gap.
  ofUser.reduce((reached, { from, to }) => {
    expect(from).toBe(reached)
    return to
  }, 0)

  for (const { headers, body, id: webhookId, event } of receiver.webhooks) {
    const verified = new Webhook(secret).verify(body, headers as Record<string, string>)
    expect(verified).toEqual(event)
    expect(webhookId).toBe(event.id)
  }
  expect(new Set(receiver.webhooks.map((webhook) => webhook.id)).size).toBe(receiver.webhooks.length)

  const { body: events } = await ringpost.api<{ data: { id: string }[] }>('GET', '/v1/events')
  expect(new Set(events.data.map((event) => event.id))).toEqual(receiver.accepted())
  const { body: list } = await ringpost.api<{ data: Delivery[] }>('GET', `/v1/deliveries?endpoint_id=${id}`)
  expect(list.data.every(({ status }) => status === 'succeeded')).toBe(true)

  function rise() {
    return receiver.webhooks.at(-1)?.event.data.change as { from: number; to: number } | undefined
  }
})

test('a receiver that fails twice gets the same webhook three times, and the delivery shows it', async () => {
  const { secret } = await subscribe({ headers: { 'x-team': 'front desk' } })
  await until(async () => (await sourceState()).state === 'live')
  const statuses = [500, 500]
  receiver.answer(() => statuses.shift() ?? 200)
  simulator.call({ user_id: '+15550101' })
  await until(() => receiver.webhooks.length === 3)
  expect(new Set(receiver.webhooks.map(({ id }) => id)).size).toBe(1)
  expect(new Set(receiver.webhooks.map(({ body }) => body)).size).toBe(1)
  for (const { headers, body } of receiver.webhooks) {
    expect(headers['x-team']).toBe('front desk')
    new Webhook(secret).verify(body, headers as Record<string, string>)
  }

  const eventId = receiver.webhooks[0]?.id
  const delivery = await until(async () => {
    const { body } = await ringpost.api<{ data: Delivery[] }>('GET', `/v1/deliveries?event_id=${eventId}`)
    return body.data.find(({ status }) => status === 'succeeded')
  })
  const { body: shown } = await ringpost.api<Delivery>('GET', `/v1/deliveries/${delivery.id}`)
  expect(
    shown.attempts.map(({ number, response, error }) => [number, response?.status, error?.code]),
  ).toEqual([
    [1, 500, 'http_status'],
    [2, 500, 'http_status'],
    [3, 200, undefined],
  ])
  expect(shown.attempts[0]?.request.headers['webhook-id']).toBe(eventId)
  expect(shown.attempts[2]?.response?.body).toBe('seen')
})

test('a delivery fails for good when the schedule is used up, and a gone endpoint is switched off', async () => {
  const { id } = await subscribe()
  await until(async () => (await sourceState()).state === 'live')
  receiver.answer(() => 500)
  simulator.call({ user_id: '+15550102' })
  const failed = await until(async () => {
    const { body } = await ringpost.api<{ data: Delivery[] }>('GET', '/v1/deliveries?status=failed')
    return body.data[0]
  })
  expect(failed.attempts).toHaveLength(4)
  expect(receiver.webhooks).toHaveLength(4)

  receiver.answer(() => 410)
  simulator.call({ user_id: '+15550103' })
  await until(async () => {
    const { body } = await ringpost.api<{ enabled: boolean; health: { state: string } }>(
      'GET',
      `/v1/endpoints/${id}`,
    )
    return body.enabled === false && body.health.state === 'disabled'
  })
  simulator.call({ user_id: '+15550104' })
  const skipped = await until(async () => {
    const { body } = await ringpost.api<{ data: Delivery[] }>('GET', '/v1/deliveries?status=skipped')
    return body.data[0]
  })
  expect(skipped.attempts).toEqual([])
})

test('what happened is in the metrics, and a person can be erased from all of it', async () => {
  const endpoint = await subscribe()
  await until(async () => (await sourceState()).state === 'live')
  simulator.call({ user_id: '+15550100' })
  await until(() => receiver.webhooks.length === 1)
  await until(async () => {
    const { body } = await ringpost.api<{ data: Delivery[] }>(
      'GET',
      `/v1/deliveries?endpoint_id=${endpoint.id}`,
    )
    return body.data[0]?.status === 'succeeded'
  })
  const text = await (await fetch(`${ringpost.url}/metrics`)).text()
  for (const line of [
    /^ringpost_source_known_users\{source="src_default"\} 251$/m,
    /^ringpost_source_events_total\{source="src_default",type="user.created"\} 1$/m,
    /^ringpost_source_condition\{source="src_default",state="live"\} 1$/m,
    /^ringpost_attempts_total\{kind="webhook",outcome="succeeded"\} 1$/m,
    /^ringpost_attempt_duration_seconds_count\{outcome="succeeded"\} 1$/m,
    /^ringpost_detection_lag_seconds_count 1$/m,
    /^ringpost_poll_duration_seconds_count\{kind="baseline",outcome="done"\} 1$/m,
    /^ringpost_queue_jobs\{queue="poll",state="delayed"\} \d+$/m,
  ]) {
    expect(text).toMatch(line)
  }
  expect(text).not.toContain('15550100')

  // Upstream first: ringpost would meet them again.
  simulator.removeUser('+15550100')
  const path = '/v1/sources/src_default/users/%2B15550100'
  expect((await ringpost.api('GET', path)).body).toMatchObject({ conversation_count: 1, removed: false })
  expect((await ringpost.api('DELETE', `${path}?erase=true`)).body).toEqual({
    forgotten: true,
    events: 1,
    deliveries: 1,
    quarantined_rows: 0,
  })
  expect((await ringpost.api('GET', path)).status).toBe(404)
  expect((await ringpost.api('GET', '/v1/events')).body).toEqual({ data: [], next_cursor: null })
  expect((await ringpost.api('GET', '/v1/deliveries')).body).toEqual({ data: [], next_cursor: null })
})
