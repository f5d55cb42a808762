import type { DetectionStore } from './store.ts'

/**
 * Runs something while holding a source's lease, renewing it meanwhile; null where another poller holds it.
 * `lost` is aborted as soon as a renewal finds the lease gone. That only saves work: what keeps a poller
 * without a lease from writing is the token that every commit checks.
 */
export async function withLease<T>(
  store: Pick<DetectionStore, 'acquire' | 'renew' | 'release'>,
  sourceId: string,
  leaseMs: number,
  run: (token: number, lost: AbortSignal) => Promise<T>,
): Promise<T | null> {
  const token = await store.acquire(sourceId)
  if (token === null) return null
  const lost = new AbortController()
  const heartbeat = setInterval(() => {
    // An unreachable Redis says nothing about the lease; the next beat asks again.
    store.renew(sourceId, token).then(
      (ours) => ours || lost.abort(),
      () => undefined,
    )
  }, leaseMs / 3)
  try {
    return await run(token, lost.signal)
  } finally {
    clearInterval(heartbeat)
    await store.release(sourceId, token).catch(() => undefined)
  }
}
