import { createHash } from 'node:crypto'

/** Where the trace of an event begins: ids as OpenTelemetry writes them. */
export interface TraceStart {
  traceId: string
  spanId: string
}

/**
 * The trace of an event, out of its id. Every process that has to do with the event finds the same, on the day it
 * was detected and at a replay weeks later, and nothing has to be stored for it.
 */
export function traceOfEvent(eventId: string): TraceStart {
  const digest = createHash('sha256').update(`trace of ${eventId}`).digest('hex')
  return { traceId: digest.slice(0, 32), spanId: digest.slice(32, 48) }
}
