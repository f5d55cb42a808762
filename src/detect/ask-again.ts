import { isOfWholeKey, UpstreamError } from '../elevenlabs/upstream-error.ts'

/**
 * How long to wait before a request of a long scan is sent again (ms). A scan of ten thousand pages would
 * hardly ever end if each passing failure of one request broke it off.
 */
const TRY_AGAIN_MS = [1_000, 2_000, 4_000]
/** A wait that upstream asks for is waited for in the middle of a scan where it is no longer than this (ms). */
export const LONGEST_WAIT_MS = 60_000
/** How often a wait looks whether a poll of the top is due (ms). */
const LOOK_MS = 1_000

/** What goes before the next step of a long scan where it is due. */
export interface Between {
  due: () => boolean
  run: () => Promise<void>
}

/**
 * Sends a request, and again where it failed in a way that passes by itself: after a moment, or after as long as
 * upstream has asked for, where the job waits for that.
 *
 * @param ask sends it; called once for each try
 * @param job.waits whether a wait that upstream asks for (429, `Retry-After`) of up to a minute is waited for here
 * @param job.pause waits (ms); ends early when the poll is aborted
 * @param job.between what is run within a wait where it is due and the wait is not one of the whole key
 * @throws whatever the last try has thrown
 */
export async function askAgain<T>(
  ask: () => Promise<T>,
  job: {
    waits: boolean
    pause: (ms: number) => Promise<void>
    between?: Between | undefined
    signal: AbortSignal
  },
): Promise<T> {
  for (const moment of TRY_AGAIN_MS) {
    try {
      return await ask()
    } catch (error) {
      const asked = waitOf(error, job.waits)
      if (asked === null) throw error
      if (job.between === undefined || asked === 0 || isOfWholeKey(error as UpstreamError)) {
        await job.pause(Math.max(moment, asked))
      } else {
        await pauseBetween(Math.max(moment, asked), { ...job, between: job.between })
      }
      if (job.signal.aborted) throw error
    }
  }
  return ask()
}

/** Waits, and runs every second what is due by then. */
async function pauseBetween(
  ms: number,
  job: { pause: (ms: number) => Promise<void>; between: Between; signal: AbortSignal },
): Promise<void> {
  for (let left = ms; left > 0 && !job.signal.aborted; left -= LOOK_MS) {
    await job.pause(Math.min(left, LOOK_MS))
    if (job.between.due() && !job.signal.aborted) await job.between.run()
  }
}

/** How long upstream has asked to be left alone (ms), 0 where it has not; null where it is not asked again here. */
function waitOf(error: unknown, waits: boolean): number | null {
  if (!(error instanceof UpstreamError)) return null
  const { kind, retryAfterMs } = error
  if (kind === 'passing' && !retryAfterMs) return 0
  if (!waits || retryAfterMs === null || retryAfterMs > LONGEST_WAIT_MS) return null
  return kind === 'passing' || kind === 'slow_down' ? retryAfterMs : null
}
