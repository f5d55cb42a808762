import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { pino } from 'pino'
import { expect, inject, onTestFinished, test } from 'vitest'
import { inGroups } from '../../src/queues/in-groups.ts'
import { createQueues } from '../../src/queues/queues.ts'
import { createKeys } from '../../src/redis/keys.ts'
import { testRedis } from '../support/redis.ts'
import { until } from '../support/until.ts'

const SOURCES = 1_000
const POLLERS = 4

async function startPoller(prefix: string): Promise<ChildProcess> {
  const child = fork(new URL('./poller-child.ts', import.meta.url), [inject('redisTarget'), prefix])
  const exited = once(child, 'exit')
  onTestFinished(async () => {
    child.kill('SIGTERM')
    await exited
  })
  await once(child, 'message')
  return child
}

async function countsOf(poller: ChildProcess): Promise<Record<string, number>> {
  const answer = once(poller, 'message')
  poller.send('counts')
  const [counts] = await answer
  return counts as Record<string, number>
}

test('four pollers share 1,000 sources evenly, and none of the sources belongs to one of them', {
  timeout: 120_000,
}, async () => {
  const { redis, prefix, close } = await testRedis()
  onTestFinished(close)
  const queues = createQueues({
    connection: redis,
    keys: createKeys(prefix),
    logger: pino({ level: 'silent' }),
  })
  onTestFinished(queues.close)
  const pollers = await Promise.all(Array.from({ length: POLLERS }, () => startPoller(prefix)))
  const ids = Array.from({ length: SOURCES }, (_, i) => `src_${i}`)
  await inGroups(ids, (id) => queues.keepPolling(id, 2_000))

  // From when all are on their schedule.
  const before = await Promise.all(pollers.map(countsOf))
  const all = await until(
    async () => {
      const counts = (await Promise.all(pollers.map(countsOf))).map((one, i) =>
        Object.fromEntries(ids.map((id) => [id, (one[id] ?? 0) - (before[i]?.[id] ?? 0)])),
      )
      const of = (id: string) => counts.reduce((sum, one) => sum + (one[id] ?? 0), 0)
      return ids.every((id) => of(id) >= 3) ? counts : null
    },
    { within: 90_000, what: 'every source to be polled three times' },
  )
  const made = all.map((counts) => Object.values(counts).reduce((sum, count) => sum + count, 0))
  const total = made.reduce((sum, count) => sum + count, 0)
  for (const count of made) {
    expect(count / total, made.join(', ')).toBeGreaterThan(0.1)
    expect(count / total, made.join(', ')).toBeLessThan(0.45)
  }
  // Each source is looked after by all of them, one after the other: none belongs to a process.
  const byAll = ids.filter((id) => all.filter((counts) => (counts[id] ?? 0) > 0).length > 1)
  expect(byAll.length).toBeGreaterThan(SOURCES / 2)
})
