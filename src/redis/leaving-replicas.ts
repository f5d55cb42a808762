import type { Redis as Single } from 'ioredis'
import type { Redis } from './client.ts'
import { refusalOf } from './why-refused.ts'

/** How often a connection is left because its server has become a replica (ms): at first, and where that is so again. */
const LEAVE_FIRST_MS = 5_000
const LEAVE_LONGEST_MS = 60_000

/** Those that are made anew because their server has become a replica: that it closes is our own doing. */
const leaving = new WeakSet<Redis>()

/** Whether a connection is being made anew for the server that it had has become a replica. */
export function isLeavingReplica(redis: Redis): boolean {
  return leaving.has(redis)
}

/**
 * Where a server refuses a change because it is a replica now, the connection is made anew and the command sent again.
 * Not with each refusal, and ever less often where nobody else has taken its place: that would be all that is done.
 * Each connection by itself, those too that BullMQ makes of it.
 */
export function leavingReplicas(redis: Single): Single {
  let leftAt = Number.NEGATIVE_INFINITY
  let wait = LEAVE_FIRST_MS
  redis.options.reconnectOnError = (error) => {
    const since = performance.now() - leftAt
    if (refusalOf(error) !== 'READONLY' || since < wait) return false
    wait = since < 2 * wait ? Math.min(2 * wait, LEAVE_LONGEST_MS) : LEAVE_FIRST_MS
    leftAt = performance.now()
    leaving.add(redis)
    redis.once('ready', () => leaving.delete(redis))
    return 2
  }
  const duplicate = redis.duplicate.bind(redis)
  redis.duplicate = (more) => leavingReplicas(duplicate(more))
  return redis
}
