import pino from 'pino'
import { expect, test } from 'vitest'
import { keepSchedules } from '../../src/queues/keep-schedules.ts'
import { until } from '../support/until.ts'

test('a look that never ends, for Redis is away, does not keep a process from ending', async () => {
  let looks = 0
  const stop = await keepSchedules({
    restore: async () => {
      if (++looks > 1) await new Promise(() => undefined)
    },
    everyMs: 10,
    graceMs: 10,
    logger: pino({ level: 'silent' }),
  })
  await until(() => looks === 2)
  await stop()
  expect(looks).toBe(2)
})
