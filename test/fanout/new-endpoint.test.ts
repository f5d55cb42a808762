import { expect, onTestFinished, test } from 'vitest'
import { serverTime } from '../../src/redis/server-time.ts'
import { SRC, startDelivering } from '../deliver/delivering.ts'
import { startTestReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'

test.each([
  ['ahead', 3_600_000],
  ['behind', -3_600_000],
])(
  'a new endpoint gets what is told from then on, and nothing from before, where the clock of a process is an hour %s',
  async (_, off) => {
    const delivering = await startDelivering()
    const { redis, outbox, relay, count } = delivering
    const receiver = await startTestReceiver()
    onTestFinished(receiver.close)
    delivering.clock.ms += off
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
  },
)
