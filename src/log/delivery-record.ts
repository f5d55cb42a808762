import type { DeliveryError, DeliveryStatus, EventType, UnixMs } from '../types.ts'

export const DELIVERY_STATUSES = [
  'pending',
  'retrying',
  'succeeded',
  'failed',
  'skipped',
] as const satisfies readonly DeliveryStatus[]

/**
 * What is recorded of a delivery, but for the attempts beside it. In Redis it is one text, so that a script reads and
 * writes many deliveries in one command; delivery-record.lua is how scripts do that. Its parts:
 *
 * - a line with a `-`: up to layout 2 it told who has claimed it, which the endpoint's list `busy` does now
 * - a line of short ones with spaces between them, and `-` for what there is not: see {@link DeliveryHead}
 * - three lines of JSON, each empty where there is none: error, the event where it is a test, and the attempt where the
 *   first one was the last
 * - the body of its first request, where that is kept
 */
export interface DeliveryRecord extends DeliveryHead {
  error: DeliveryError | null
  /** The event of a test, as JSON. */
  test: string | null
  /** As it is kept; the others are in a list beside it. */
  firstAttempt: string | null
  firstBody: string
}

/** The short parts, in the order in which they stand. */
export interface DeliveryHead {
  status: DeliveryStatus
  createdAt: UnixMs
  /** Attempts made, and how many of them the present schedule does not count. */
  made: number
  countedFrom: number
  nextAttemptAt: UnixMs | null
  /** The walk that has queued it again last. */
  run: string | null
  eventId: string
  eventType: EventType
  /** Where its event is; null for a test. */
  place: { sourceId: string; streamId: string } | null
}

const NONE = '-'
/** Characters that a record has at most before it tells of its type. */
export const LONGEST_HEAD = 1024

/** A record as it stands in Redis. */
export function recordText(
  head: DeliveryHead,
  { error = '', test = '', attempt = '', body = '' } = {},
): string {
  const { status, createdAt, made, countedFrom, nextAttemptAt, run, eventId, eventType, place } = head
  const where = place === null ? `${NONE} ${NONE}` : `${place.sourceId} ${place.streamId}`
  const short = `${status} ${createdAt} ${made} ${countedFrom} ${nextAttemptAt ?? NONE} ${run ?? NONE} ${eventId} ${eventType} ${where}`
  return `${NONE}\n${short}\n${error}\n${test}\n${attempt}\n${body}`
}

/** Reads the line of short parts. */
export function parseHead(line: string): DeliveryHead {
  const [status, created, made, countedFrom, dueAt = NONE, run = NONE, eventId = '', eventType, ...where] =
    line.split(' ')
  const [sourceId = NONE, streamId = NONE] = where
  return {
    status: status as DeliveryStatus,
    createdAt: Number(created),
    made: Number(made),
    countedFrom: Number(countedFrom),
    nextAttemptAt: dueAt === NONE ? null : Number(dueAt),
    run: run === NONE ? null : run,
    eventId,
    eventType: eventType as EventType,
    place: sourceId === NONE ? null : { sourceId, streamId },
  }
}

/** Reads a record as it stands in Redis. */
export function parseRecord(text: string): DeliveryRecord {
  const lines = text.split('\n', 5)
  const [, head = '', error = '', test = '', attempt = ''] = lines
  return {
    ...parseHead(head),
    error: error === '' ? null : (JSON.parse(error) as DeliveryError),
    test: test === '' ? null : test,
    firstAttempt: attempt === '' ? null : attempt,
    firstBody: text.slice(lines.reduce((sum, line) => sum + line.length + 1, 0)),
  }
}

/** The type of the event, of which the beginning of a record tells. */
export function typeInRecord(beginning: string): EventType | null {
  const head = beginning.split('\n', 2)[1]
  return head === undefined ? null : parseHead(head).eventType
}
