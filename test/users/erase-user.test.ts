import { afterEach, beforeEach, expect, test } from 'vitest'
import { createBackfills } from '../../src/backfill/backfills.ts'
import { deliveryId } from '../../src/ids.ts'
import { createEraseDeliveries } from '../../src/log/erase-deliveries.ts'
import { createEventEraser, type EventEraser } from '../../src/outbox/erase-events.ts'
import { createEraseUser } from '../../src/users/erase-user.ts'
import { emitWaiting } from '../enrich/waiting-event.ts'
import { createStage, type Stage } from '../support/stage.ts'

const SOURCE = 'src_a'
const ENDPOINT = 'ep_a'
let stage: Stage
let events: EventEraser
beforeEach(async () => {
  stage = await createStage()
  events = createEventEraser(stage)
})
afterEach(() => stage.close())

const eraseWith = (eraser: EventEraser) =>
  createEraseUser({
    events: eraser,
    endpoints: { ids: async () => [ENDPOINT] },
    eraseDeliveries: createEraseDeliveries(stage),
    quarantine: { erase: async () => 0 },
    backfills: createBackfills(stage),
  })(SOURCE, 'evt_u1')

/** What a relay does that has read the event before it was erased. */
const relay = (streamId: string) =>
  stage.deliveries.accept(ENDPOINT, [
    { eventId: 'evt_u1', eventType: 'user.created', sourceId: SOURCE, streamId },
  ])
const deliveries = async () =>
  (await stage.reader.get(deliveryId('evt_u1', ENDPOINT), [ENDPOINT])) === null ? 0 : 1

test('a delivery that a relay records meanwhile goes as well', async () => {
  const streamId = await stage.emit(SOURCE, 'evt_u1')
  const erased = await eraseWith({
    ...events,
    erase: async (...args) => {
      await relay(streamId)
      return events.erase(...args)
    },
  })
  expect(erased).toEqual({ events: 1, deliveries: 1, quarantined_rows: 0 })
  expect(await deliveries()).toBe(0)
  expect(await stage.outbox.byId(SOURCE, 'evt_u1')).toBeNull()
})

test('what broke off is finished by the next time: the event, by which the rest is found, goes last', async () => {
  await relay(await stage.emit(SOURCE, 'evt_u1'))
  const broken = eraseWith({ ...events, erase: () => Promise.reject(new Error('Redis is gone')) })
  await expect(broken).rejects.toThrow('Redis is gone')
  expect(await deliveries()).toBe(0)
  expect(await eraseWith(events)).toEqual({ events: 1, deliveries: 0, quarantined_rows: 0 })
  expect(await eraseWith(events)).toEqual({ events: 0, deliveries: 0, quarantined_rows: 0 })
})

test('all pages are walked, up to what was there when the walk began', async () => {
  for (let i = 0; i < 600; i++) await stage.emit(SOURCE, `evt_${i}`)
  const seen: string[] = []
  for await (const page of events.walk(SOURCE)) {
    seen.push(...page.map(({ event }) => event.id))
    // A source that keeps announcing.
    for (let i = 0; i < 300; i++) await stage.emit(SOURCE, `evt_later_${seen.length}_${i}`)
  }
  expect(seen).toEqual(Array.from({ length: 600 }, (_, i) => `evt_${i}`))
})

test('what an event says of its conversation goes with it, also where that comes later', async () => {
  const place = await emitWaiting(stage, 'evt_u1', 'conv_1')
  await stage.outbox.settle(SOURCE, place, { summary: 'of a person' })
  const { conversations } = stage.keys.source(SOURCE)
  expect(await stage.redis.hlen(conversations)).toBe(1)
  expect(await eraseWith(events)).toMatchObject({ events: 1 })
  await stage.outbox.settle(SOURCE, place, { summary: 'of a person' })
  expect(await stage.redis.exists(conversations)).toBe(0)
})
