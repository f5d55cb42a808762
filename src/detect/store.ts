import type { Redis } from '../redis/client.ts'
import { type Keys, USER_BUCKETS } from '../redis/keys.ts'
import { createScript, replyText, type ScriptArgument } from '../redis/script.ts'
import type { Event, UnixSecs } from '../types.ts'
import { OF_ACCEPTED_REMOVALS } from './accepted-removals.ts'
import { type KnownUser, readPackedSnapshots, readPackedUsers, type Skip } from './read-packed.ts'
import { packSnapshot, type Snapshot } from './snapshot.ts'
import { type BaselineReason, parseState, type SourceState } from './source-state.ts'

/** One user whose snapshot changes: what was read and what is to be stored. */
export interface SnapshotChange {
  userId: string
  before: Snapshot | null
  after: Snapshot
}

export type { KnownUser } from './read-packed.ts'

/** Fields of the state hash: to set, to delete, to increment. */
export interface StateChange {
  set?: Partial<Record<keyof SourceState, string | number>>
  delete?: readonly (keyof SourceState)[]
  increment?: Partial<Record<keyof SourceState, number>>
}

/** How far apart the epochs of two baselines are, so that falls of single users fit between them. */
export const EPOCH_STEP = 2 ** 20
const BUCKETS_AT_ONCE = 2048
/** Fields of the state that a new baseline begins without. */
export const OF_THE_BASELINE: readonly (keyof SourceState)[] = [
  'watermark',
  'baseline_started',
  'scan_kind',
  'scan_cursor',
  'scan_place_failures',
  'empty_baselines',
  'last_full_scan',
  'last_lookback',
  'last_complete_scan',
  'waiting_scan',
  'waiting_since',
  'believed_scan',
  'seen_at',
  'order_seen',
  'announce_since',
  'there_before',
  'sentiment_judged_by',
  'attention',
  'attention_announced',
  'flood_accepted',
  ...OF_ACCEPTED_REMOVALS,
  'empty_accepted',
  'idle_polls',
  'known_users',
  'failures',
  'failing_since',
  'failure',
  'empty_since',
  'not_before',
  'purged',
]

export type CommitResult = 'OK' | 'FENCED' | 'CONFLICT'

