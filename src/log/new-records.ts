import type { DeliveryError, EventType, UnixMs } from '../types.ts'
import { type DeliveryHead, recordText } from './delivery-record.ts'

/** Where an event is to be found, and for whom. */
export interface NewDelivery {
  eventId: string
  eventType: EventType
  sourceId: string
  streamId: string
}

/** The record of a delivery as it begins, and when that is due; null where it is skipped. */
export interface NewRecord {
  dueAt: number | null
  text: string
}

/**
 * The records of deliveries as they begin, in the order given: they wait for their first attempt, or are skipped for a
 * reason.
 */
export function newRecords(
  events: readonly NewDelivery[],
  at: UnixMs,
  skip: DeliveryError | null,
): NewRecord[] {
  const error = skip === null ? '' : JSON.stringify(skip)
  return events.map(({ eventId, eventType, sourceId, streamId }, i) => {
    const dueAt = skip === null ? placeInTime(at, events.length - 1 - i) : null
    const head: DeliveryHead = {
      status: skip === null ? 'pending' : 'skipped',
      createdAt: at,
      made: 0,
      countedFrom: 0,
      nextAttemptAt: dueAt,
      run: null,
      eventId,
      eventType,
      place: { sourceId, streamId },
    }
    return { dueAt, text: recordText(head, { error }) }
  })
}

/**
 * Those of one call are sent in their order: what is due in one millisecond would be ordered by its id. A score of a
 * sorted set has room for 4,096 places within a millisecond of our time.
 *
 * @param behind how many of them come after it
 */
function placeInTime(at: UnixMs, behind: number): number {
  return at - behind / 4096
}
