import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import type { Vault } from './vault.ts'

/** What the sealed word is sealed for. */
export const MASTER_KEY_CONTEXT = 'master-key-check'

/**
 * Makes sure that the master key is the one that sealed what is in Redis, at the start and not at the first
 * delivery. The first start leaves a sealed word for it.
 *
 * @throws RingpostError where the key is another one
 */
export async function checkMasterKey(deps: {
  redis: Pick<Redis, 'set' | 'get'>
  keys: Keys
  vault: Vault
}): Promise<void> {
  const { redis, keys, vault } = deps
  await redis.set(keys.masterKeyCheck, vault.seal('ringpost', MASTER_KEY_CONTEXT), 'NX')
  const sealed = await redis.get(keys.masterKeyCheck)
  if (sealed !== null) vault.open(sealed, MASTER_KEY_CONTEXT)
}

/** Leaves the word sealed with the present key, once nothing else is sealed with another. */
export async function resealMasterKeyCheck(deps: {
  redis: Pick<Redis, 'set'>
  keys: Keys
  vault: Vault
}): Promise<void> {
  await deps.redis.set(deps.keys.masterKeyCheck, deps.vault.seal('ringpost', MASTER_KEY_CONTEXT))
}
