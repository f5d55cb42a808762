import { isAscii } from 'node:buffer'
import { USER_BUCKETS } from '../redis/keys.ts'
import { type Snapshot, unpackSnapshot } from './snapshot.ts'

/** A user with what is recorded of them. */
export interface KnownUser {
  userId: string
  snapshot: Snapshot
}

/** Users in one reply, more or less: some hundred kilobytes, and a few milliseconds of Redis' time. */
const USERS_AT_ONCE = 2_000

/** How many buckets to read at once. */
export function bucketsAtOnce(knownUsers: number): number {
  const buckets = Math.floor((USER_BUCKETS * USERS_AT_ONCE) / Math.max(knownUsers, 1))
  return Math.min(Math.max(buckets, 16), 2_048)
}

export type Skip = (userId: string, snapshot: () => Snapshot) => boolean

/** Reads the text that read-users.lua returns: snapshots in the order of the ids, null for an unknown user. */
export function readPackedSnapshots(packed: Buffer, users: number): (Snapshot | null)[] {
  const snapshots: (Snapshot | null)[] = []
  let at = 0
  while (snapshots.length < users) {
    const length = packed[at++] ?? 0
    snapshots.push(length === 0 ? null : unpackSnapshot(packed, at, at + length))
    at += length
  }
  return snapshots
}

/**
 * Reads the two texts that read-buckets.lua returns.
 *
 * @param skip users who are left out; it has the id, and the snapshot where it asks for it, without a copy of
 *   either, and must keep neither
 */
export function readPackedUsers(records: Buffer, ids: Buffer, skip: Skip = () => false): KnownUser[] {
  const users: KnownUser[] = []
  // One text for all, of which each id is a part: a call for each id is most of the time that this takes.
  const text = isAscii(ids) ? ids.toString('latin1') : null
  let idAt = 0
  for (let at = 0; at < records.length; ) {
    const idLength = records.readUInt32BE(at)
    const length = records[at + 4] ?? 0
    const idEnd = idAt + idLength
    const userId = text?.substring(idAt, idEnd) ?? ids.toString('utf8', idAt, idEnd)
    at += 5
    const [start, end] = [at, at + length]
    if (!skip(userId, () => unpackSnapshot(records, start, end))) {
      // A copy of the id, for a part of a text keeps the whole of it in memory.
      const copy = ids.toString('utf8', idAt, idEnd)
      users.push({ userId: copy, snapshot: unpackSnapshot(records, at, at + length) })
    }
    at += length
    idAt = idEnd
  }
  return users
}