/** All that detection keeps in Redis: lease, state, snapshots and the writing end of the outbox. */
export function createDetectionStore(deps: {
  redis: Pick<Redis, 'callBuffer' | 'hgetall' | 'get' | 'del' | 'pttl' | 'hset'>
  keys: Keys
  leaseMs: number
}) {
  const { redis, keys, leaseMs } = deps
  const script = (name: string) => createScript(redis, new URL(`./${name}.lua`, import.meta.url))
  const acquireLease = script('acquire-lease')
  const renewLease = script('renew-lease')
  const readUsersScript = script('read-users')
  const readBucketsScript = script('read-buckets')
  const commitPageScript = script('commit-page')
  const finishScanScript = script('finish-scan')
  const startOverScript = script('start-over')

  /** Snapshots in the order of the ids, and the epoch of users who are met for the first time. */
  async function readUsersAndEpoch(
    sourceId: string,
    userIds: readonly string[],
  ): Promise<{ snapshots: (Snapshot | null)[]; epoch: number }> {
    if (userIds.length === 0) return { snapshots: [], epoch: 0 }
    const source = keys.source(sourceId)
    const reply = await readUsersScript([...userIds.map(source.users), source.state], userIds)
    const [packed, epoch] = reply as [Buffer, Buffer]
    return { snapshots: readPackedSnapshots(packed, userIds.length), epoch: Number(epoch) }
  }

  return {
    /** The fencing token, or null where another poller holds the lease. */
    async acquire(sourceId: string): Promise<number | null> {
      const { lease, state } = keys.source(sourceId)
      const token = await acquireLease([lease, state], [leaseMs])
      return token === null ? null : Number(token)
    },

    /** False where the lease was lost. */
    async renew(sourceId: string, token: number): Promise<boolean> {
      return (await renewLease([keys.source(sourceId).lease], [token, leaseMs])) === 1
    },

    /** Takes the lease from whoever holds it: a poll at work writes nothing more, and the next one can begin. */
    async interrupt(sourceId: string): Promise<void> {
      await redis.del(keys.source(sourceId).lease)
    },

    /** Whether the holder of the lease seems to be alive: it renews the lease three times in its life. */
    async isHeldAlive(sourceId: string): Promise<boolean> {
      return (await redis.pttl(keys.source(sourceId).lease)) > leaseMs / 2
    },

    /** Makes the next scheduled poll due at once. */
    async makeDue(sourceId: string): Promise<void> {
      await redis.hset(keys.source(sourceId).state, 'not_before', 0)
    },

    async release(sourceId: string, token: number): Promise<void> {
      await renewLease([keys.source(sourceId).lease], [token, 0])
    },

    async readState(sourceId: string): Promise<SourceState> {
      return parseState(await redis.hgetall(keys.source(sourceId).state))
    },

    /** The watermark of the last source of this id that was deleted; null where none was, or long ago. */
    async endedAt(sourceId: string): Promise<UnixSecs | null> {
      const watermark = await redis.get(keys.source(sourceId).ended)
      return watermark === null ? null : Number(watermark)
    },

    /**
     * Drops all snapshots of a source and begins a baseline under a new identity; can be repeated.
     *
     * @param announceSince users whose first contact is later are announced by the baseline
     */
    async startOver(
      sourceId: string,
      token: number,
      identity: string,
      known: boolean,
      announceSince: UnixSecs | null = null,
      reason: BaselineReason = known ? 'settings_changed' : 'first',
    ): Promise<'OK' | 'FENCED'> {
      const source = keys.source(sourceId)
      for (let from = 0; known && from < USER_BUCKETS; from += BUCKETS_AT_ONCE) {
        const buckets = Array.from({ length: BUCKETS_AT_ONCE }, (_, i) => source.bucket(from + i))
        const reply = await startOverScript(
          [source.lease, source.state, ...buckets],
          [token, '', leaseMs, 0, '', ''],
        )
        if (replyText(reply) === 'FENCED') return 'FENCED'
      }
      const reply = await startOverScript(
        [source.lease, source.state],
        [token, identity, leaseMs, EPOCH_STEP, announceSince ?? '', reason, ...OF_THE_BASELINE],
      )
      return replyText(reply) as 'OK' | 'FENCED'
    },

    /** Snapshots in the order of the ids; null for a user who is not known. */
    async readUsers(sourceId: string, userIds: readonly string[]): Promise<(Snapshot | null)[]> {
      return (await readUsersAndEpoch(sourceId, userIds)).snapshots
    },

    readUsersAndEpoch,

    /**
     * All users of a source, some buckets at a time, in no order. The next buckets are on their way while the
     * caller looks at the present ones.
     *
     * @param skip users who are left out
     */
    async *scanBuckets(sourceId: string, bucketsAtOnce: number, skip?: Skip): AsyncGenerator<KnownUser[]> {
      const source = keys.source(sourceId)
      const read = (from: number) => {
        const count = Math.min(bucketsAtOnce, USER_BUCKETS - from)
        const reply = readBucketsScript(
          Array.from({ length: count }, (_, i) => source.bucket(from + i)),
          [],
        )
        // Where it fails while nobody waits for it, whoever waits next is told.
        reply.catch(() => undefined)
        return reply
      }
      let upcoming = read(0)
      for (let from = 0; from < USER_BUCKETS; from += bucketsAtOnce) {
        const [records, ids] = (await upcoming) as [Buffer, Buffer]
        const next = from + bucketsAtOnce
        if (next < USER_BUCKETS) upcoming = read(next)
        yield readPackedUsers(records, ids, skip)
      }
    },

    /**
     * Events, snapshots and state of one page, all or nothing.
     *
     * @param page.onTold called with the id of each event that the outbox had before: it is not written again
     */
    async commitPage(
      sourceId: string,
      token: number,
      page: {
        users: readonly SnapshotChange[]
        events: readonly Event[]
        state: StateChange
        onTold?: (eventId: string) => void
      },
    ): Promise<CommitResult> {
      const source = keys.source(sourceId)
      const set = Object.entries(page.state.set ?? {})
      const increment = Object.entries(page.state.increment ?? {})
      const remove = page.state.delete ?? []
      const args: ScriptArgument[] = [
        token,
        leaseMs,
        page.users.length,
        page.events.length,
        set.length,
        increment.length,
        remove.length,
      ]
      for (const { userId, before, after } of page.users) {
        args.push(userId, before === null ? '' : packSnapshot(before), packSnapshot(after))
      }
      for (const event of page.events) args.push(event.id, event.type, JSON.stringify(event))
      for (const [name, value] of [...set, ...increment]) args.push(name, value)
      args.push(...remove)
      const reply = await commitPageScript(
        [
          source.lease,
          source.state,
          source.outbox,
          source.eventIndex,
          ...page.users.map(({ userId }) => source.users(userId)),
        ],
        args,
      )
      const [result, ...told] = Array.isArray(reply) ? reply : [reply]
      for (const id of told) page.onTold?.(replyText(id))
      return replyText(result) as CommitResult
    },

    /** Moves the watermark and notes the scan; FENCED where the lease or the watermark is not ours any more. */
    async finishScan(
      sourceId: string,
      token: number,
      watermarkBefore: UnixSecs | undefined,
      watermark: UnixSecs | null,
      change: StateChange,
    ): Promise<'OK' | 'FENCED'> {
      const { lease, state } = keys.source(sourceId)
      const set = Object.entries(change.set ?? {})
      const remove = change.delete ?? []
      const increment = Object.entries(change.increment ?? {})
      const reply = await finishScanScript(
        [lease, state],
        [
          token,
          watermarkBefore ?? '',
          watermark ?? '',
          set.length,
          remove.length,
          increment.length,
          ...set.flat(),
          ...remove,
          ...increment.flat(),
        ],
      )
      return replyText(reply) as 'OK' | 'FENCED'
    },
  }
}

export type DetectionStore = ReturnType<typeof createDetectionStore>
