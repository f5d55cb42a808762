import { UpstreamError } from '../elevenlabs/upstream-error.ts'

/**
 * How long to wait before a request of a long scan is sent again (ms). A scan of ten thousand pages would
 * hardly ever end if each passing failure of one request broke it off.
 */
const TRY_AGAIN_MS = [1_000, 2_000, 4_000]

/**
 * Sends a request, and again where it failed in a way that passes by itself and upstream has not said when.
 *
 * @param ask sends it; called once for each try
 * @param job.pause waits (ms); ends early when the poll is aborted
 * @throws whatever the last try has thrown
 */
export async function askAgain<T>(
  ask: () => Promise<T>,
  job: { pause: (ms: number) => Promise<void>; signal: AbortSignal },
): Promise<T> {
  for (const wait of TRY_AGAIN_MS) {
    try {
      return await ask()
    } catch (error) {
      const passing = error instanceof UpstreamError && error.kind === 'passing' && !error.retryAfterMs
      if (!passing) throw error
      await job.pause(wait)
      if (job.signal.aborted) throw error
    }
  }
  return ask()
}
