import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Claim, Ending } from '../../src/log/deliveries.ts'
import {
  type DeliveryHead,
  parseHead,
  parseRecord,
  recordText,
  typeInRecord,
} from '../../src/log/delivery-record.ts'
import { createRequeue } from '../../src/log/requeue-deliveries.ts'
import type { Attempt } from '../../src/types.ts'
import { createStage, type Stage } from '../support/stage.ts'

const EP = 'ep_test'
const DAY_MS = 86_400_000

let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})
afterEach(() => stage.close())

const eventOf = (eventId: string, streamId = '1-1') => ({
  eventId,
  eventType: 'user.created' as const,
  sourceId: 'src_a',
  streamId,
})

async function claimed(eventId = 'evt_1'): Promise<Claim> {
  await stage.deliveries.accept(EP, [eventOf(eventId)])
  return take()
}

async function take(log = stage.deliveries): Promise<Claim> {
  const { claims } = await log.take(EP, 1_000, { room: 1, atOnce: 10, rate: null })
  const [claim] = claims
  if (claim === undefined) throw new Error('nothing to claim')
  return claim
}

const attempt = (number: number, body = ''): Attempt => ({
  number,
  at: new Date(stage.clock.ms).toISOString(),
  duration_ms: 5,
  url: 'https://example.com/',
  request: { headers: {}, body },
  response: { status: 200, headers: {}, body: '' },
  error: null,
})

const ending = (
  status: Ending['status'],
  made: Attempt | null,
  nextAttemptAt: number | null = null,
): Ending => ({
  status,
  attempt: made,
  error: status === 'succeeded' ? null : { code: 'http_status', message: 'It said 500.' },
  nextAttemptAt,
  health: null,
})

const record = async (claim: Claim, end: Ending) =>
  (await stage.deliveries.record(EP, [{ claim, ending: end }])).replies[0]
const shown = (id: string) => stage.reader.get(id, [EP])
const beside = (id: string) => stage.redis.llen(stage.keys.endpoint(EP).attempts(id))
const ttlOf = async (id: string) => {
  const { delivery, attempts } = stage.keys.endpoint(EP)
  return [await stage.redis.pttl(delivery(id)), await stage.redis.pttl(attempts(id))]
}

describe('the text of a record', () => {
  const word = fc.stringMatching(/^[\w.]{1,40}$/)
  const head: fc.Arbitrary<DeliveryHead> = fc.record({
    status: fc.constantFrom('pending', 'retrying', 'succeeded', 'failed', 'skipped'),
    createdAt: fc.nat(),
    made: fc.nat(60),
    countedFrom: fc.nat(60),
    nextAttemptAt: fc.option(fc.nat()),
    run: fc.option(word),
    eventId: word,
    eventType: word as fc.Arbitrary<DeliveryHead['eventType']>,
    place: fc.option(fc.record({ sourceId: word, streamId: fc.constantFrom('1-1', '1790000000000-12') })),
  })

  test('is read as it was written, whatever is in it', () => {
    const json = fc.option(fc.json().map((text) => JSON.stringify(text)))
    fc.assert(
      fc.property(head, json, json, fc.string({ unit: 'binary' }), (short, test, attempt, body) => {
        const error = { code: 'http_status', message: 'a\nb' } as const
        const text = recordText(short, {
          error: JSON.stringify(error),
          test: test ?? '',
          attempt: attempt ?? '',
          body,
        })
        expect(parseRecord(text)).toEqual({ ...short, error, test, firstAttempt: attempt, firstBody: body })
        expect(typeInRecord(text.slice(0, 1024))).toBe(short.eventType)
        expect(parseHead(text.split('\n')[1] ?? '')).toEqual(short)
      }),
    )
  })

  test('goes through the scripts that take it apart, byte for byte', async () => {
    const body = 'first\n\nthird – 😀\n- pending 1'
    const claim = await claimed()
    const first = { ...attempt(1, body), error: { code: 'http_status' as const, message: 'ü' } }
    expect(await record(claim, ending('failed', first))).toBe('OK')
    const before = await shown(claim.deliveryId)
    expect(before?.attempts).toEqual([first])
    await createRequeue(stage)(EP, [claim.deliveryId], { from: ['failed'], run: 'a-walk' })
    const again = await take()
    expect(again).toMatchObject({ attempts: 1, scheduled: 0, untouched: null })
    expect(await record(again, ending('succeeded', attempt(2, body)))).toBe('OK')
    expect((await shown(claim.deliveryId))?.attempts).toEqual([first, attempt(2, body)])
  })
})

