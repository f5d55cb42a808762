import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createQueues, type Queues } from '../../src/queues/queues.ts'
import { createKeys } from '../../src/redis/keys.ts'
import { type TestRedis, testRedis } from '../support/redis.ts'

const HOUR_MS = 3_600_000

let server: TestRedis
let queues: Queues
const open = () =>
  createQueues({
    connection: server.connect('queues'),
    keys: createKeys(`${server.prefix}-${randomBytes(4).toString('hex')}`),
    logger: pino({ level: 'silent' }),
  })

beforeEach(async () => {
  server = await testRedis()
  queues = open()
})
afterEach(async () => {
  vi.useRealTimers()
  await queues.close()
  await server.close()
})

/** Does something while the clock is an hour ahead. */
async function inAnHour(act: () => Promise<void>): Promise<void> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + HOUR_MS })
  await act()
  vi.useRealTimers()
}

test('a poll that a wrong clock has planned for an hour ahead is planned anew', async () => {
  await inAnHour(() => queues.keepPolling('src_a', 1_000))
  expect(await queues.nextPoll('src_a')).toBeGreaterThan(Date.now() + HOUR_MS / 2)
  await queues.keepPolling('src_a', 1_000)
  expect(await queues.nextPoll('src_a')).toBeLessThan(Date.now() + 60_000)
})

test('so is the sweep', async () => {
  const maintain = queues.all.find(({ name }) => name === 'maintain')
  const next = async () => (await maintain?.getJobScheduler('maintain'))?.next
  await inAnHour(() => queues.scheduleMaintenance(5_000))
  expect(await next()).toBeGreaterThan(Date.now() + HOUR_MS / 2)
  await queues.scheduleMaintenance(5_000)
  expect(await next()).toBeLessThan(Date.now() + 60_000)
})

test('a plan that is sound stays', async () => {
  await queues.keepPolling('src_a', 60_000)
  const planned = await queues.nextPoll('src_a')
  await queues.keepPolling('src_a', 60_000)
  expect(await queues.nextPoll('src_a')).toBe(planned)
})
