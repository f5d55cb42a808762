import type { EndpointRecord } from '../endpoints/endpoint-record.ts'
import type { Attempt } from '../types.ts'
import type { Claim, Ending } from './deliveries.ts'
import { DELIVERY_STATUSES, type DeliveryHead, recordText } from './delivery-record.ts'

/** What stands for something that there is not. */
const NONE = '-'

/** What came of one claim, and the endpoint as it was when it was sent. */
export interface ClaimResult {
  claim: Claim
  ending: Ending
  endpoint?: Pick<EndpointRecord, 'updated_at'>
}

/**
 * What record-attempts.lua is to be told of results: what they say of the endpoint, those that it needs not take apart,
 * and the others.
 *
 * @param copiesEvents where events leave their log before deliveries do: what was sent is kept here as well
 */
export function resultArguments(results: readonly ClaimResult[], copiesEvents: boolean): (string | number)[] {
  const notes: string[] = []
  const successes: string[] = []
  const others: string[] = []
  for (const { claim, ending, endpoint } of results) {
    noteHealth(notes, ending, endpoint)
    const record = successRecord(claim, ending, copiesEvents)
    if (record === null) others.push(resultText(claim, ending, copiesEvents))
    else {
      const { deliveryId, until, untouched } = claim
      successes.push(deliveryId, String(until), String(untouched?.createdAt), record)
    }
  }
  return [notes.length / 4, ...notes, successes.length / 4, ...successes, ...others]
}

/** The record of a delivery whose first attempt has succeeded, which nearly all of them are; null for the others. */
function successRecord({ untouched }: Claim, ending: Ending, copiesEvents: boolean): string | null {
  const { status, attempt, error, nextAttemptAt } = ending
  if (untouched === null || attempt === null) return null
  if (status !== 'succeeded' || error !== null || nextAttemptAt !== null) return null
  const head: DeliveryHead = { ...untouched, status, made: 1, nextAttemptAt }
  const { json, body } = attemptParts(attempt, ending, copiesEvents)
  return recordText(head, { attempt: json, body })
}

/** A result as one text: each argument costs the writer and Redis more than its bytes do. */
function resultText({ deliveryId: id, until, head }: Claim, ending: Ending, copiesEvents: boolean): string {
  const { status, nextAttemptAt, attempt, error } = ending
  const place = DELIVERY_STATUSES.indexOf(status) + 1
  const { json, body } =
    attempt === null ? { json: '', body: '' } : attemptParts(attempt, ending, copiesEvents)
  const short = `${id} ${until} ${place} ${status} ${nextAttemptAt ?? NONE}`
  return `${short}\n${head}\n${error === null ? '' : JSON.stringify(error)}\n${json}\n${body}`
}

/**
 * An attempt as JSON without the body of its request, and that body: it is nearly always the one before. Where it is
 * the event itself, the JSON says so by a null, and where there is none, by an empty text.
 */
function attemptParts(
  attempt: Attempt,
  ending: Ending,
  copiesEvents: boolean,
): { json: string; body: string } {
  const { headers, body } = attempt.request
  const sentEvent = ending.sentEvent && !copiesEvents
  if (sentEvent || body === '') {
    return {
      json: JSON.stringify({ ...attempt, request: { headers, body: sentEvent ? null : '' } }),
      body: '',
    }
  }
  return { json: JSON.stringify({ ...attempt, request: { headers } }), body }
}

/** Adds what a result says of the endpoint, but for a success that is the one before once more. */
function noteHealth(
  notes: string[],
  { health, attempt, error }: Ending,
  seen: Pick<EndpointRecord, 'updated_at'> | undefined,
): void {
  if (health === null) return
  const changed = seen === undefined ? NONE : String(Date.parse(seen.updated_at))
  if (health === 'up' && notes.at(-4) === 'up' && notes.at(-2) === changed) return
  const why = error === null ? '' : JSON.stringify(error)
  notes.push(health, String(attempt?.duration_ms ?? 0), changed, why)
}
