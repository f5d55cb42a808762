import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createGetConversation } from '../../src/elevenlabs/get-conversation.ts'
import { createEnrichSource } from '../../src/enrich/enrich-source.ts'
import { HOLD_MS } from '../../src/enrich/hold.ts'
import { createTurns } from '../../src/enrich/turns.ts'
import { createAgent } from '../../src/http/agent.ts'
import { createSimulator } from '../../src/simulator/server.ts'
import type { Simulator } from '../../src/simulator/types.ts'
import { createStage, type Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'
import { emitWaiting, SRC } from './waiting-event.ts'

let stage: Stage
let simulator: Simulator
const agent = createAgent({})
beforeEach(async () => {
  stage = await createStage()
  simulator = await createSimulator({ now: stage.now })
})
afterEach(async () => {
  await simulator.close()
  await stage.close()
})

/** Enriches until nothing waits, with a clock that moves where it pauses; how long that took and what came of it. */
async function enrich(over: { enrich?: boolean; key?: string } = {}) {
  const outcomes: string[] = []
  const askedAgain: number[] = []
  const settledAfter: number[] = []
  const began = stage.clock.ms
  const requestsBefore = simulator.requests.total
  let requests = 0
  const run = createEnrichSource({
    outbox: stage.outbox,
    sources: {
      find: async () => ({ id: SRC, enrich: over.enrich ?? true }),
      toPoll: () => ({ baseUrl: simulator.url, apiKey: over.key ?? 'sim_key' }),
    },
    getConversation: createGetConversation({ dispatcher: agent, now: stage.now }),
    inTurn: createTurns(stage),
    enrichSoon: async (_, delayMs) => void askedAgain.push(delayMs),
    relayNow: async () => undefined,
    countRequest: async () => void requests++,
    now: stage.now,
    pause: async (ms) => {
      stage.clock.ms += ms
    },
    logger: pino({ level: 'silent' }),
    enriched: (outcome) => {
      outcomes.push(outcome)
      settledAfter.push(stage.clock.ms - began)
    },
  })
  await run(SRC, new AbortController().signal)
  expect(simulator.requests.total - requestsBefore).toBe(requests)
  return { outcomes, settledAfter, requests, askedAgain }
}

const conversationOf = async (id: string) => (await stage.outbox.byId(SRC, id))?.event.data.conversation
const call = (more: object = {}) =>
  simulator.call({ user_id: '+15550100', duration_secs: 187, summary: 'Booked.', successful: true, ...more })

test('an event gets what upstream has of its conversation with one request, and nothing else of it changes', async () => {
  const id = call()
  await emitWaiting(stage, 'evt_1', id)
  const before = await stage.outbox.byId(SRC, 'evt_1')
  expect(before?.undecided).toBe(true)
  expect(await enrich()).toMatchObject({ outcomes: ['complete'], settledAfter: [0], requests: 1 })
  const after = await stage.outbox.byId(SRC, 'evt_1')
  const conversation = {
    conversation_id: id,
    status: 'done',
    start_time_unix_secs: Math.floor(stage.clock.ms / 1000),
    duration_secs: 187,
    outcome: 'success',
    summary: 'Booked.',
    phone_number: '+15550100',
  }
  expect(after).toMatchObject({ undecided: false, event: { data: { conversation } } })
  expect(after?.text).toBe(before?.text.replace(/null}}$/, `${JSON.stringify(conversation)}}}`))
})

test('a conversation that is not there at first is asked for again', async () => {
  await emitWaiting(stage, 'evt_1', call({ detail_after_ms: 1_200 }))
  const { outcomes, settledAfter, requests } = await enrich()
  expect([outcomes, requests]).toEqual([['complete'], 3])
  expect(settledAfter[0]).toBeLessThan(2_000)
})

test('no event is held back for longer than it may be: it goes with what there is, or without', async () => {
  await emitWaiting(stage, 'evt_absent', 'conv_unknown')
  await emitWaiting(stage, 'evt_running', call({ visible_after_ms: 60_000 }))
  const { outcomes, settledAfter } = await enrich()
  expect(outcomes.sort()).toEqual(['none', 'partial'])
  // Held from when Redis had them, by a clock that is a little earlier than ours.
  for (const ms of settledAfter) expect(ms).toBeLessThanOrEqual(HOLD_MS)
  expect(await conversationOf('evt_absent')).toBeNull()
  expect(await conversationOf('evt_running')).toMatchObject({
    status: 'processing',
    duration_secs: 187,
    outcome: null,
    summary: null,
  })
})

test('an event that came long ago does not wait at all', async () => {
  await emitWaiting(stage, 'evt_1', call())
  stage.clock.ms += HOLD_MS + 1_000
  // By its place, and not by when it was first looked at.
  expect(await enrich()).toMatchObject({ outcomes: ['none'], settledAfter: [0], requests: 0 })
})

