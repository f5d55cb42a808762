import { afterEach, expect, onTestFinished, test, vi } from 'vitest'
import { createDeliveryLog } from '../../src/log/deliveries.ts'
import { startSharedClock } from '../../src/redis/shared-clock.ts'
import { createStage } from '../support/stage.ts'

const HOUR_MS = 3_600_000

afterEach(() => {
  vi.useRealTimers()
})

/** As on a machine whose clock is off. */
function machineClock(ms: number) {
  vi.useFakeTimers({ toFake: ['Date'], now: ms })
}

async function started() {
  const stage = await createStage()
  const told: unknown[] = []
  const clock = await startSharedClock({
    redis: stage.redis,
    logger: { warn: (text: unknown) => told.push(text) },
  })
  onTestFinished(async () => {
    clock.stop()
    await stage.close()
  })
  const redisMs = async () => {
    const [seconds, micros] = await stage.redis.time()
    return Number(seconds) * 1_000 + Number(micros) / 1_000
  }
  return { stage, clock, told, redisMs }
}

test.each([-HOUR_MS, HOUR_MS])('on a machine that is off by %i ms says what Redis says', async (off) => {
  const real = Date.now()
  machineClock(real + off)
  const { clock, told, redisMs } = await started()
  const [before, read, after] = [await redisMs(), clock.now(), await redisMs()]
  expect(read).toBeGreaterThan(before - 100)
  expect(read).toBeLessThan(after + 100)
  expect(told).toEqual([expect.stringMatching(/3[56]\d\d s (ahead of|behind) that of Redis/)])
})

test('does not jump with the machine’s', async () => {
  const { clock, told } = await started()
  const before = clock.now()
  machineClock(before + HOUR_MS)
  expect(clock.now() - before).toBeLessThan(60_000)
  expect(told).toEqual([])
})

test('a worker whose machine is ahead takes nothing early and nothing that another holds', async () => {
  const real = Date.now()
  machineClock(real + HOUR_MS)
  const { stage, clock } = await started()
  const { redis, keys } = stage
  const off = createDeliveryLog({ redis, keys, now: clock.now, retentionMs: HOUR_MS })
  const limits = { room: 10, atOnce: 50, rate: null }
  const events = ['evt_1', 'evt_2'].map((eventId) => ({
    eventId,
    eventType: 'user.created' as const,
    sourceId: 'src_a',
    streamId: '1-1',
  }))
  stage.clock.ms = real
  await stage.deliveries.accept('ep_1', events)
  const held = await stage.deliveries.take('ep_1', 20_000, { ...limits, room: 1 })
  const late = await stage.deliveries.take('ep_1', 20_000, { ...limits, room: 1 })
  const error = { code: 'http_status', message: 'The endpoint answered 500.' }
  await stage.deliveries.record(
    'ep_1',
    late.claims.map((claim) => ({
      claim,
      ending: { status: 'retrying', attempt: null, error, nextAttemptAt: real + 600_000, health: 'down' },
    })),
  )
  expect(held.claims).toHaveLength(1)
  expect((await off.take('ep_1', 20_000, limits)).claims).toEqual([])
  expect(await redis.zcard(keys.endpoint('ep_1').busy)).toBe(1)
})
