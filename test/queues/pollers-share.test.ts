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
  timeout: 300_000,
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

  // From when all are on their schedule. A machine that is busy with something else gives one process more than
  // another for a while, so what counts is what the shares come to: where one had more by itself, it would keep it.
  const before = await Promise.all(pollers.map(countsOf))
  let made: number[] = []
  const shares = () => made.map((count) => count / made.reduce((sum, one) => sum + one, 0))
  const all = await until(
    async () => {
      const counts = (await Promise.all(pollers.map(countsOf))).map((one, i) =>
        Object.fromEntries(ids.map((id) => [id, (one[id] ?? 0) - (before[i]?.[id] ?? 0)])),
      )
      const of = (id: string) => counts.reduce((sum, one) => sum + (one[id] ?? 0), 0)
      made = counts.map((one) => Object.values(one).reduce((sum, count) => sum + count, 0))
      const even = shares().every((share) => share > 0.12 && share < 0.4)
      return even && ids.every((id) => of(id) >= 6) ? counts : null
    },
    {
      within: 200_000,
      what: 'every source to be polled six times, and a share of 12 to 40 % for each poller',
    },
  ).catch((error) => {
    throw new Error(`${made.join(', ')}: ${error.message}`)
  })
  // Each source is looked after by all of them, one after the other: none belongs to a process.
  const byAll = ids.filter((id) => all.filter((counts) => (counts[id] ?? 0) > 0).length > 1)
  expect(byAll.length).toBeGreaterThan(SOURCES * 0.9)
})
