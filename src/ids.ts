import { hash, randomBytes } from 'node:crypto'
import { remember } from './secrets/remember.ts'

/** The part of an id that tells its owner, so that an event or a delivery is found without an index. */
export const locator = remember(10_000, (ownerId) => hash('sha256', ownerId).slice(0, 8))

function derivedId(prefix: string, ownerId: string, content: readonly (string | number)[]): string {
  return `${prefix}_${locator(ownerId)}${hash('sha256', JSON.stringify(content)).slice(0, 24)}`
}

/**
 * An event's id, derived from what happened and nothing else: the same transition always has the same id,
 * so that whatever is repeated after a crash or a restored backup is the same event to every receiver.
 *
 * @param epoch counts how often this user's count has been taken over downwards
 * @param count the count that was reached
 */
export function eventId(transition: {
  sourceId: string
  userId: string
  epoch: number
  type: string
  count: number
}): string {
  const { sourceId, userId, epoch, type, count } = transition
  return derivedId('evt', sourceId, [sourceId, userId, epoch, type, count])
}

/** A user's event of a backfill: of this endpoint and no other. */
export function backfillEventId(of: {
  endpointId: string
  sourceId: string
  userId: string
  epoch: number
  generation: number
}): string {
  const { endpointId, sourceId, userId, epoch, generation } = of
  return derivedId('evt', endpointId, ['backfill', endpointId, sourceId, userId, epoch, generation])
}

/** The id of a test's event: of this endpoint, and of no other test. */
export function testEventId(endpointId: string): string {
  return derivedId('evt', endpointId, [endpointId, 'test', randomBytes(16).toString('hex')])
}

/** One delivery for each event and endpoint: fan-out can be repeated without a second one. */
export function deliveryId(event: string, endpointId: string): string {
  return derivedId('dlv', endpointId, [event, endpointId])
}

/** The locator inside an id that {@link eventId}, {@link testEventId} or {@link deliveryId} made, or null for anything else. */
export function locatorOf(id: string): string | null {
  return /^(?:evt|dlv)_([0-9a-f]{8})[0-9a-f]{24}$/.exec(id)?.[1] ?? null
}

/** A new id that is derived from nothing, for what people create. */
export function randomId(prefix: 'ep' | 'src'): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`
}
