import { Webhook } from 'standardwebhooks'
import { describe, expect, onTestFinished, test } from 'vitest'
import { EVENT_TYPES } from '../../src/events/catalogue.ts'
import { startTestReceiver } from '../support/receiver.ts'
import { startTestApi, type TestApi } from './support.ts'

async function withReceiver(deadlineMs?: number) {
  const api = await startTestApi({}, deadlineMs)
  // The receiver checks signatures against its own clock.
  api.clock.now = Date.now()
  const receiver = await startTestReceiver()
  onTestFinished(() => receiver.close())
  return { api, receiver }
}

const healthOf = async (api: TestApi, id: string) => (await api.get(`/v1/endpoints/${id}`)).json.health

describe('POST /v1/endpoints/:id/test', () => {
  test('sends a signed ringpost.test and answers with the delivery and its attempt', async () => {
    const { api, receiver } = await withReceiver()
    const { id } = await api.addLocalEndpoint(receiver.url, { headers: { 'x-key': 'secret-value' } })
    const { secret } = (await api.get(`/v1/endpoints/${id}/secret`)).json
    const { status, json } = await api.post(`/v1/endpoints/${id}/test`)
    expect(status).toBe(200)
    const [webhook] = receiver.webhooks
    expect(
      new Webhook(secret).verify(webhook?.body ?? '', webhook?.headers as Record<string, string>),
    ).toEqual(webhook?.event)
    expect(webhook?.headers['x-key']).toBe('secret-value')
    expect(webhook?.event).toMatchObject({
      type: 'ringpost.test',
      data: { endpoint: { id, url: receiver.url, description: '' } },
    })
    expect(json).toMatchObject({
      event_id: webhook?.id,
      event_type: 'ringpost.test',
      endpoint_id: id,
      status: 'succeeded',
      next_attempt_at: null,
      error: null,
      attempts: [
        {
          number: 1,
          url: receiver.url,
          request: { headers: { 'webhook-id': webhook?.id }, body: webhook?.body },
          response: { status: 204 },
          error: null,
        },
      ],
    })
    expect(JSON.stringify(json)).not.toContain('secret-value')

    // It is in the log, with its event, and in no list of what happened.
    expect((await api.get(`/v1/deliveries/${json.id}`)).json).toEqual(json)
    expect((await api.get(`/v1/deliveries?event_id=${json.event_id}`)).json.data).toHaveLength(1)
    expect((await api.get(`/v1/events/${json.event_id}`)).json).toEqual(webhook?.event)
    expect((await api.get('/v1/events')).json.data).toEqual([])
    const next = (await api.post(`/v1/endpoints/${id}/test`, {})).json
    expect(next.event_id).not.toBe(json.event_id)
  })

  test.each(EVENT_TYPES.filter((type) => type !== 'ringpost.test'))(
    'sends the sample of %s, marked as one',
    async (type) => {
      const { api, receiver } = await withReceiver()
      const { id } = await api.addLocalEndpoint(receiver.url, { event_types: ['source.failing'] })
      const { json } = await api.post(`/v1/endpoints/${id}/test`, { event_type: type })
      expect(json).toMatchObject({ status: 'succeeded', event_type: type })
      expect(receiver.webhooks[0]?.event).toMatchObject({ type, data: { sample: true } })
    },
  )

  test('sends other values where they are asked for, and refuses what the event cannot be', async () => {
    const { api, receiver } = await withReceiver()
    const { id } = await api.addLocalEndpoint(receiver.url)
    const ask = (override: object) =>
      api.post(`/v1/endpoints/${id}/test`, { event_type: 'user.created', override })
    const user_id = 'a@b\n\u202e'
    const values = { 'data.user.user_id': user_id, 'data.raw.tier': { gold: true }, 'data.user.sentiment': 1 }
    expect((await ask(values)).json.status).toBe('succeeded')
    expect(receiver.webhooks[0]?.event.data).toMatchObject({
      sample: true,
      user: { user_id, sentiment: 1, conversation_count: 1 },
      raw: { tier: { gold: true } },
    })
    for (const [path, value] of [
      ['data.user.conversation_count', 'many'],
      ['data.user.naem', 'x'],
      ['data.previous', { conversation_count: 1 }],
      ['data.user.user_id.x', 'x'],
      ['data.nothing.x', 'x'],
      ['data.__proto__.x', 'x'],
      ['data.raw.__proto__', {}],
      ['id', 'evt_1'],
      ['constructor.prototype.x', 1],
      ['data', {}],
    ] as const) {
      const { status, json } = await ask({ [path]: value })
      expect([status, json.errors?.[0]?.path], path).toEqual([400, expect.stringMatching(/^override\./)])
    }
    expect(({} as Record<string, unknown>).x).toBeUndefined()
    expect(receiver.webhooks).toHaveLength(1)
  })

  test('answers 200 with the reason where the endpoint fails, and changes nothing', async () => {
    const { api, receiver } = await withReceiver()
    const { id } = await api.addLocalEndpoint(receiver.url)
    const before = await healthOf(api, id)
    // 410 disables an endpoint where it answers a delivery.
    for (const code of [500, 410]) {
      receiver.answer(() => code)
      const { status, json } = await api.post(`/v1/endpoints/${id}/test`)
      expect(status).toBe(200)
      expect(json).toMatchObject({ status: 'failed', next_attempt_at: null })
      expect(json.error.message).toContain(String(code))
      expect(json.attempts[0].response.status).toBe(code)
    }
    expect(await healthOf(api, id)).toEqual(before)
    expect((await api.get(`/v1/endpoints/${id}`)).json.enabled).toBe(true)
    api.clock.now += 3_600_000
    expect(await api.log.isOverdue(id, 0)).toBe(false)
    expect(api.woken).toEqual([])
  })

  test('works for a disabled endpoint, and leaves it disabled', async () => {
    const { api, receiver } = await withReceiver()
    const { id } = await api.addLocalEndpoint(receiver.url, { enabled: false })
    expect((await api.post(`/v1/endpoints/${id}/test`)).json.status).toBe('succeeded')
    expect((await api.get(`/v1/endpoints/${id}`)).json).toMatchObject({
      enabled: false,
      health: { state: 'disabled', last_success_at: null },
    })
  })

  test('ends when an attempt may take no longer', async () => {
    const { api, receiver } = await withReceiver(300)
    receiver.answer(() => 'hang')
    const { id } = await api.addLocalEndpoint(receiver.url)
    const { status, json } = await api.post(`/v1/endpoints/${id}/test`)
    expect(status).toBe(200)
    expect(json).toMatchObject({
      status: 'failed',
      error: { code: 'timeout' },
      attempts: [{ response: null }],
    })
  })

  test('is not retried, replayed or recovered', async () => {
    const { api, receiver } = await withReceiver()
    const { id } = await api.addLocalEndpoint(receiver.url)
    receiver.answer(() => 500)
    const { json } = await api.post(`/v1/endpoints/${id}/test`)
    for (const path of [`/v1/deliveries/${json.id}/retry`, `/v1/events/${json.event_id}/replay`]) {
      const refused = await api.post(path)
      expect(refused.json).toMatchObject({ status: 409, code: 'conflict' })
      expect(refused.json.detail).toContain('was a test')
    }
    const recovered = await api.post(`/v1/endpoints/${id}/recover`, { since: '2020-01-01', only: 'all' })
    expect(recovered.json.queued).toBe(0)
    expect(receiver.webhooks).toHaveLength(1)
  })

  test('of none, and of a type that there is not', async () => {
    const { api, receiver } = await withReceiver()
    const { id } = await api.addLocalEndpoint(receiver.url)
    expect((await api.post('/v1/endpoints/ep_none/test')).status).toBe(404)
    for (const body of [{ event_type: 'user.*' }, { event_type: 'nonsense' }, { colour: 'red' }])
      expect((await api.post(`/v1/endpoints/${id}/test`, body)).status).toBe(400)
    expect(receiver.webhooks).toEqual([])
  })
})