describe('a first attempt that succeeds', () => {
  test('is kept in the record, with nothing beside it, and ends with it', async () => {
    const claim = await claimed()
    expect(claim.untouched).toMatchObject({ status: 'pending', made: 0 })
    expect(await record(claim, ending('succeeded', attempt(1, 'sent')))).toBe('OK')
    expect(await shown(claim.deliveryId)).toMatchObject({
      status: 'succeeded',
      next_attempt_at: null,
      attempts: [{ number: 1, request: { body: 'sent' } }],
    })
    expect(await beside(claim.deliveryId)).toBe(0)
    expect((await ttlOf(claim.deliveryId))[0]).toBeGreaterThan(6 * DAY_MS)
    const { busy, due, retries } = stage.keys.endpoint(EP)
    for (const list of [busy, due, retries]) expect(await stage.redis.zcard(list)).toBe(0)
    expect(await stage.redis.zcard(stage.keys.endpoint(EP).status('pending'))).toBe(0)
  })

  test('whose claim ran out counts all the same, and whoever has it now changes nothing by failing', async () => {
    const slow = await claimed()
    stage.clock.ms += 5_000
    const fast = await take(stage.othersDeliveries)
    expect(fast.deliveryId).toBe(slow.deliveryId)
    expect(await record(slow, ending('succeeded', attempt(1)))).toBe('OK')
    expect(await record(fast, ending('failed', attempt(1)))).toBe('OVERTAKEN')
    expect(await shown(slow.deliveryId)).toMatchObject({ status: 'succeeded', attempts: [{}, {}] })
    // What came late ends with the rest.
    for (const left of await ttlOf(slow.deliveryId)) expect(left).toBeGreaterThan(6 * DAY_MS)
    expect(await stage.redis.zcard(stage.keys.endpoint(EP).busy)).toBe(0)
  })

  test('comes behind the attempt of whoever had it before, however late that is told', async () => {
    const slow = await claimed()
    stage.clock.ms += 5_000
    const fast = await take(stage.othersDeliveries)
    expect(fast.untouched).not.toBeNull()
    expect(await record(slow, ending('failed', attempt(1, 'of the first')))).toBe('OVERTAKEN')
    expect(await record(fast, ending('succeeded', attempt(1, 'of the second')))).toBe('OK')
    const { attempts, status } = (await shown(slow.deliveryId)) ?? {}
    expect(status).toBe('succeeded')
    expect(attempts?.map(({ request }) => request.body)).toEqual(['of the first', 'of the second'])
    for (const left of await ttlOf(slow.deliveryId)) expect(left).toBeGreaterThan(6 * DAY_MS)
  })

  test('twice in one call are two attempts', async () => {
    const claim = await claimed()
    const twice = [1, 2].map((number) => ({ claim, ending: ending('succeeded', attempt(number)) }))
    expect((await stage.deliveries.record(EP, twice)).replies).toEqual(['OK', 'OK'])
    expect((await shown(claim.deliveryId))?.attempts).toMatchObject([{ number: 1 }, { number: 2 }])
  })

  test('is of the delivery as it is, where that was asked for again meanwhile', async () => {
    const slow = await claimed()
    stage.clock.ms += 5_000
    const fast = await take(stage.othersDeliveries)
    await record(fast, ending('failed', attempt(1)))
    await createRequeue(stage)(EP, [slow.deliveryId], { from: ['failed'] })
    expect(await record(slow, ending('succeeded', attempt(1)))).toBe('OK')
    expect(await shown(slow.deliveryId)).toMatchObject({ status: 'succeeded', attempts: [{}, {}] })
    expect(await stage.redis.zcard(stage.keys.endpoint(EP).due)).toBe(0)
  })

  test('of a delivery that was erased meanwhile is not recorded', async () => {
    const claim = await claimed()
    await stage.redis.del(stage.keys.endpoint(EP).delivery(claim.deliveryId))
    expect(await record(claim, ending('succeeded', attempt(1)))).toBe('GONE')
    expect(await shown(claim.deliveryId)).toBeNull()
    expect(await stage.redis.zcard(stage.keys.endpoint(EP).status('succeeded'))).toBe(0)
  })

  test('leaves the event where it has moved to meanwhile', async () => {
    const claim = await claimed()
    expect(await stage.deliveries.accept(EP, [eventOf('evt_1', '7-7')])).toEqual([claim.deliveryId])
    expect(await record(claim, ending('succeeded', attempt(1)))).toBe('OK')
    await createRequeue(stage)(EP, [claim.deliveryId], { from: ['succeeded'] })
    expect(await take()).toMatchObject({ streamId: '7-7', attempts: 1 })
  })
})

