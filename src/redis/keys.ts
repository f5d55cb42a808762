import { crc32 } from 'node:zlib'
import type { DeliveryStatus } from '../types.ts'

/** Buckets of a source's snapshots: few enough that each stays a listpack at ten million users. */
export const USER_BUCKETS = 32_768

/** STRING which demo runs, with expiry. It is no key of the demo's data, which each demo deletes at its start. */
export const DEMO_CLAIM = 'ringpost-demo-claim'

/**
 * Every key that ringpost writes, in one place. All keys of one source share the hash tag `{<source id>}`
 * and all keys of one endpoint `{<endpoint id>}`, so that each is one slot of a Redis Cluster and can be
 * changed by one script.
 */
export function createKeys(prefix: string) {
  return {
    prefix,
    /** HASH source id → JSON */
    sources: `${prefix}:sources`,
    /** HASH endpoint id → JSON */
    endpoints: `${prefix}:endpoints`,
    /** STREAM of the newest events and attempts, as references, for those who watch live */
    activity: `${prefix}:activity`,
    /** HASH token id → JSON */
    tokens: `${prefix}:tokens`,
    /** HASH token id → when it was last used, unix ms */
    tokenUses: `${prefix}:token-uses`,
    /** STRING JSON of one sign-in of a browser, by the hash of its secret; ends by itself */
    session: (hash: string) => `${prefix}:session:${hash}`,
    /** ZSET of those hashes of one token, by its id or of the administrator, by when each began (unix ms); ends by itself */
    sessionsOf: (owner: string) => `${prefix}:sessions:${owner}`,
    /** What an owner's requests with idempotency keys were answered: of a token by its id, or of the administrator. */
    idempotency: (owner: string) => {
      const tag = `${prefix}:{idempotency:${owner}}`
      return {
        /** HASH of one idempotency key by its digest: who began, what was asked and answered, sealed */
        answer: (digest: string) => `${tag}:${digest}`,
        /** ZSET of `<digest>:<bytes>`, by the time (unix µs) from which each answer is kept; ends by itself */
        kept: `${tag}:kept`,
        /** STRING the bytes of all of these; ends by itself */
        bytes: `${tag}:bytes`,
      }
    },
    /** STRING the layout of all of this as a number; see redis/layout.ts */
    layout: `${prefix}:layout`,
    /** STRING a word sealed with the master key */
    masterKeyCheck: `${prefix}:master-key-check`,
    /** STRING the cluster's epoch when somebody last looked whether a node had been replaced */
    clusterEpoch: `${prefix}:cluster-epoch`,
    source: (id: string) => {
      const tag = `${prefix}:{${id}}`
      return {
        /** STRING fencing token of the present holder, with expiry */
        lease: `${tag}:lease`,
        /** HASH fence, watermark, mode, the scan in progress, totals */
        state: `${tag}:state`,
        /** STREAM of events: outbox of the relay and event log in one */
        outbox: `${tag}:outbox`,
        /** HASH event id → stream id in the outbox */
        eventIndex: `${tag}:events`,
        /** HASH stream id of an event → its conversation as JSON, or null, once that is decided */
        conversations: `${tag}:conversations`,
        /** STRING who gets conversations at present, with expiry */
        enriching: `${tag}:enriching`,
        /** LIST what polls did, JSON each, newest first; see detect/poll-history.ts */
        polls: `${tag}:polls`,
        /** HASH digest of an unreadable row → JSON, of the newest */
        quarantine: `${tag}:quarantine`,
        /** ZSET of digests of unreadable rows, by about the time (unix ms) at which each was first met */
        quarantined: `${tag}:quarantined`,
        /** STRING watermark of the last source of this id that was deleted, with expiry */
        ended: `${tag}:ended`,
        /** HASH user id → packed snapshot; see detect/snapshot.ts */
        users: (userId: string) => `${tag}:u:${crc32(userId) % USER_BUCKETS}`,
        bucket: (index: number) => `${tag}:u:${index}`,
      }
    },
    endpoint: (id: string) => {
      const tag = `${prefix}:{${id}}`
      return {
        /** STRING one delivery; see log/delivery-record.ts */
        delivery: (deliveryId: string) => `${tag}:r:${deliveryId}`,
        /** LIST its attempts, JSON each, but for a first one that was the last */
        attempts: (deliveryId: string) => `${tag}:a:${deliveryId}`,
        /** ZSET of delivery ids in one status, by the time of creation */
        status: (status: DeliveryStatus) => `${tag}:s:${status}`,
        /** ZSET of delivery ids that wait for their first attempt, by the time it is due */
        due: `${tag}:due`,
        /** ZSET of delivery ids that wait for another attempt, by the time it is due */
        retries: `${tag}:retries`,
        /** ZSET of delivery ids that a worker holds, by the time until which it may */
        busy: `${tag}:busy`,
        /** HASH failing since, last success, how far people were told, the breaker */
        health: `${tag}:health`,
        /** HASH tokens of the rate limit, and when they were counted */
        pace: `${tag}:pace`,
        /** HASH up to which time deliveries were dropped because there were too many */
        bounds: `${tag}:bounds`,
        /** HASH digest of what was asked → JSON of a recovery that has not ended */
        recoveries: `${tag}:recoveries`,
        /**
         * HASH the last backfill: what was asked, how far it got. Its events are in an outbox of the endpoint's own,
         * with the keys that a source has.
         */
        backfill: `${tag}:backfill`,
      }
    },
    /** BullMQ's prefix: each queue in a slot of its own. */
    queue: (name: string) => `${prefix}:{${name}}`,
  }
}

export type Keys = ReturnType<typeof createKeys>