test('events of one conversation share it, and one that waits holds up no other', async () => {
  await emitWaiting(stage, 'evt_late', call({ detail_after_ms: 3_000 }))
  const id = call()
  for (const event of ['evt_1', 'evt_2']) await emitWaiting(stage, event, id)
  const { outcomes, settledAfter, requests } = await enrich()
  expect(outcomes).toEqual(['complete', 'complete', 'complete'])
  expect(settledAfter.slice(0, 2)).toEqual([0, 0])
  expect(settledAfter[2]).toBeGreaterThan(2_500)
  expect(requests).toBe(1 + 4)
})

test('a key that may not ask is not tried again, and one that is slowed down waits as it was told', async () => {
  await emitWaiting(stage, 'evt_1', call())
  expect(await enrich({ key: 'sk_of_somebody_else' })).toMatchObject({ outcomes: ['none'], requests: 1 })
  await emitWaiting(stage, 'evt_2', call())
  simulator.fault({ kind: 'status', status: 429, headers: { 'retry-after': '3' }, on: 'conversations' })
  const { outcomes, settledAfter, requests } = await enrich()
  expect([outcomes, requests]).toEqual([['complete'], 2])
  expect(settledAfter[0]).toBeGreaterThanOrEqual(3_000)
})

test('what cannot be read is asked for again, and a source that does not want conversations any more asks for none', async () => {
  await emitWaiting(stage, 'evt_1', call())
  simulator.fault({ kind: 'html', on: 'conversations' })
  simulator.fault({ kind: 'status', status: 500, on: 'conversations' })
  expect(await enrich()).toMatchObject({ outcomes: ['complete'], requests: 3 })
  await emitWaiting(stage, 'evt_2', call())
  expect(await enrich({ enrich: false })).toMatchObject({ outcomes: ['none'], requests: 0 })
  expect(await conversationOf('evt_2')).toBeNull()
})

test('what was decided stays, whoever decides again; who sends an event decides it', async () => {
  const place = await emitWaiting(stage, 'evt_1', call())
  const sent = await stage.outbox.textsToSend([{ sourceId: SRC, streamId: place }])
  await stage.outbox.settle(SRC, place, { conversation_id: 'conv_late' })
  expect(await enrich()).toMatchObject({ outcomes: [], requests: 0 })
  expect(await stage.outbox.textsToSend([{ sourceId: SRC, streamId: place }])).toEqual(sent)
  expect(await stage.outbox.jsonAt(SRC, place)).toBe(sent[0])
  expect(await conversationOf('evt_1')).toBeNull()

  const other = await emitWaiting(stage, 'evt_2', call())
  await stage.outbox.settle(SRC, other, { conversation_id: 'conv_early' })
  await stage.outbox.settle(SRC, other, null)
  const [text] = await stage.outbox.textsToSend([{ sourceId: SRC, streamId: other }])
  expect(JSON.parse(text ?? '').data.conversation).toEqual({ conversation_id: 'conv_early' })
})

test('nothing is kept of an event that is gone', async () => {
  const { conversations } = stage.keys.source(SRC)
  const place = await emitWaiting(stage, 'evt_1', call())
  await stage.redis.xdel(stage.keys.source(SRC).outbox, place)
  await stage.outbox.settle(SRC, place, { conversation_id: 'conv_x' })
  expect(await stage.outbox.textsToSend([{ sourceId: SRC, streamId: place }])).toEqual([null])
  expect(await stage.redis.exists(conversations)).toBe(0)

  const trimmed = await emitWaiting(stage, 'evt_2', call())
  await stage.outbox.settle(SRC, trimmed, { conversation_id: 'conv_x' })
  await stage.outbox.markRelayed(SRC, trimmed)
  expect(await stage.redis.hlen(conversations)).toBe(1)
  await stage.outbox.trim(SRC, Date.now() + 60_000, 10)
  expect(await stage.redis.exists(conversations)).toBe(0)
})

test('one at a time asks for the conversations of a source, and the other comes back', async () => {
  await emitWaiting(stage, 'evt_1', call())
  const key = stage.keys.source(SRC).enriching
  await stage.redis.set(key, 'somebody-else', 'PX', 60_000)
  expect(await enrich()).toMatchObject({ outcomes: [], requests: 0, askedAgain: [500] })
  // Of a process that died, it ends by itself.
  await stage.redis.pexpire(key, 1)
  await until(async () => (await stage.redis.exists(key)) === 0)
  expect(await enrich()).toMatchObject({ outcomes: ['complete'], requests: 1, askedAgain: [] })
  expect(await stage.redis.exists(key)).toBe(0)
})
