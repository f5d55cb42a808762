import { expect, onTestFinished, test } from 'vitest'
import { serverTime } from '../../src/redis/server-time.ts'
import { SRC, startDelivering } from '../deliver/delivering.ts'
import { startTestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'

test('a new endpoint gets what is told from then on, and nothing from before, where the clock of a process is ahead', async () => {
  const delivering = await startDelivering()
  const { redis, outbox, relay, count } = delivering
  const receiver = await startTestReceiver()
  onTestFinished(receiver.close)
  delivering.clock.ms += 3_600_000
  const old = await delivering.addEndpoint(receiver.url)
  await delivering.happen(2)
  const told = await serverTime(redis)
  await until(async () => (await serverTime(redis)) > told)
  const fresh = await delivering.addEndpoint(receiver.url)
  // As after a failover.
  expect(await outbox.rewind(SRC, 0)).toBe(true)
  expect(await relay(SRC)).toBe(2)
  await delivering.happen(1)
  await until(
    async () => (await count(old.id, 'succeeded')) === 3 && (await count(fresh.id, 'pending')) === 0,
  )
  expect(await count(fresh.id, 'succeeded')).toBe(1)
})

test('an endpoint that was made while Redis’ clock was ahead misses nothing after that is right again', async () => {
  const delivering = await startDelivering()
  const receiver = await startTestReceiver()
  onTestFinished(receiver.close)
  const { id } = await delivering.addEndpoint(receiver.url)
  // All else is as if Redis had been an hour ahead when the endpoint was made.
  delivering.clock.ms -= 3_600_000
  await delivering.emit(SRC, 'evt_then', 'user.created', `${Date.now() - 3_600_000}-1`)
  expect(await delivering.relay(SRC)).toBe(1)
  await until(async () => (await delivering.count(id, 'succeeded')) === 1)
})
