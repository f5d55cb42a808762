import { RingpostError } from '../errors.ts'
import { mastersOf, type Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import { checkMasterKey, resealMasterKeyCheck } from './check-master-key.ts'
import type { Vault } from './vault.ts'

/** What of a record may be a sealed value. */
const SEALED = /v1\.[\w-]{8}\.[\w-]{38,}/g
/** How long Redis may take to have everything on its disk (ms). */
const DISK_MS = 10_000

/** Records with sealed values, which know how to seal them anew. */
export interface Resealable {
  reseal(onEach: (id: string) => void | Promise<void>): Promise<void>
}

/**
 * Seals every secret in Redis with the vault's present key. Each record is changed by compare-and-set, so that
 * it can run beside a server, be interrupted anywhere and be run again: the vault opens what is sealed with
 * either key, and a record is never between the two.
 *
 * @param deps.onEach after each record, with its id
 * @returns how many records there are
 * @throws RingpostError `config_invalid` where a secret is sealed with a key that the vault does not have, with
 *   nothing lost; `internal` where something was left out, so that the old key is not thrown away
 */
export async function resealAll(deps: {
  redis: Redis
  keys: Keys
  vault: Vault
  stores: readonly Resealable[]
  onEach?: (id: string) => void | Promise<void>
}): Promise<number> {
  const { redis, keys, vault } = deps
  await checkMasterKey({ redis, keys, vault })
  let done = 0
  for (const store of deps.stores) {
    await store.reseal(async (id) => {
      done++
      await deps.onEach?.(id)
    })
  }
  const left = await withAnotherKey(deps)
  if (left.length > 0) {
    throw new RingpostError(
      'internal',
      `Secrets of ${left.join(', ')} are still encrypted with the old master key. Keep it, and run this again; where that changes nothing, it is a bug of ringpost.`,
    )
  }
  await resealMasterKeyCheck({ redis, keys, vault })
  await untilOnDisk(redis)
  return done
}

/** Ids of records that hold what another key has sealed. Looks at their text, so that it forgets no field. */
async function withAnotherKey(deps: {
  redis: Pick<Redis, 'hgetall'>
  keys: Keys
  vault: Vault
}): Promise<string[]> {
  const records = await Promise.all(
    [deps.keys.sources, deps.keys.endpoints].map((key) => deps.redis.hgetall(key)),
  )
  return records.flatMap((hash) =>
    Object.entries(hash)
      .filter(([, json]) => [...json.matchAll(SEALED)].some(([sealed]) => !deps.vault.isCurrent(sealed)))
      .map(([id]) => id),
  )
}

/**
 * Waits for Redis' append-only file, since a power cut that took the last second of it would bring back values
 * of a key that is gone. Servers without that file, or of before 7.2, have no answer and keep none.
 */
async function untilOnDisk(redis: Redis): Promise<void> {
  // Of what came over the same connection: a cluster's nodes have one each.
  await Promise.all(
    mastersOf(redis).map((node) => node.call('WAITAOF', 1, 0, DISK_MS).catch(() => undefined)),
  )
}
