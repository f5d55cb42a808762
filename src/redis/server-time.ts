import type { UnixMs } from '../types.ts'
import { mastersOf, type Redis } from './client.ts'

/**
 * The time by Redis' own clock, with which it numbers the entries of streams: of several servers, by the one that is
 * furthest behind. Whatever is added to a stream after this was answered has a later time, or the same one.
 *
 * @throws where no server answers
 */
export async function serverTime(redis: Redis): Promise<UnixMs> {
  const asked = await Promise.allSettled(mastersOf(redis).map((node) => node.time()))
  const told = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
  if (told.length === 0) {
    throw new Error('No server of Redis tells the time.', { cause: asked.find(isRejected)?.reason })
  }
  return Math.min(
    ...told.map(([seconds, micros]) => Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000)),
  )
}

function isRejected(one: PromiseSettledResult<unknown>): one is PromiseRejectedResult {
  return one.status === 'rejected'
}
