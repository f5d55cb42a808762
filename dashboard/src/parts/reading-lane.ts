import { type ApiError, shownError } from '../api.ts'

/** Something that is read from the API again and again, one at a time. */
export interface ReadingLane {
  isBusy: () => boolean
  /** Why the last time failed. */
  error: () => ApiError | undefined
  /** Whether it is tried again by itself. */
  isTriedAgain: () => boolean
  /** Reads it at once, unless that is under way. */
  run: () => void
  /** Reads what is there now: where it is being read, once more behind that. */
  runAgain: () => void
  stop: () => void
}

/** Calls back after so many ms, unless what it returns is called before. */
export type Later = (run: () => void, ms: number) => () => void

/** Until what failed is tried again (ms), twice as long each time. */
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000

/** A failure that may pass is tried again, ever more slowly, until it has passed. */
export function createLane(deps: {
  read: () => Promise<void>
  onChange: () => void
  later: Later
}): ReadingLane {
  let isBusy = false
  let isAskedAgain = false
  let stopped = false
  let error: ApiError | undefined
  let failures = 0
  let cancel: (() => void) | undefined

  async function run(): Promise<void> {
    cancel?.()
    cancel = undefined
    isBusy = true
    isAskedAgain = false
    deps.onChange()
    try {
      await deps.read()
      error = undefined
      failures = 0
    } catch (failure) {
      error = shownError(failure)
      if (mayPass(error) && !stopped) cancel = deps.later(() => void run(), waitOf(failures++))
    }
    isBusy = false
    if (stopped) return
    if (isAskedAgain && error === undefined) void run()
    else deps.onChange()
  }

  return {
    isBusy: () => isBusy,
    error: () => error,
    isTriedAgain: () => cancel !== undefined,
    run() {
      if (!isBusy && !stopped) void run()
    },
    runAgain() {
      if (isBusy) isAskedAgain = true
      else if (!stopped) void run()
    },
    stop() {
      stopped = true
      cancel?.()
    },
  }
}

/** Nobody answers, there is too much to do, or something is broken there: it may be well the next time. */
function mayPass({ status }: ApiError): boolean {
  return status === 0 || status === 408 || status === 429 || status >= 500
}

function waitOf(failures: number): number {
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures)
}
