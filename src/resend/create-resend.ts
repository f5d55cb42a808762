import type { Logger } from 'pino'
import type { MakeAttempt } from '../deliver/make-attempt.ts'
import type { Endpoints } from '../endpoints/endpoints.ts'
import type { DeliveryBounds } from '../log/bound-deliveries.ts'
import type { DeliveryLog } from '../log/deliveries.ts'
import { createReadPlaces } from '../log/delivery-places.ts'
import { createLogSize } from '../log/log-size.ts'
import type { DeliveryReader } from '../log/read-deliveries.ts'
import type { EventReader } from '../log/read-events.ts'
import { createRecoveryRuns } from '../log/recovery-runs.ts'
import { createRequeue } from '../log/requeue-deliveries.ts'
import { createTestDeliveries } from '../log/test-deliveries.ts'
import type { Outbox } from '../outbox/outbox.ts'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import type { UnixMs } from '../types.ts'
import { createMissedEvents } from './missed-events.ts'
import { createRecoverEndpoint } from './recover-endpoint.ts'
import { createReplayEvent } from './replay-event.ts'
import { createRetryDelivery } from './retry-delivery.ts'
import { createTestEndpoint } from './test-endpoint.ts'

/** Wires what people can ask to be sent again, as the API needs it. */
export function createResend(deps: {
  redis: Pick<
    Redis,
    'callBuffer' | 'exists' | 'get' | 'zcard' | 'memory' | 'hsetnx' | 'hget' | 'hdel' | 'pexpire'
  >
  keys: Keys
  /** Everyone who has an outbox. */
  owners: { ids: () => Promise<string[]> }
  endpoints: Pick<Endpoints, 'ids' | 'find' | 'get' | 'list'>
  outbox: Pick<Outbox, 'newestFirst'>
  events: Pick<EventReader, 'locate'>
  deliveries: Pick<DeliveryLog, 'accept'>
  reader: Pick<DeliveryReader, 'get'>
  bounds: Pick<DeliveryBounds, 'completeSince' | 'retentionMs'>
  makeAttempt: MakeAttempt
  wake: (endpointId: string) => Promise<void>
  now: () => UnixMs
  logger: Logger
}) {
  const { endpoints, events, wake, deliveries } = deps
  const requeue = createRequeue(deps)
  const tests = createTestDeliveries({ ...deps, retentionMs: deps.bounds.retentionMs })
  return {
    retryDelivery: createRetryDelivery({
      deliveries: deps.reader,
      endpoints,
      hasEvent: async (id) => (await events.locate(id)) !== null,
      tests,
      requeue,
      wake,
    }),
    replayEvent: createReplayEvent({ events, tests, endpoints, deliveries, requeue, wake }),
    recoverEndpoint: createRecoverEndpoint({
      endpoints,
      readPlaces: createReadPlaces(deps),
      requeue,
      missedEvents: createMissedEvents(deps),
      runs: createRecoveryRuns(deps),
      completeSince: deps.bounds.completeSince,
      wake,
      now: deps.now,
    }),
    testEndpoint: createTestEndpoint({ ...deps, tests }),
    tests,
    logSize: createLogSize(deps),
  }
}
