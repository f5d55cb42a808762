import { formatDuration } from '../../config/duration.ts'
import type { Endpoints } from '../../endpoints/endpoints.ts'
import type { DeliveryBounds } from '../../log/bound-deliveries.ts'
import type { ReadLogSize } from '../../log/log-size.ts'
import type { RecoverEndpoint } from '../../resend/recover-endpoint.ts'
import type { TestEndpoint } from '../../resend/test-endpoint.ts'
import type { UnixMs } from '../../types.ts'
import type { Api } from '../instance.ts'
import { deliverySchema } from '../schemas/delivery.ts'
import { idParams } from '../schemas/ids.ts'
import { endpointStats, recovered, recoveryWish, testWish } from '../schemas/operations.ts'
import { answer, OF_BODY, OF_TOKEN, problems } from '../schemas/problem.ts'

/** Hundreds of thousands of deliveries take their time, and the answer waits for it (ms). */
const LONGEST_RECOVERY_MS = 10 * 60 * 1000
/** How much longer than its attempt the answer to a test may take (ms). */
const TEST_MARGIN_MS = 5_000

export interface EndpointOperationsDeps {
  endpoints: Pick<Endpoints, 'get' | 'find'>
  testEndpoint: TestEndpoint
  recoverEndpoint: RecoverEndpoint
  logSize: ReadLogSize
  bounds: Pick<DeliveryBounds, 'keptEnded' | 'retentionMs' | 'completeSince'>
  /** How long an attempt may take (ms). */
  deliveryTimeoutMs: number
  /** Aborted when ringpost stops. */
  stopping: AbortSignal
}

/** What can be done with an endpoint, and how much of its past is kept. */
export function addEndpointOperations(app: Api, deps: EndpointOperationsDeps): void {
  const { bounds, endpoints } = deps
  const tags = ['endpoints']

  app.post(
    '/v1/endpoints/:id/test',
    {
      handlerTimeout: deps.deliveryTimeoutMs + TEST_MARGIN_MS,
      schema: {
        tags,
        operationId: 'testEndpoint',
        summary: 'Send a test to an endpoint',
        description:
          'One attempt with a made-up event, whatever the endpoint is subscribed to, also while it is disabled. Answers with the delivery when the attempt is done: look at its `status` and `error`, for the answer is 200 where the endpoint fails, too. A test is not tried again and does not count for the health of the endpoint; it stays in the log of deliveries, and its event is not among the events.',
        params: idParams,
        body: testWish,
        response: {
          200: answer('The delivery with its attempt', deliverySchema),
          ...problems(...OF_TOKEN, ...OF_BODY, 'not_found'),
        },
      },
    },
    async ({ params, body }) =>
      deps.testEndpoint(params.id, body?.event_type ?? 'ringpost.test', body?.override),
  )

  app.post(
    '/v1/endpoints/:id/recover',
    {
      handlerTimeout: LONGEST_RECOVERY_MS,
      schema: {
        tags,
        operationId: 'recoverEndpoint',
        summary: 'Send again what an endpoint has missed',
        description:
          'Goes by the time at which a delivery was made, or an event came that has no delivery. What is still on its way is left alone. Answers when everything is queued. It is safe to repeat: where it breaks off, the same request goes on, and nothing is queued twice.',
        params: idParams,
        body: recoveryWish,
        response: {
          200: answer('What was queued, or would be', recovered),
          ...problems(...OF_TOKEN, ...OF_BODY, 'not_found', 'conflict'),
        },
      },
    },
    async ({ params, body }) => {
      const { since, until, only, dry_run } = body
      const of = await deps.recoverEndpoint(
        params.id,
        { since, until: until ?? null, only, dryRun: dry_run },
        deps.stopping,
      )
      const queued = of.failed + of.skipped + of.succeeded + of.without_delivery
      return { queued, dry_run, of }
    },
  )

  app.get(
    '/v1/endpoints/:id/stats',
    {
      schema: {
        tags,
        operationId: 'getEndpointStats',
        summary: 'Get how many deliveries of an endpoint are in the log, and its bounds',
        params: idParams,
        response: { 200: answer('The figures', endpointStats), ...problems(...OF_TOKEN, 'not_found') },
      },
    },
    async ({ params }) => {
      const { id } = await endpoints.get(params.id)
      const [size, completeSince] = await Promise.all([deps.logSize(id), bounds.completeSince(id)])
      const { succeeded, failed, skipped } = size.by_status
      return {
        endpoint_id: id,
        deliveries: size.by_status,
        log: {
          ended: succeeded + failed + skipped,
          limit: bounds.keptEnded,
          retention: formatDuration(bounds.retentionMs),
          oldest_at: size.oldest_at === null ? null : iso(size.oldest_at),
          complete_since: iso(completeSince),
          bytes: size.bytes,
        },
      }
    },
  )
}

function iso(ms: UnixMs): string {
  return new Date(ms).toISOString()
}
