import type { Redis } from 'ioredis'

/** How long an answer may take (ms). */
const PATIENCE_MS = 1_000

/** Whether Redis answers now. Never waits for a server that is away. */
export async function isReady(redis: Redis): Promise<boolean> {
  if (redis.status !== 'ready') return false
  const answered = redis.ping().then(
    () => true,
    () => false,
  )
  return Promise.race([
    answered,
    new Promise<false>((resolve) => setTimeout(resolve, PATIENCE_MS, false).unref()),
  ])
}
