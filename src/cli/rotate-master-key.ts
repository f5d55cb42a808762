import type { Logger } from 'pino'
import type { Config } from '../config/schema.ts'
import { checkUrl } from '../deliver/guard/url.ts'
import { createEndpoints, type EndpointRecord } from '../endpoints/endpoints.ts'
import { RingpostError } from '../errors.ts'
import { mastersOf, type Redis } from '../redis/client.ts'
import { createKeys } from '../redis/keys.ts'
import { openRedis } from '../redis/open-redis.ts'
import { createRecords } from '../redis/records.ts'
import { serverTime } from '../redis/server-time.ts'
import { checkMasterKey } from '../secrets/check-master-key.ts'
import { loadOrCreateSecretFile, replaceSecretFile } from '../secrets/data-files.ts'
import { keyIn, loadMasterKey, MASTER_KEY_FILE, NEXT_MASTER_KEY_FILE } from '../secrets/load-master-key.ts'
import { createMasterKey } from '../secrets/master-key.ts'
import { resealAll } from '../secrets/reseal.ts'
import { createSecret } from '../secrets/signing-secret.ts'
import { createVault } from '../secrets/vault.ts'
import { createSources, type SourceRecord } from '../sources/sources.ts'

/** What was done: how many records are sealed anew, and where the key is now. */
export interface RotatedMasterKey {
  records: number
  /** `file` where a new key was made in the data folder, `environment` where it came with the configuration. */
  key: 'file' | 'environment'
}

/**
 * Replaces the master key, and seals every secret in Redis with the new one. It can be interrupted at any
 * point and run again.
 *
 * A key in the data folder gets a successor beside it; when everything is sealed with that, it takes the place
 * of the old one. No server may run meanwhile, since it would go on with the old one. Where the key comes from
 * the environment, the new one and the old one are both given, to the servers too, and they may run.
 *
 * @param deps.onEach after each record
 * @throws RingpostError with a sentence that says what to do
 */
export async function rotateMasterKey(deps: {
  config: Config
  keyPrefix?: string
  logger: Logger
  signal: AbortSignal
  onEach?: (id: string) => void | Promise<void>
}): Promise<RotatedMasterKey> {
  const { config, logger } = deps
  const { dataDir, previousMasterKey } = config
  if (config.masterKey !== null && previousMasterKey === null) {
    throw new RingpostError(
      'config_invalid',
      'The master key comes from RINGPOST_MASTER_KEY. Set that to a new one (openssl rand -base64 32) and RINGPOST_MASTER_KEY_PREVIOUS to the present one, for every ringpost process; restart them, and run this again.',
    )
  }
  const known = await loadMasterKey({ dataDir, configured: config.masterKey, previous: previousMasterKey })
  const { redis, close } = await openRedis({
    url: config.redisUrl,
    dataDir,
    purpose: 'master-key',
    signal: deps.signal,
    logger,
  })
  // A private server writes what it has to its disk when it is closed, and only then may the old key go.
  let closed: Promise<void> | null = null
  const closeOnce = () => {
    closed ??= close()
    return closed
  }
  try {
    const keys = createKeys(deps.keyPrefix ?? 'ringpost')
    await checkMasterKey({ redis, keys, vault: createVault(known.key, known.previous) })
    const inFile = previousMasterKey === null
    if (inFile) await refuseWhileServing(redis)
    const key = inFile ? keyIn(await nextKey(dataDir)) : known.key
    const vault = createVault(key, inFile ? [known.key, ...known.previous] : known.previous)
    const now = Date.now
    const records = await resealAll({
      redis,
      keys,
      vault,
      stores: [
        createSources({
          records: createRecords<SourceRecord>(redis, keys.sources),
          vault,
          defaults: { pollIntervalMs: config.pollIntervalMs, overlapMs: config.pollOverlapMs },
          now,
        }),
        createEndpoints({
          records: createRecords<EndpointRecord>(redis, keys.endpoints),
          vault,
          checkUrl: (url) => void checkUrl(url, config),
          createSecret,
          serverTime: () => serverTime(redis),
          now,
        }),
      ],
      ...(deps.onEach ? { onEach: deps.onEach } : {}),
    })
    await closeOnce()
    if (inFile) await replaceSecretFile({ dataDir, name: MASTER_KEY_FILE, by: NEXT_MASTER_KEY_FILE })
    return { records, key: inFile ? 'file' : 'environment' }
  } finally {
    await closeOnce()
  }
}

/** The key to come: the one of a rotation that was interrupted, or a new one. */
function nextKey(dataDir: string) {
  return loadOrCreateSecretFile({ dataDir, name: NEXT_MASTER_KEY_FILE, create: createMasterKey })
}

/** A server that does not know the new key could open nothing more, and would seal with the one that goes. */
async function refuseWhileServing(redis: Redis): Promise<void> {
  // Where a server does not let its clients be listed, it is up to the person.
  const clients = await Promise.all(
    mastersOf(redis).map((node) => node.call('CLIENT', 'LIST').catch(() => '')),
  )
  const serving = clients.join('\n').match(/ name=ringpost:\d+:app /g) ?? []
  if (serving.length > 0) {
    throw new RingpostError(
      'conflict',
      'ringpost is running with the present master key: stop all its processes, run this again, and start them again.',
    )
  }
}
