import type { Logger } from 'pino'
import type { MakeAttempt } from '../deliver/make-attempt.ts'
import { maskUrl } from '../deliver/mask-url.ts'
import type { EndpointRecord } from '../endpoints/endpoints.ts'
import { RingpostError } from '../errors.ts'
import { type Overrides, sampleEvent } from '../events/sample-event.ts'
import { testEventId } from '../ids.ts'
import type { TestDeliveries } from '../log/test-deliveries.ts'
import type { Delivery, Event, EventType, UnixMs } from '../types.ts'

/**
 * Makes the test of an endpoint: one attempt with a made-up event, whatever the endpoint wants and whether it
 * is enabled or not. A test is a question: it changes no health, is not tried again, and counts for nothing.
 */
export function createTestEndpoint(deps: {
  endpoints: { get: (id: string) => Promise<EndpointRecord> }
  makeAttempt: MakeAttempt
  tests: Pick<TestDeliveries, 'record'>
  now: () => UnixMs
  logger: Logger
}) {
  /**
   * @param type whose sample is sent
   * @param overrides other values for it
   * @returns the delivery with its one attempt, also where that failed
   * @throws RingpostError `not_found`; `bad_request` for overrides that do not fit; `not_ready` where ringpost stopped before an answer came
   */
  return async function testEndpoint(
    endpointId: string,
    type: EventType,
    overrides: Overrides = {},
  ): Promise<Delivery> {
    const endpoint = await deps.endpoints.get(endpointId)
    const at = deps.now()
    const event = testEvent(endpoint, type, at, overrides)
    const { attempt, outcome } = await deps.makeAttempt(endpoint, [
      { id: event.id, text: JSON.stringify(event) },
    ])
    if (outcome.kind === 'failed' && outcome.fault === 'ours') {
      throw new RingpostError(
        'not_ready',
        `The test was not sent to its end, for a reason of ringpost's own: ${outcome.error.message} Try it again.`,
      )
    }
    const delivery = await deps.tests.record(endpointId, event, { number: 1, ...attempt }, at)
    deps.logger.info(
      {
        endpoint: endpointId,
        event: event.id,
        delivery: delivery.id,
        status: delivery.status,
        http_status: attempt.response?.status ?? null,
        code: attempt.error?.code,
        duration_ms: attempt.duration_ms,
      },
      'test',
    )
    return delivery
  }
}

export type TestEndpoint = ReturnType<typeof createTestEndpoint>

/** A `ringpost.test` tells of the endpoint that it goes to. */
function testEvent(endpoint: EndpointRecord, type: EventType, at: UnixMs, overrides: Overrides): Event {
  const { id, url, description } = endpoint
  const data = type === 'ringpost.test' ? { endpoint: { id, url: maskUrl(url), description } } : {}
  return sampleEvent({ type, id: testEventId(id), at, data, overrides })
}
