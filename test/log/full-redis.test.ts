import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { createDeliveryLog, type Ending } from '../../src/log/deliveries.ts'
import { createDeliveryReader } from '../../src/log/read-deliveries.ts'
import { createOutbox } from '../../src/outbox/outbox.ts'
import { connectRedis } from '../../src/redis/connect.ts'
import { createKeys } from '../../src/redis/keys.ts'
import { startPrivateRedis } from '../../src/redis/private-server.ts'

const EP = 'ep_test'
const LIMITS = { room: 2, atOnce: 50, rate: null }

/** A Redis of its own, which can be told that it is full. */
async function ownRedis() {
  const dataDir = await mkdtemp(join(tmpdir(), 'ringpost-full-'))
  const server = await startPrivateRedis({ dataDir, logger: pino({ level: 'silent' }) })
  const redis = connectRedis(server.socketPath, 'test')
  onTestFinished(async () => {
    redis.disconnect()
    await server.stop()
    await rm(dataDir, { recursive: true, force: true })
  })
  return {
    redis,
    fill: () => redis.config('SET', 'maxmemory', '1'),
    empty: () => redis.config('SET', 'maxmemory', '0'),
  }
}

test('a full Redis gives nothing out, and takes the results of what was under way', async () => {
  const { redis, fill, empty } = await ownRedis()
  const clock = { ms: Date.now() }
  const keys = createKeys('t')
  const log = createDeliveryLog({ redis, keys, now: () => clock.ms, retentionMs: 86_400_000 })
  const reader = createDeliveryReader({ redis, keys, outbox: createOutbox({ redis, keys }) })
  const events = ['evt_1', 'evt_2', 'evt_3', 'evt_4'].map((eventId) => ({
    eventId,
    eventType: 'user.created' as const,
    sourceId: 'src_a',
    streamId: '1-1',
  }))
  await log.accept(EP, events)
  const { claims } = await log.take(EP, 20_000, LIMITS)
  expect(claims).toHaveLength(2)
  const endpoint = keys.endpoint(EP)
  const lists = async () => [await redis.zcard(endpoint.due), await redis.zcard(endpoint.busy)]

  await fill()
  await expect(log.take(EP, 20_000, LIMITS)).rejects.toThrow('OOM')
  expect(await lists()).toEqual([2, 2])
  // Also where a claim has run out.
  clock.ms += 20_000
  await expect(log.take(EP, 20_000, LIMITS)).rejects.toThrow('OOM')
  expect(await lists()).toEqual([2, 2])

  const ending: Ending = {
    status: 'succeeded',
    attempt: {
      number: 1,
      at: new Date(clock.ms).toISOString(),
      duration_ms: 1,
      url: 'https://example.com/',
      request: { headers: {}, body: '{}' },
      response: { status: 204, headers: {}, body: '' },
      error: null,
    },
    error: null,
    nextAttemptAt: null,
    health: 'up',
  }
  const [first, second] = claims
  if (!first || !second) throw new Error('nothing was claimed')
  await log.record(EP, [{ claim: first, ending }])
  expect(await reader.get(first.deliveryId, [EP])).toMatchObject({
    status: 'succeeded',
    attempts: [{ number: 1 }],
  })
  await log.release(EP, [second])
  expect(await lists()).toEqual([3, 0])

  await empty()
  expect((await log.take(EP, 20_000, { ...LIMITS, room: 10 })).claims).toHaveLength(3)
})
