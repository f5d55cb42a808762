import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { type Claim, createDeliveryLog, type Ending } from '../../src/log/deliveries.ts'
import { DELIVERY_STATUSES, parseRecord } from '../../src/log/delivery-record.ts'
import { createRequeue } from '../../src/log/requeue-deliveries.ts'
import { connectRedis } from '../../src/redis/connect.ts'
import { startServer } from '../redis/own-server.ts'
import { createStage, type Stage } from '../support/stage.ts'

const EP = 'ep_test'
let stage: Stage
let redisPath: string
beforeEach(async () => {
  // One server with a socket, whatever the other tests have.
  redisPath = await startServer()
  stage = await createStage(redisPath)
})
afterEach(() => stage.close())

/** A way to Redis that loses answers: the command has been carried out, and the connection ends before its answer. */
async function lossy() {
  const path = join(tmpdir(), `${stage.keys.prefix}.sock`)
  let losing = false
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const redis = connect(redisPath)
    open.add(client)
    client.pipe(redis)
    redis.on('data', (answer) => {
      if (!losing) return void client.write(answer)
      losing = false
      client.destroy()
    })
    client.on('close', () => redis.destroy())
    redis.on('close', () => client.destroy())
    for (const socket of [client, redis]) socket.on('error', () => undefined)
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  const redis = connectRedis(path, 'lossy')
  await redis.ping()
  onTestFinished(() => {
    redis.disconnect()
    for (const socket of open) socket.destroy()
    server.close()
  })
  return {
    redis,
    log: createDeliveryLog({ redis, keys: stage.keys, now: stage.now, retentionMs: 7 * 86_400_000 }),
    loseNext() {
      losing = true
    },
  }
}

async function claimed(): Promise<Claim[]> {
  const events = ['evt_1', 'evt_2'].map((eventId) => ({
    eventId,
    eventType: 'user.created' as const,
    sourceId: 'src_a',
    streamId: '1-1',
  }))
  await stage.deliveries.accept(EP, events)
  const limits = { room: 10, atOnce: 50, rate: null }
  return (await stage.deliveries.take(EP, 20_000, limits)).claims
}

const failed = (claim: Claim): Ending => {
  const error = { code: 'http_status', message: 'The endpoint answered 500.' }
  return {
    status: 'retrying',
    attempt: {
      number: claim.attempts + 1,
      at: new Date(stage.clock.ms).toISOString(),
      duration_ms: 1,
      url: 'https://example.com/',
      request: { headers: {}, body: '{}' },
      response: { status: 500, headers: {}, body: '' },
      error,
    },
    error,
    nextAttemptAt: stage.clock.ms + 1_000,
    health: 'down',
  }
}

const attemptsOf = async (claims: readonly Claim[]) => {
  const { delivery, attempts } = stage.keys.endpoint(EP)
  return Promise.all(
    claims.map(async ({ deliveryId: id }) => [
      parseRecord((await stage.redis.get(delivery(id))) ?? '').made,
      await stage.redis.llen(attempts(id)),
    ]),
  )
}

test('results whose answer was lost are counted once', async () => {
  const { log, loseNext } = await lossy()
  const claims = await claimed()
  const results = claims.map((claim) => ({ claim, ending: failed(claim) }))
  // Once with the script known to Redis, for it is asked for by its digest.
  await log.record(EP, [], { writer: 'w', number: 1 })
  loseNext()
  const { replies, health } = await log.record(EP, results, { writer: 'w', number: 2 })
  expect(replies).toEqual(['OK', 'OK'])
  expect(health.failures).toBe(2)
  expect(await attemptsOf(claims)).toEqual([
    [1, 1],
    [1, 1],
  ])
})

test('what others record in between changes nothing of that', async () => {
  const claims = await claimed()
  const results = claims.map((claim) => ({ claim, ending: failed(claim) }))
  const mine = { writer: 'w', number: 7 }
  await stage.deliveries.record(EP, results, mine)
  for (let i = 0; i < 6; i++) await stage.deliveries.record(EP, [], { writer: `other${i}`, number: 1 })
  expect((await stage.deliveries.record(EP, results, mine)).health.failures).toBe(2)
  expect(await attemptsOf(claims)).toEqual([
    [1, 1],
    [1, 1],
  ])
  // The next one is another.
  await stage.deliveries.record(EP, results, { ...mine, number: 8 })
  expect((await attemptsOf(claims))[0]).toEqual([2, 2])
})

test('claims whose answer was lost are taken again when they have run out', async () => {
  const { log, loseNext } = await lossy()
  const limits = { room: 10, atOnce: 50, rate: null }
  await log.take(EP, 20_000, limits)
  const events = ['evt_1', 'evt_2'].map((eventId) => ({
    eventId,
    eventType: 'user.created' as const,
    sourceId: 'src_a',
    streamId: '1-1',
  }))
  await stage.deliveries.accept(EP, events)
  loseNext()
  expect((await log.take(EP, 20_000, limits)).claims).toEqual([])
  stage.clock.ms += 20_000
  expect(await stage.deliveries.isOverdue(EP, 5_000)).toBe(true)
  expect((await log.take(EP, 20_000, limits)).claims).toHaveLength(2)
})

test('what a person asked to send again is sent once, also where the answer to that was lost', async () => {
  const { redis, loseNext } = await lossy()
  const [claim] = await claimed()
  if (claim === undefined) throw new Error('nothing was claimed')
  const succeeded: Ending = {
    ...failed(claim),
    status: 'succeeded',
    error: null,
    nextAttemptAt: null,
    health: 'up',
  }
  await stage.record(EP, claim, succeeded)
  const requeue = createRequeue({ ...stage, redis })
  const ids = [claim.deliveryId]
  // Once with the script known to Redis.
  await requeue(EP, ['dlv_none'], { from: DELIVERY_STATUSES })
  loseNext()
  const asked = requeue(EP, ids, { from: DELIVERY_STATUSES })
  const take = async () =>
    (await stage.deliveries.take(EP, 20_000, { room: 10, atOnce: 50, rate: null })).claims
  let again: Claim[] = []
  while (again.length === 0) again = await take()
  for (const one of again) await stage.record(EP, one, succeeded)
  expect(await asked).toEqual(['queued'])
  expect(await take()).toEqual([])
  expect(await attemptsOf([claim])).toEqual([[2, 1]])
})

test('claims that were given back are not given back once more, when others have them', async () => {
  const [first, second] = await claimed()
  if (first === undefined || second === undefined) throw new Error('nothing was claimed')
  stage.clock.ms += 3
  await stage.deliveries.release(EP, [first])
  // By a clock that is as much behind.
  stage.clock.ms -= 3
  const limits = { room: 10, atOnce: 50, rate: null }
  const { claims } = await stage.othersDeliveries.take(EP, 20_000, limits)
  expect(claims).toHaveLength(1)
  await stage.deliveries.release(EP, [first])
  stage.clock.ms += 3
  expect((await stage.deliveries.take(EP, 20_000, limits)).claims).toEqual([])
})
