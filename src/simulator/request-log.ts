import type { LoggedRequest } from './types.ts'

const KEPT = 1000

/** Counts every request and keeps the last thousand, oldest first. */
export function createRequestLog(): {
  readonly total: number
  readonly log: LoggedRequest[]
  /** Returns the entry, whose status is still to come. */
  add(request: LoggedRequest): LoggedRequest
} {
  const log: LoggedRequest[] = []
  let total = 0
  return {
    log,
    add(request) {
      total++
      log.push(request)
      if (log.length > KEPT) log.shift()
      return request
    },
    get total() {
      return total
    },
  }
}
