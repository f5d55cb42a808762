import { createPoller, type Place } from './poller.ts'
import { benchUserId } from './users.ts'

/** Requests of one poll each, after what is named. */
export interface RequestCounts {
  users: number
  quiet: number[]
  ten_recent_called: number
  after_them: number
  ten_old_called: number
  after_those: number
}

const CALLERS = 10

/**
 * Counts what polls ask of the upstream: when nothing has changed, when ten callers of the first page have called
 * again, and when the ten have who called longest ago. The baseline has been taken.
 */
export async function countRequests(place: Place, users: number): Promise<RequestCounts> {
  const poller = await createPoller(place)
  const poll = async () => (await poller.poll()).requests
  try {
    const quiet = [await poll(), await poll(), await poll()]
    await call(
      place,
      Array.from({ length: CALLERS }, (_, i) => benchUserId(i)),
    )
    const ten_recent_called = await poll()
    const after_them = await poll()
    await call(
      place,
      Array.from({ length: CALLERS }, (_, i) => benchUserId(users - 1 - i)),
    )
    return {
      users,
      quiet,
      ten_recent_called,
      after_them,
      ten_old_called: await poll(),
      after_those: await poll(),
    }
  } finally {
    await poller.close()
  }
}

/** Lets users call now. */
export async function call({ upstream }: Place, userIds: readonly string[]): Promise<void> {
  const response = await fetch(`${upstream}/_control/calls`, {
    method: 'POST',
    body: JSON.stringify(userIds.map((user_id) => ({ user_id }))),
  })
  if (!response.ok) throw new Error(`The simulator took no calls: ${await response.text()}`)
}
