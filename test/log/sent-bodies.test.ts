import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type Claim,
  createDeliveryLog,
  type Ending,
  EVENT_GONE,
  KEPT_BODY,
} from '../../src/log/deliveries.ts'
import { createStage, type Stage } from '../support/stage.ts'

const EP = 'ep_test'
const DAY_MS = 86_400_000

let stage: Stage
beforeEach(async () => {
  stage = await createStage()
})
afterEach(() => stage.close())

/** An event in the outbox with its delivery, claimed. */
async function claimed(
  id: string,
  log = stage.deliveries,
): Promise<{ claim: Claim; text: string; streamId: string }> {
  const streamId = await stage.emit('src_a', id)
  await log.accept(EP, [{ eventId: id, eventType: 'user.created', sourceId: 'src_a', streamId }])
  const { claims } = await log.take(EP, 60_000, { room: 10, atOnce: 10, rate: null })
  const [claim] = claims
  if (claim === undefined) throw new Error('nothing to claim')
  return { claim, text: (await stage.outbox.jsonAt('src_a', streamId)) ?? '', streamId }
}

/** The same of an event whose text and place are the test's own. */
async function claimedText(streamId: string, text: string): Promise<Claim> {
  await stage.redis.xadd(stage.keys.source('src_a').outbox, streamId, 'id', 'evt_1', 'event', text)
  await stage.deliveries.accept(EP, [
    { eventId: 'evt_1', eventType: 'user.created', sourceId: 'src_a', streamId },
  ])
  const { claims } = await stage.deliveries.take(EP, 60_000, { room: 1, atOnce: 1, rate: null })
  const [claim] = claims
  if (claim === undefined) throw new Error('nothing to claim')
  return claim
}

/** What a request with this body ends with, which is tried again at once where it is said. */
function ending(number: number, body: string, more: Partial<Ending> = {}): Ending {
  return {
    status: 'succeeded',
    attempt: {
      number,
      at: new Date(stage.clock.ms).toISOString(),
      duration_ms: 5,
      url: 'https://example.com/',
      request: { headers: {}, body },
      response: { status: 200, headers: {}, body: '' },
      error: null,
    },
    error: null,
    nextAttemptAt: null,
    health: 'up',
    ...more,
  }
}

const bodies = async (id: string) =>
  (await stage.reader.get(id, [EP]))?.attempts.map(({ request }) => request.body)

/** Everything that is kept of a delivery, as text. */
async function kept(id: string): Promise<string> {
  const { delivery, attempts } = stage.keys.endpoint(EP)
  const beside = await stage.redis.lrange(attempts(id), '0', '-1')
  return [await stage.redis.get(delivery(id)), ...beside].join('\n')
}

describe('an attempt that sent the event itself', () => {
  test('is shown with it, and keeps no copy of it', async () => {
    const { claim, text } = await claimed('evt_1')
    await stage.record(EP, claim, ending(1, text, { sentEvent: true }))
    expect(text).toContain('"user_id":"evt_1"')
    expect(await bodies(claim.deliveryId)).toEqual([text])
    expect(await kept(claim.deliveryId)).not.toContain('user_id')
  })

  test('is shown with what was decided of its conversation', async () => {
    const streamId = '5-1'
    const open = '{"type":"user.created","data":{"conversation":null}}'
    const claim = await claimedText(streamId, open)
    await stage.outbox.settle('src_a', streamId, { summary: 'Wants a quote.' })
    await stage.record(EP, claim, ending(1, 'as sent', { sentEvent: true }))
    expect(await bodies(claim.deliveryId)).toEqual([
      '{"type":"user.created","data":{"conversation":{"summary":"Wants a quote."}}}',
    ])
  })

  test('says so where the event has left its log', async () => {
    const { claim, text, streamId } = await claimed('evt_1')
    await stage.record(EP, claim, ending(1, text, { sentEvent: true }))
    await stage.redis.xdel(stage.keys.source('src_a').outbox, streamId)
    expect(await bodies(claim.deliveryId)).toEqual([EVENT_GONE])
  })

  test('keeps a copy where events go before deliveries do', async () => {
    const { redis, keys, now } = stage
    const log = createDeliveryLog({ redis, keys, now, retentionMs: 7 * DAY_MS, eventRetentionMs: 6 * DAY_MS })
    const { claim, text, streamId } = await claimed('evt_1', log)
    await log.record(EP, [{ claim, ending: ending(1, text, { sentEvent: true }) }])
    await redis.xdel(keys.source('src_a').outbox, streamId)
    expect(await bodies(claim.deliveryId)).toEqual([text])
  })

  test('is cut where it is long', async () => {
    const streamId = '6-1'
    const text = JSON.stringify({ type: 'user.created', data: { note: 'x'.repeat(KEPT_BODY) } })
    const claim = await claimedText(streamId, text)
    await stage.record(EP, claim, ending(1, text.slice(0, KEPT_BODY), { sentEvent: true }))
    expect(await bodies(claim.deliveryId)).toEqual([text.slice(0, KEPT_BODY)])
  })
})

test('attempts with bodies of each kind are told apart', async () => {
  const { claim, text } = await claimed('evt_1')
  const id = claim.deliveryId
  const again: Partial<Ending> = { status: 'retrying', nextAttemptAt: stage.clock.ms }
  const sent: [string, Partial<Ending>][] = [
    ['', again],
    ['first', again],
    [text, { ...again, sentEvent: true }],
    ['first', again],
    ['', again],
    ['other\nof two lines', again],
    ['first', {}],
  ]
  let next = claim
  for (const [i, [body, more]] of sent.entries()) {
    await stage.record(EP, next, ending(i + 1, body, more))
    if (i === sent.length - 1) break
    const { claims } = await stage.deliveries.take(EP, 60_000, { room: 1, atOnce: 1, rate: null })
    const [taken] = claims
    if (taken === undefined) throw new Error('nothing to claim')
    next = taken
  }
  expect(await bodies(id)).toEqual(sent.map(([body]) => body))
})
