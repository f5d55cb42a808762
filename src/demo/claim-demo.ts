import { hostname } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import { RingpostError } from '../errors.ts'
import type { Redis } from '../redis/client.ts'

/** How long a claim outlives a demo that could not give it back, and so how long the next one waits (ms). */
const CLAIM_MS = 5_000
const RENEW_MS = 1_000
const LOOK_MS = 200
/** How long giving it back may keep a process from ending (ms). */
const RELEASE_MS = 1_000

interface Holder {
  pid: number
  host: string
  /** Null until it listens. */
  url: string | null
}

/** The right to begin the demo's data anew, for as long as this process runs. */
export interface DemoClaim {
  /** Says where this demo listens, for whoever starts another. */
  tell(url: string): Promise<void>
  release(): Promise<void>
}

/**
 * Claims the data of the demo: whoever has them deletes them at its start, which nobody may do to a demo that runs.
 * A claim that is not renewed ends by itself, so that one of a crash is waited for.
 *
 * @param deps.key outside of what is deleted
 * @param deps.ownRedis the Redis is one of the data folder's own
 * @throws RingpostError `setup_failed` where another demo runs on them, with which one and what to do
 */
export async function claimDemo(deps: {
  redis: Redis
  key: string
  ownRedis: boolean
  signal: AbortSignal
}): Promise<DemoClaim> {
  const { redis, key, signal } = deps
  const holder: Holder = { pid: process.pid, host: hostname(), url: null }
  // Where Redis is gone, the rest of the process says so.
  const renew = () => redis.set(key, JSON.stringify(holder), 'PX', CLAIM_MS).catch(() => undefined)

  let before = Number.POSITIVE_INFINITY
  while ((await redis.set(key, JSON.stringify(holder), 'PX', CLAIM_MS, 'NX')) === null) {
    const [left, other] = await Promise.all([redis.pttl(key), redis.get(key)])
    // Only a demo that runs makes it longer.
    if (left > before && other !== null) throw taken(JSON.parse(other), deps.ownRedis)
    before = left
    await wait(LOOK_MS, undefined, { signal })
  }

  const ended = new AbortController()
  void (async () => {
    for (;;) {
      await wait(RENEW_MS, undefined, { signal: ended.signal }).catch(() => undefined)
      if (ended.signal.aborted) return
      await renew()
    }
  })()

  return {
    async tell(url) {
      holder.url = url
      await renew()
    },
    async release() {
      ended.abort()
      await Promise.race([redis.del(key).catch(() => undefined), wait(RELEASE_MS, undefined, { ref: false })])
    },
  }
}

function taken({ pid, host, url }: Holder, ownRedis: boolean): RingpostError {
  const where = host === hostname() ? '' : ` on ${host}`
  const own = ownRedis
    ? 'a data folder and a port of its own: RINGPOST_DATA_DIR=./data-2 PORT=0 npm start'
    : 'a REDIS_URL, a RINGPOST_DATA_DIR and a PORT of its own'
  return new RingpostError(
    'setup_failed',
    `The demo runs already${url === null ? '' : ` at ${url}`} (process ${pid}${where}), and a second start would delete what is in it. Use that one, or end it first. Another beside it needs ${own}.`,
  )
}
