import { expect } from 'vitest'
import type { Webhook } from '../support/receiver.ts'

/** How far each user's chain of `from → to` has been accepted, from zero and without a gap. */
export function chainsOf(
  webhooks: readonly Webhook[],
  options: { complete?: true } = {},
): Map<string, number> {
  const byUser = new Map<string, Map<number, number>>()
  for (const { event, status } of webhooks) {
    if (status !== 204) continue
    const { user, change } = event.data as { user: { user_id: string }; change: { from: number; to: number } }
    const steps = byUser.get(user.user_id) ?? new Map<number, number>()
    expect(steps.get(change.from) ?? change.to).toBe(change.to)
    byUser.set(user.user_id, steps.set(change.from, change.to))
  }
  const reached = new Map<string, number>()
  for (const [user, steps] of byUser) {
    let at = 0
    for (let next = steps.get(at); next !== undefined; next = steps.get(at)) at = next
    // On the way there, a later link may arrive before an earlier one that is being retried.
    if (options.complete) expect(Math.max(...steps.values())).toBe(at)
    reached.set(user, at)
  }
  return reached
}
