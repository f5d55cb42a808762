import type { Redis } from './client.ts'

/** How long an answer may take (ms). */
const PATIENCE_MS = 1_000

/** Whether Redis answers now, and a cluster for all keys. Never waits for a server that is away. */
export async function isReady(redis: Redis): Promise<boolean> {
  if (redis.status !== 'ready') return false
  const asked: Promise<unknown> = redis.isCluster ? redis.cluster('INFO') : redis.ping()
  const answered = asked.then(
    (reply) => !/^cluster_state:fail/m.test(String(reply)),
    () => false,
  )
  return Promise.race([
    answered,
    new Promise<false>((resolve) => setTimeout(resolve, PATIENCE_MS, false).unref()),
  ])
}
