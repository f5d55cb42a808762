import type { UnreadUser } from '../elevenlabs/read-page.ts'
import { FencedError } from './commit-rows.ts'
import { markOf, type Rules } from './diff.ts'
import type { DetectionStore, SnapshotChange } from './store.ts'

/**
 * Marks users who are in a list of which a baseline is taken, and whose rows cannot be read: nothing of them is news
 * once they can be. Whoever is recorded, or marked, stays as they are.
 *
 * @throws FencedError where the lease was lost
 */
export async function markUnread(
  store: Pick<DetectionStore, 'readUsersAndEpoch' | 'commitPage'>,
  job: { source: { id: string }; token: number; users: readonly UnreadUser[]; rules: Rules },
): Promise<void> {
  // Upstream may repeat a row within a page.
  const marks = new Map<string, SnapshotChange>()
  for (const user of job.users) {
    const after = markOf(user, job.rules)
    if (after !== null) marks.set(user.user_id, { userId: user.user_id, before: null, after })
  }
  if (marks.size === 0) return
  const { snapshots } = await store.readUsersAndEpoch(job.source.id, [...marks.keys()])
  const users = [...marks.values()].filter((_, i) => snapshots[i] === null)
  if (users.length === 0) return
  const reply = await store.commitPage(job.source.id, job.token, {
    users,
    events: [],
    // A mark is no known user; the script counts whatever it stores for the first time.
    state: { increment: { known_users: -users.length } },
  })
  if (reply === 'FENCED') throw new FencedError()
}
