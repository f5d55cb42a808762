import { expect, test } from 'vitest'
import { createEraseDeliveries } from '../../src/log/erase-deliveries.ts'
import { createEventEraser } from '../../src/outbox/erase-events.ts'
import { createMissedEvents } from '../../src/resend/missed-events.ts'
import { createEraseUser } from '../../src/users/erase-user.ts'
import { SRC } from '../deliver/delivering.ts'
import { startHubspot } from '../kinds/services/hubspot.ts'
import { startSalesforce } from '../kinds/services/salesforce.ts'
import { startTestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'
import { named, startBackfilling } from './backfilling.ts'

const EVERYBODY = { sourceIds: null }

test.each([
  ['HubSpot', startHubspot, 100],
  ['Salesforce', startSalesforce, 200],
] as const)(
  'two thousand users are at %s, each once and in batches',
  async (_name, startCrm, most) => {
    const crm = await startCrm()
    const ringpost = await startBackfilling(crm)
    await ringpost.know(...named(2_000))
    const endpoint = await ringpost.addCrm()
    await ringpost.backfill.begin(endpoint.id, EVERYBODY, false)
    await ringpost.finish(endpoint)
    await until(async () => (await ringpost.count(endpoint.id, 'succeeded')) === 2_000, { within: 90_000 })
    expect(crm.records.size).toBe(2_000)
    expect([...crm.records.values()].filter(({ writes }) => writes !== 1)).toEqual([])
    // Steps of 250 do not fill every batch.
    expect(crm.writes().length).toBeLessThan((2_000 / most) * (crm.kind === 'salesforce' ? 5 : 2.5))
    expect(await ringpost.backfills.read(endpoint.id)).toMatchObject({
      state: 'done',
      total: 2_000,
      seen: 2_000,
      queued: 2_000,
      already: 0,
    })
  },
  120_000,
)

test('its events say that they are of a backfill, and go to no other endpoint', async () => {
  const receiver = await startTestReceiver()
  const other = await startTestReceiver()
  const ringpost = await startBackfilling()
  await ringpost.know('user_1')
  const endpoint = await ringpost.addEndpoint(receiver.url, { event_types: ['user.removed'] })
  const second = await ringpost.addEndpoint(other.url)
  await ringpost.backfill.begin(endpoint.id, EVERYBODY, false)
  await ringpost.finish(endpoint)
  const { event } = await until(() => receiver.webhooks[0])
  expect(event).toMatchObject({
    type: 'user.created',
    data: { backfill: true, source: { id: SRC }, user: { user_id: 'user_1', conversation_count: 1 } },
  })
  // Neither the relay nor a recovery of the other finds it.
  await ringpost.relay(SRC)
  await ringpost.relay(endpoint.id)
  const missed = createMissedEvents({ ...ringpost, owners: { ids: async () => [SRC, endpoint.id] } })
  for await (const some of missed.of(second, { since: 0, until: Date.now() + 60_000 }))
    expect(some).toEqual([])
  expect(await ringpost.count(second.id, 'pending')).toBe(0)
  expect(other.webhooks).toEqual([])
})

test('asked again, it sends nobody twice; and everybody where that is asked for', async () => {
  const ringpost = await startBackfilling()
  await ringpost.know(...named(600))
  const endpoint = await ringpost.addCrm()
  const first = await ringpost.backfill.begin(endpoint.id, EVERYBODY, false)
  // At the same time, and before anything was done of it.
  const joined = await ringpost.backfill.begin(endpoint.id, EVERYBODY, false)
  expect(joined.run).toBe(first.run)
  await expect(ringpost.backfill.begin(endpoint.id, { sourceIds: [SRC] }, false)).rejects.toMatchObject({
    code: 'conflict',
  })
  await ringpost.finish(endpoint)
  await until(async () => (await ringpost.count(endpoint.id, 'succeeded')) === 600)
  await ringpost.backfill.begin(endpoint.id, EVERYBODY, false)
  await ringpost.finish(endpoint)
  expect(await ringpost.backfills.read(endpoint.id)).toMatchObject({ queued: 0, already: 600 })
  await ringpost.backfill.begin(endpoint.id, EVERYBODY, true)
  await ringpost.finish(endpoint)
  expect(await ringpost.backfills.read(endpoint.id)).toMatchObject({ queued: 600, already: 0 })
})

test('a filter says who, and a count comes first', async () => {
  const ringpost = await startBackfilling()
  await ringpost.know(...named(100))
  const endpoint = await ringpost.addCrm({ filter: { 'data.user.conversation_count': { gte: 5 } } })
  const { count } = ringpost.backfill
  expect(await count(endpoint.id, EVERYBODY, ringpost.signal)).toEqual({ users: 100, matching: 20 })
  expect(await count(endpoint.id, { sourceIds: null, filter: null }, ringpost.signal)).toEqual({
    users: 100,
    matching: 100,
  })
  expect(await ringpost.backfills.read(endpoint.id)).toBeNull()
  const filter = { 'data.user.conversation_count': { gte: 4 } }
  await ringpost.backfill.begin(endpoint.id, { sourceIds: null, filter }, false)
  await ringpost.finish(endpoint)
  expect(await ringpost.backfills.read(endpoint.id)).toMatchObject({ seen: 100, queued: 40 })
})

test('it waits for an endpoint that is behind, and goes on when there is room', async () => {
  const crm = await startHubspot()
  const ringpost = await startBackfilling(crm)
  crm.answerAlways({ status: 503, body: '' })
  await ringpost.know(...named(3_000))
  const endpoint = await ringpost.addCrm()
  await ringpost.backfill.begin(endpoint.id, EVERYBODY, false)
  await ringpost.backfill.run(endpoint.id, ringpost.signal)
  expect(await ringpost.deliveries.waiting(endpoint.id)).toBeLessThanOrEqual(1_000)
  expect(ringpost.soon).toContain(endpoint.id)
  expect(await ringpost.backfills.isRunning(endpoint.id)).toBe(true)
})

test('two processes that go on with it at once, and one that dies in the middle, do each step once', async () => {
  const ringpost = await startBackfilling()
  await ringpost.know(...named(900))
  const endpoint = await ringpost.addCrm()
  await ringpost.backfill.begin(endpoint.id, EVERYBODY, false)
  const dying = ringpost.start({
    // It has written a step, and dies before it wakes anybody.
    wake: async () => {
      throw new Error('killed')
    },
  })
  await expect(dying.run(endpoint.id, ringpost.signal)).rejects.toThrow('killed')
  const [one, other] = [ringpost.start(), ringpost.start()]
  for (let i = 0; i < 50 && (await ringpost.backfills.isRunning(endpoint.id)); i++) {
    await Promise.all([one.run(endpoint.id, ringpost.signal), other.run(endpoint.id, ringpost.signal)])
  }
  expect(await ringpost.backfills.read(endpoint.id)).toMatchObject({
    state: 'done',
    seen: 900,
    queued: 900,
    already: 0,
  })
  await until(async () => (await ringpost.count(endpoint.id, 'succeeded')) === 900)
})

test('it stops when it is asked to, when the endpoint is deleted, and rests while it is disabled', async () => {
  const ringpost = await startBackfilling()
  await ringpost.know(...named(300))
  const endpoint = await ringpost.addCrm()
  await ringpost.backfill.begin(endpoint.id, EVERYBODY, false)
  await ringpost.endpoints.patch(endpoint.id, { enabled: false })
  await ringpost.backfill.run(endpoint.id, ringpost.signal)
  expect(await ringpost.backfills.read(endpoint.id)).toMatchObject({ state: 'running', seen: 0 })
  await expect(ringpost.backfill.begin(endpoint.id, EVERYBODY, false)).rejects.toMatchObject({
    code: 'conflict',
  })
  await ringpost.backfills.stop(endpoint.id)
  await ringpost.endpoints.patch(endpoint.id, { enabled: true })
  await ringpost.backfill.run(endpoint.id, ringpost.signal)
  expect(await ringpost.backfills.read(endpoint.id)).toMatchObject({ state: 'stopped', queued: 0 })
  await ringpost.backfill.begin(endpoint.id, EVERYBODY, false)
  await ringpost.endpoints.delete(endpoint.id)
  await ringpost.backfill.run(endpoint.id, ringpost.signal)
  expect(await ringpost.backfills.read(endpoint.id)).toMatchObject({ state: 'stopped' })
})

test('who is erased is erased of it too, also from a step that had read them before', async () => {
  const crm = await startHubspot()
  const ringpost = await startBackfilling(crm)
  crm.answerAlways({ status: 503, body: '' })
  await ringpost.know('user_1', 'user_2')
  const endpoint = await ringpost.addCrm()
  await ringpost.backfill.begin(endpoint.id, EVERYBODY, false)
  const before = await ringpost.backfills.read(endpoint.id)
  await ringpost.finish(endpoint)
  const erase = createEraseUser({
    events: createEventEraser(ringpost),
    endpoints: ringpost.endpoints,
    eraseDeliveries: createEraseDeliveries(ringpost),
    quarantine: { erase: async () => 0 },
    backfills: ringpost.backfills,
  })
  expect(await erase(SRC, 'user_1')).toMatchObject({ events: 1, deliveries: 1 })
  const left = await ringpost.redis.xrange(ringpost.keys.source(endpoint.id).outbox, '-', '+')
  expect(JSON.stringify(left)).toContain('user_2')
  expect(JSON.stringify(left)).not.toContain('user_1')
  if (before === null) throw new Error('There was a backfill.')
  expect(await ringpost.backfills.step(endpoint.id, before, { to: null, seen: 0, events: [] })).toBe(false)
})
