import { setImmediate as tick } from 'node:timers/promises'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createDrainEndpoints } from '../../src/deliver/drain-endpoints.ts'
import { createEventTexts } from '../../src/deliver/event-texts.ts'
import type { MadeAttempt } from '../../src/deliver/make-attempt.ts'
import type { EndpointRecord } from '../../src/endpoints/endpoints.ts'
import { createReadPlaces } from '../../src/log/delivery-places.ts'
import { createRecoveryRuns } from '../../src/log/recovery-runs.ts'
import { createRequeue } from '../../src/log/requeue-deliveries.ts'
import { createQueues } from '../../src/queues/queues.ts'
import { closeWorkers } from '../../src/queues/start-worker.ts'
import { createMissedEvents } from '../../src/resend/missed-events.ts'
import { createRecoverEndpoint, type RecoveryWish } from '../../src/resend/recover-endpoint.ts'
import { startDeliverWorker } from '../../workers/deliver.ts'
import { createStage, type Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'

const EP = 'ep_test'
const SRC = 'src_a'
const logger = pino({ level: 'silent' })
const endpoint = {
  kind: 'webhook',
  id: EP,
  enabled: true,
  deleted_at: null,
  event_types: null,
  source_ids: null,
  filter: null,
} as unknown as EndpointRecord
const all: RecoveryWish = { since: 0, until: null, only: 'all', dryRun: false }

let stage: Stage
let queues: ReturnType<typeof createQueues>
beforeEach(async () => {
  stage = await createStage()
  queues = createQueues({ connection: stage.redis, keys: stage.keys, logger })
})
afterEach(async () => {
  await queues.close()
  await stage.close()
})

/** Records deliveries of new events, and how each of them ended. */
async function past(count: number, status: 'failed' | 'skipped' | 'succeeded'): Promise<string[]> {
  const ids: string[] = []
  for (let i = 0; i < count; i += 250) {
    const events = await Promise.all(
      Array.from({ length: Math.min(250, count - i) }, async (_, j) => {
        const eventId = `evt_${status}_${i + j}`
        return {
          eventId,
          eventType: 'user.created' as const,
          sourceId: SRC,
          streamId: await stage.emit(SRC, eventId),
        }
      }),
    )
    const skip = status === 'skipped' ? { code: 'endpoint_disabled', message: 'It was disabled.' } : null
    const waiting = await stage.deliveries.accept(EP, events, skip)
    ids.push(...waiting)
    await Promise.all(
      waiting.map(async (id) => {
        const claim = await stage.claim(EP, id, 10_000)
        if (claim && status !== 'skipped')
          await stage.record(EP, claim, {
            status,
            attempt: null,
            error: null,
            nextAttemptAt: null,
            health: null,
          })
      }),
    )
  }
  return ids
}

/** The recovery of the endpoint, with what wakes it, as another process would have it. */
function recovery(over: { wake?: typeof queues.wake } = {}) {
  const { redis, keys, outbox, deliveries, now } = stage
  return createRecoverEndpoint({
    endpoints: { get: async () => endpoint },
    readPlaces: createReadPlaces({ redis, keys }),
    requeue: createRequeue({ redis, keys, now }),
    missedEvents: createMissedEvents({
      redis,
      keys,
      outbox,
      owners: { ids: async () => [SRC] },
      deliveries,
    }),
    runs: createRecoveryRuns({ redis, keys }),
    completeSince: stage.bounds.completeSince,
    wake: queues.wake,
    now,
    ...over,
  })
}

/** Workers that send nothing and count what they would: `outcome` says how each attempt ends. */
function worker(outcome: MadeAttempt['outcome']) {
  const sent = new Map<string, number>()
  const now = Date.now
  const stopping = new AbortController()
  const { drain } = createDrainEndpoints({
    deliveries: stage.deliveries,
    endpoints: { find: async () => endpoint },
    eventTexts: createEventTexts(stage).read,
    makeAttempt: async (_endpoint, events) => {
      for (const { id } of events) sent.set(id, (sent.get(id) ?? 0) + 1)
      await tick()
      return {
        attempt: {
          at: new Date(now()).toISOString(),
          duration_ms: 1,
          url: 'https://example.com/',
          request: { headers: {}, body: '' },
          response: { status: outcome.kind === 'failed' ? 400 : 200, headers: {}, body: '' },
          error: outcome.kind === 'failed' ? outcome.error : null,
        },
        outcome,
      }
    },
    wakeLater: queues.wakeLater,
    noteHealth: async () => undefined,
    schedule: [],
    deadlineMs: 15_000,
    now: stage.now,
    random: Math.random,
    logger,
    signal: stopping.signal,
  })
  const started = startDeliverWorker('deliver', {
    connection: stage.redis,
    keys: stage.keys,
    logger,
    concurrency: 4,
    drain,
  })
  return {
    sent,
    async close() {
      stopping.abort()
      await closeWorkers([started], 5_000)
    },
  }
}

const countOf = async (...statuses: ('pending' | 'succeeded' | 'failed' | 'skipped')[]) =>
  (
    await Promise.all(statuses.map((status) => stage.redis.zcard(stage.keys.endpoint(EP).status(status))))
  ).reduce((sum, count) => sum + count, 0)

const SUCCEEDED: MadeAttempt['outcome'] = { kind: 'succeeded' }
const REFUSED: MadeAttempt['outcome'] = {
  kind: 'failed',
  error: { code: 'blocked_address', message: 'No.' },
  retry: 'never',
  retryAfterMs: null,
  fault: 'permanent',
  connectionFailure: false,
}

describe('recovering while workers are at work', () => {
  // What a worker ends in between is in the lists again when the walk, or the other one, comes by.
  test.each([
    ['succeeds', SUCCEEDED],
    ['fails at once', REFUSED],
  ])('sends each delivery once where it %s, also when two ask at once', async (_, outcome) => {
    await past(600, 'failed')
    await past(600, 'succeeded')
    const { sent, close } = worker(outcome)
    const both = await Promise.all([recovery()(EP, all), recovery()(EP, all)])
    expect(both.reduce((sum, one) => sum + one.failed + one.succeeded, 0)).toBe(1_200)
    await until(async () => (await countOf('succeeded', 'failed')) === 1_200 && sent.size === 1_200)
    await close()
    expect([...new Set(sent.values())]).toEqual([1])
    expect(await countOf('pending')).toBe(0)
  })

  test('goes on after it broke off, and sends nothing twice', async () => {
    await past(1_000, 'succeeded')
    const { sent, close } = worker(SUCCEEDED)
    let calls = 0
    const broken = recovery({
      wake: async (endpointId) => {
        if (++calls === 3) throw new Error('killed')
        await queues.wake(endpointId)
      },
    })
    await expect(broken(EP, all)).rejects.toThrow('killed')
    // What it had queued without waking anybody is sent with the rest.
    await until(() => sent.size >= 500)
    expect((await recovery()(EP, all)).succeeded).toBe(250)
    await until(async () => sent.size === 1_000 && (await countOf('succeeded')) === 1_000)
    await close()
    expect([...new Set(sent.values())]).toEqual([1])
    // One that had ended is a new one.
    expect((await recovery()(EP, { ...all, dryRun: true })).succeeded).toBe(1_000)
    expect((await recovery()(EP, all)).succeeded).toBe(1_000)
  })

  test('leaves alone what a worker holds', async () => {
    const [id = ''] = await past(1, 'failed')
    const requeue = createRequeue(stage)
    expect(await requeue(EP, [id], { from: ['failed'] })).toEqual(['queued'])
    const claim = await stage.claim(EP, id, 10_000)
    expect(claim).not.toBeNull()
    expect(await requeue(EP, [id], { from: ['pending', 'failed'] })).toEqual(['in_progress'])
    expect(await requeue(EP, [id, 'dlv_none'], { from: ['failed'] })).toEqual(['unwanted', 'gone'])
    // Of three that ask at once, one gets it.
    if (claim) {
      await stage.record(EP, claim, {
        status: 'failed',
        attempt: null,
        error: null,
        nextAttemptAt: null,
        health: null,
      })
    }
    const asked = await Promise.all([1, 2, 3].map(() => requeue(EP, [id], { from: ['failed'] })))
    expect(asked.flat().sort()).toEqual(['queued', 'unwanted', 'unwanted'])
  })
})

describe('events without a delivery', () => {
  test('become deliveries once, as the filter and the source of the endpoint want', async () => {
    for (let i = 0; i < 600; i++) await stage.emit(SRC, `evt_${i}`)
    await stage.emit(SRC, 'evt_other', 'source.failing')
    const { sent, close } = worker(SUCCEEDED)
    const wish: RecoveryWish = { ...all, since: stage.clock.ms - 1_000, only: 'undelivered' }
    expect(await recovery()(EP, { ...wish, dryRun: true })).toMatchObject({ without_delivery: 600 })
    expect(await countOf('pending')).toBe(0)
    await Promise.all([recovery()(EP, wish), recovery()(EP, wish)])
    await until(() => sent.size === 600)
    await until(async () => (await countOf('succeeded')) === 600)
    await close()
    expect([...new Set(sent.values())]).toEqual([1])
    expect(sent.has('evt_other')).toBe(false)
    expect(await recovery()(EP, wish)).toMatchObject({ without_delivery: 0, failed: 0 })
  })
})
