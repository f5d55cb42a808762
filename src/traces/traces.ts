import type { MakeAttempt } from '../deliver/make-attempt.ts'
import type { Poll } from '../detect/poll.ts'
import type { DetectionStore } from '../detect/store.ts'
import type { DeliveryLog } from '../log/deliveries.ts'
import type { SystemOutbox } from '../outbox/system-outbox.ts'

/**
 * What is laid around the stages to trace them, from a poll to each attempt. Each gives back what it was given,
 * with spans around it where tracing is on.
 */
export interface Traces {
  poll(poll: Poll): Poll
  store(store: DetectionStore): DetectionStore
  systemOutbox(outbox: SystemOutbox): SystemOutbox
  deliveries(deliveries: DeliveryLog): DeliveryLog
  makeAttempt(makeAttempt: MakeAttempt): MakeAttempt
  /** Sends what has not been sent yet, for a bounded time. */
  stop(): Promise<void>
}

/** Tracing that is off: nothing is wrapped, and nothing of OpenTelemetry is loaded. */
export const NO_TRACES: Traces = {
  poll: (poll) => poll,
  store: (store) => store,
  systemOutbox: (outbox) => outbox,
  deliveries: (deliveries) => deliveries,
  makeAttempt: (makeAttempt) => makeAttempt,
  stop: async () => undefined,
}
