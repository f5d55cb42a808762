import { hash } from 'node:crypto'
import { isUnread, packSnapshot, type Snapshot, unpackSnapshot } from '../detect/snapshot.ts'
import type { DetectionStore, KnownUser } from '../detect/store.ts'
import type { Redis } from '../redis/client.ts'
import { type Keys, USER_BUCKETS } from '../redis/keys.ts'
import { createScript, replyText } from '../redis/script.ts'

/** A place in the list of a source's users: the bucket, and the digest of the last user of it that was seen. */
export interface UserPlace {
  bucket: number
  after: string
}

/** Buckets of the first read of a page; each further read takes eight times as many. */
const FIRST_READ = 64
const LARGEST_READ = 4_096
const TRIES = 10

/**
 * The users of a source as people look at them. Pages go by bucket, and within a bucket by a digest of the
 * id, so that a user's place never changes: a walk misses and repeats nobody who was there all the time.
 */
export function createUsers(deps: {
  redis: Pick<Redis, 'callBuffer'>
  keys: Keys
  store: Pick<DetectionStore, 'readUsers'>
}) {
  const { keys, store } = deps
  const script = (name: string) => createScript(deps.redis, new URL(`./${name}.lua`, import.meta.url))
  const readBuckets = script('read-buckets')
  const forgetUser = script('forget-user')

  /** The users from a bucket on, at least `wanted` of them where there are as many, by bucket. */
  async function readFrom(sourceId: string, from: number, wanted: number) {
    const source = keys.source(sourceId)
    const found: { bucket: number; users: PlacedUser[] }[] = []
    let met = 0
    for (
      let size = FIRST_READ;
      from < USER_BUCKETS && met < wanted;
      size = Math.min(size * 8, LARGEST_READ)
    ) {
      const count = Math.min(size, USER_BUCKETS - from)
      const buckets = Array.from({ length: count }, (_, i) => source.bucket(from + i))
      const [looked, ...rest] = (await readBuckets(buckets, [wanted - met])) as [number, ...unknown[]]
      for (let i = 0; i < rest.length; i += 2) {
        const users = placed(rest[i + 1] as Buffer[])
        found.push({ bucket: from + Number(rest[i]) - 1, users })
        met += users.length
      }
      from += looked
    }
    return { found, ended: from >= USER_BUCKETS }
  }

  return {
    /**
     * A page of the users, tombstones among them, in an order that means nothing and never changes. It can be shorter
     * than asked for although others follow.
     */
    async list(
      sourceId: string,
      page: { after: UserPlace | null; limit: number },
    ): Promise<{ data: KnownUser[]; next: UserPlace | null }> {
      const { after, limit } = page
      // One more tells whether there is a next page; those of the first bucket that were seen come besides.
      const first = after?.bucket ?? 0
      const users: (PlacedUser & { bucket: number })[] = []
      let from = first
      for (let ended = false; !ended && users.length <= limit; ) {
        const read = await readFrom(sourceId, from, limit + 1 - users.length)
        for (const { bucket, users: inBucket } of read.found) {
          for (const user of inBucket) {
            if (after !== null && bucket === first && user.digest <= after.after) continue
            users.push({ ...user, bucket })
          }
        }
        ended = read.ended
        from = (read.found.at(-1)?.bucket ?? from) + 1
      }
      const last = users.length > limit ? users[limit - 1] : undefined
      return {
        // Of whom nothing is known but that they are there is shown to nobody.
        data: users
          .slice(0, limit)
          .filter(({ snapshot }) => !isUnread(snapshot))
          .map(({ userId, snapshot }) => ({ userId, snapshot })),
        next: last === undefined ? null : { bucket: last.bucket, after: last.digest },
      }
    },

    /** What is known of one user; null where nothing is. Ids are compared byte for byte. */
    async find(sourceId: string, userId: string): Promise<Snapshot | null> {
      const [snapshot] = await store.readUsers(sourceId, [userId])
      return !snapshot || isUnread(snapshot) ? null : snapshot
    },

    /**
     * Forgets a user: if they are met again, they are a first-time caller. A poll under way that has read
     * what was known compares again.
     *
     * @returns false where they were not known
     */
    async forget(sourceId: string, userId: string): Promise<boolean> {
      const source = keys.source(sourceId)
      for (let tries = 0; tries < TRIES; tries++) {
        const [snapshot] = await store.readUsers(sourceId, [userId])
        if (!snapshot) return false
        const reply = await forgetUser(
          [source.state, source.users(userId)],
          [userId, packSnapshot(snapshot), snapshot.epoch, snapshot.removed ? 0 : 1],
        )
        if (replyText(reply) === 'OK') return true
      }
      throw new Error('What is known of the user kept changing while it was to be forgotten. Try again.')
    },
  }
}

export type Users = ReturnType<typeof createUsers>

interface PlacedUser extends KnownUser {
  digest: string
}

function placed(flat: readonly Buffer[]): PlacedUser[] {
  const users: PlacedUser[] = []
  for (let i = 0; i + 1 < flat.length; i += 2) {
    const [id, packed] = [flat[i], flat[i + 1]]
    if (id === undefined || packed === undefined) break
    users.push({
      userId: id.toString('utf8'),
      snapshot: unpackSnapshot(packed),
      digest: hash('sha256', id).slice(0, 32),
    })
  }
  return users.sort((a, b) => (a.digest < b.digest ? -1 : 1))
}