describe('a failure that is recorded after its claim ran out', () => {
  const retrying = () => ending('retrying', attempt(1), stage.clock.ms + 600_000)
  const lists = async () => {
    const { due, retries, busy, status } = stage.keys.endpoint(EP)
    const each = [due, retries, busy, status('pending'), status('retrying')]
    return Promise.all(each.map((list) => stage.redis.zcard(list)))
  }
  const late = async () => {
    const claim = await claimed()
    stage.clock.ms += 5_000
    return claim
  }
  const counts = async (claim: Claim) => {
    expect(await record(claim, retrying())).toBe('OK')
    expect(await lists()).toEqual([0, 1, 0, 0, 1])
    stage.clock.ms += 5_000
    expect((await stage.deliveries.take(EP, 1_000, { room: 1, atOnce: 10, rate: null })).claims).toEqual([])
  }

  test('waits as it should, where the same process has taken it again', async () => {
    const claim = await late()
    await take()
    await counts(claim)
  })

  test('waits as it should, where it was put back and nobody has taken it', async () => {
    const claim = await late()
    await stage.othersDeliveries.take(EP, 1_000, { room: 0, atOnce: 10, rate: null })
    expect(await lists()).toEqual([1, 0, 0, 1, 0])
    await counts(claim)
  })

  test('waits as it should, where it was put back by a step that never came', async () => {
    await counts(await late())
  })

  test('takes it from nobody who has it, or has asked for it', async () => {
    const claim = await late()
    await take(stage.othersDeliveries)
    expect(await record(claim, retrying())).toBe('OVERTAKEN')
    expect(await lists()).toEqual([0, 0, 1, 1, 0])
    stage.clock.ms += 5_000
    await createRequeue(stage)(EP, [claim.deliveryId], { from: ['pending'] })
    expect(await record(claim, retrying())).toBe('OVERTAKEN')
    expect(await lists()).toEqual([1, 0, 0, 1, 0])
  })
})

describe('attempts', () => {
  test('are the newest fifty, the first one among them as long as it is', async () => {
    const claim = await claimed()
    const { deliveryId } = claim
    const numbers = async () => (await shown(deliveryId))?.attempts.map(({ number }) => number) ?? []
    await record(claim, ending('succeeded', attempt(1)))
    for (let n = 2; n <= 53; n++) {
      await createRequeue(stage)(EP, [deliveryId], { from: ['succeeded'] })
      await record(await take(), ending('succeeded', attempt(n)))
      const first = Math.max(1, n - 49)
      expect(await numbers()).toEqual(Array.from({ length: n - first + 1 }, (_, i) => first + i))
    }
    for (const left of await ttlOf(deliveryId)) expect(left).toBeGreaterThan(6 * DAY_MS)
  })
})

describe('deliveries of one call', () => {
  test('are taken in the order of their events', async () => {
    const events = Array.from({ length: 500 }, (_, i) => eventOf(`evt_${i}`))
    await stage.deliveries.accept(EP, events)
    const { claims } = await stage.deliveries.take(EP, 1_000, { room: 500, atOnce: 500, rate: null })
    expect(claims.map(({ eventId }) => eventId)).toEqual(events.map(({ eventId }) => eventId))
  })
})
