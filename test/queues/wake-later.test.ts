import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { createQueues } from '../../src/queues/queues.ts'
import { createStage } from '../support/stage.ts'

async function queuesOfTest() {
  const stage = await createStage()
  const queues = createQueues({
    connection: stage.redis,
    keys: stage.keys,
    logger: pino({ level: 'silent' }),
  })
  onTestFinished(async () => {
    await queues.close()
    await stage.close()
  })
  const retry = queues.all.find(({ name }) => name === 'retry')
  const dueAt = async () =>
    ((await retry?.getJobs(['delayed'])) ?? []).map((job) => job.timestamp + job.delay).sort((a, b) => a - b)
  return { queues, dueAt }
}

test.each([0, 90, 5_000, 10_000, 300_000, 86_400_000])(
  'a wake in %i ms comes then, and later by a tenth of a second or a sixty-fourth of it',
  async (ms) => {
    const { queues, dueAt } = await queuesOfTest()
    const asked = Date.now()
    await queues.wakeLater('ep_1', ms)
    const [at = 0] = await dueAt()
    expect(at).toBeGreaterThan(asked + ms)
    expect(at).toBeLessThanOrEqual(Date.now() + ms + Math.max(100, ms / 64))
  },
)

test('many retries are a few jobs', async () => {
  const { queues, dueAt } = await queuesOfTest()
  // What failed together comes back over a tenth of the step.
  await Promise.all(Array.from({ length: 500 }, (_, i) => queues.wakeLater('ep_1', 300_000 + 60 * i)))
  expect((await dueAt()).length).toBeLessThanOrEqual(12)
})
