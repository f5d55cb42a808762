import { randomBytes } from 'node:crypto'
import { pino } from 'pino'
import { onTestFinished } from 'vitest'
import { checkUrl } from '../../src/deliver/guard/url.ts'
import { createSecret } from '../../src/deliver/sign.ts'
import { createDelivery } from '../../src/delivery.ts'
import { createEndpoints, type EndpointRecord, type NewEndpoint } from '../../src/endpoints/endpoints.ts'
import type { DeliveryLog } from '../../src/log/deliveries.ts'
import { createForgetFailures } from '../../src/log/forget-failures.ts'
import { createSweep } from '../../src/maintain/sweep.ts'
import { SYSTEM } from '../../src/outbox/system-outbox.ts'
import { createQueues } from '../../src/queues/queues.ts'
import { closeWorkers } from '../../src/queues/start-worker.ts'
import { createRecords } from '../../src/redis/records.ts'
import { serverTime } from '../../src/redis/server-time.ts'
import { createVault } from '../../src/secrets/vault.ts'
import { NO_TRACES } from '../../src/traces/traces.ts'
import type { DeliveryStatus, Event } from '../../src/types.ts'
import { startDeliverWorker } from '../../workers/deliver.ts'
import { createStage } from '../support/stage.ts'

export const SRC = 'src_a'

/** From outbox to receiver as the app wires it, on a real Redis and with real workers; the clock is moved on by tests. */
export async function startDelivering(
  over: {
    schedule?: number[]
    deadlineMs?: number
    atOnce?: number
    lanes?: number
    workers?: number
    /** Laid around the log of deliveries. */
    log?: (log: DeliveryLog) => DeliveryLog
  } = {},
) {
  const stage = await createStage()
  // What tests add to the time that passes by itself.
  const ahead = { ms: 0 }
  Object.defineProperty(stage.clock, 'ms', {
    get: () => Date.now() + ahead.ms,
    set: (ms: number) => {
      ahead.ms = ms - Date.now()
    },
  })
  const { redis, keys, outbox, deliveries, now } = stage
  const logger = pino({ level: 'silent' })
  const deadlineMs = over.deadlineMs ?? 15_000
  const policy = { allowNetworks: ['127.0.0.0/8'], allowHttp: true }
  const queues = createQueues({ connection: redis, keys, logger })
  const endpoints = createEndpoints({
    records: createRecords<EndpointRecord>(redis, keys.endpoints),
    vault: createVault(randomBytes(32)),
    checkUrl: (url) => void checkUrl(url, policy),
    createSecret,
    onFreshStart: createForgetFailures({ redis, keys }),
    serverTime: () => serverTime(redis),
    now,
  })
  const stopping = new AbortController()
  const start = () =>
    createDelivery({
      redis,
      keys,
      // What happens to endpoints is fanned out without a worker.
      queues: { ...queues, relayNow: async (id) => void (await deliveriesOf[0]?.relay(id)) },
      endpoints,
      policy,
      deadlineMs,
      schedule: over.schedule ?? [],
      retentionMs: 7 * 86_400_000,
      now,
      random: () => 0,
      logger,
      signal: stopping.signal,
      ...(over.log === undefined ? {} : { traces: { ...NO_TRACES, deliveries: over.log } }),
      ...(over.atOnce === undefined ? {} : { atOnce: over.atOnce }),
      ...(over.lanes === undefined ? {} : { lanes: over.lanes }),
    })
  const first = start()
  const deliveriesOf = [first, ...Array.from({ length: (over.workers ?? 1) - 1 }, start)]
  const { relay, alerts } = first
  const drains = deliveriesOf.map((delivery) => delivery.drains)
  const workers = drains.flatMap(({ drain }) =>
    (['deliver', 'retry'] as const).map((lane) =>
      startDeliverWorker(lane, { connection: redis, keys, logger, concurrency: 20, drain }),
    ),
  )
  const sweep = createSweep({
    secondLook: async () => undefined,
    quarantine: { expire: async () => undefined },
    owners: { everKnown: async () => [{ id: SRC, deleted_at: null }, SYSTEM] },
    endpoints,
    alerts,
    outbox,
    deliveries,
    backfills: { isRunning: async () => false, soon: async () => undefined },
    bounds: stage.bounds,
    relayNow: async (id) => void (await relay(id)),
    wake: queues.wake,
    purgeSource: async () => undefined,
    purgeEndpoint: async () => undefined,
    eventRetentionMs: 30 * 86_400_000,
    now,
    logger,
  })
  async function stop(): Promise<void> {
    stopping.abort()
    await closeWorkers(workers, 5_000)
    for (const { settled } of drains) await settled(1_000)
    for (const { sender } of deliveriesOf) await sender.close()
    await Promise.all(drains.map(({ settled }) => settled(1_000)))
    await queues.close()
    await stage.close()
  }
  onTestFinished(stop)
  let emitted = 0

  return {
    ...stage,
    queues,
    endpoints,
    relay,
    sweep,
    alerts,
    drains,
    stopping,
    /** Breaks off what is under way. */
    closeSenders: () => Promise.all(deliveriesOf.map(({ sender }) => sender.close())),
    async addEndpoint(url: string, input: Partial<NewEndpoint> = {}): Promise<EndpointRecord> {
      const plain = { description: '', event_types: null, source_ids: null, headers: {}, enabled: true }
      return (await endpoints.create({ ...plain, ...(url === '' ? {} : { url }), ...input })).endpoint
    },
    /** Events that happened, fanned out. */
    async happen(count: number): Promise<void> {
      for (let i = 0; i < count; i++) await stage.emit(SRC, `evt_${++emitted}`)
      await relay(SRC)
    },
    count: (endpointId: string, status: DeliveryStatus) =>
      redis.zcard(keys.endpoint(endpointId).status(status)),
    /** What happened to endpoints, oldest first. */
    async told(): Promise<Event[]> {
      const entries = await outbox.newestFirst(SYSTEM.id, { before: '+', from: '-', limit: 1_000 })
      return entries.map(({ event }) => event).reverse()
    },
  }
}

export type Delivering = Awaited<ReturnType<typeof startDelivering>>
