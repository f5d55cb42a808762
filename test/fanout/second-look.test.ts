import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createRelay } from '../../src/fanout/relay.ts'
import { createSecondLook } from '../../src/fanout/second-look.ts'
import { deliveryId } from '../../src/ids.ts'
import { createEraseDeliveries } from '../../src/log/erase-deliveries.ts'
import { serverTime } from '../../src/redis/server-time.ts'
import { type RedisServers, startCluster } from '../support/redis-servers.ts'
import { createStage, type Stage } from '../support/stage.ts'
import { until } from '../support/until.ts'

const SRC = 'src_a'
const EP = 'ep_a'
const PLAIN = { enabled: true, event_types: null, source_ids: null, filter: null }
const logger = pino({ level: 'silent' })

let cluster: RedisServers
let stage: Stage
beforeEach(async () => {
  cluster = await startCluster()
  stage = await createStage(cluster.url)
})
afterEach(async () => {
  await stage.close()
  await cluster.stop()
})

test('what a node had not passed on when it was replaced is fanned out again, once, and nothing else', async () => {
  const { redis, keys, outbox, deliveries, now } = stage
  const woken: string[] = []
  const newcomers: (typeof PLAIN & { id: string; created_at: string })[] = []
  const relay = createRelay({
    outbox,
    endpoints: {
      list: async () => [{ ...PLAIN, id: EP, created_at: '2026-01-01T00:00:00.000Z' }, ...newcomers],
    },
    deliveries,
    eraseDeliveries: createEraseDeliveries(stage),
    wake: async (id) => void woken.push(id),
    enrichSoon: async () => undefined,
    relayAt: async () => undefined,
    now,
    logger,
  })
  const asked: string[] = []
  const secondLook = createSecondLook({
    redis,
    keys,
    owners: { ids: async () => [SRC, 'src_quiet'] },
    outbox,
    relayNow: async (id) => void asked.push(id),
    now,
    logger,
  })
  await secondLook()
  for (const id of ['evt_kept', 'evt_lost']) await stage.emit(SRC, id)
  expect(await relay(SRC)).toBe(2)
  // As if the master of the endpoint's slot had died before its replica had this.
  const { delivery, due, status } = keys.endpoint(EP)
  const lost = deliveryId('evt_lost', EP)
  for (const list of [due, status('pending')]) await redis.zrem(list, lost)
  await redis.del(delivery(lost))
  const kept = await redis.get(delivery(deliveryId('evt_kept', EP)))

  // Made since, by the clock of the servers.
  const told = await serverTime(redis)
  await until(async () => (await serverTime(redis)) > told)
  newcomers.push({ ...PLAIN, id: 'ep_new', created_at: new Date(await serverTime(redis)).toISOString() })
  await secondLook()
  expect(asked).toEqual([])
  // As a replica that takes over does.
  await cluster.servers[1]?.redis.cluster('BUMPEPOCH')
  await until(async () => {
    await secondLook()
    return asked.length > 0
  })
  expect(asked).toEqual([SRC])
  expect(await relay(SRC)).toBe(2)
  expect((await redis.zrange(due, '0', '-1')).sort()).toEqual(
    ['evt_kept', 'evt_lost'].map((id) => deliveryId(id, EP)).sort(),
  )
  expect(await redis.get(delivery(deliveryId('evt_kept', EP)))).toBe(kept)
  await secondLook()
  expect(asked).toEqual([SRC])
  // What an endpoint was not there for is not invented for it; what is told from now on, it gets.
  const ofNew = () => redis.zrange(keys.endpoint('ep_new').status('pending'), '0', '-1')
  expect(await ofNew()).toEqual([])
  await stage.emit(SRC, 'evt_next')
  await relay(SRC)
  expect(await ofNew()).toEqual([deliveryId('evt_next', 'ep_new')])
})
