import type { LoadedFile } from '../config-file/load.ts'
import type { GuardPolicy } from '../deliver/guard/url.ts'
import { inspectRedis } from '../redis/check-server.ts'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import { examineSharedClock } from './clock.ts'
import { examineConfigFile } from './config-file.ts'
import { examineDataFolder } from './data-folder.ts'
import type { Finding } from './finding.ts'
import { examineMasterKey, type MasterKeySettings } from './master-key.ts'
import { redisFindings } from './redis-server.ts'

/**
 * Looks at what a process that runs stands on: its data folder, the configuration file, Redis, the master key, the
 * clock. It is what `ringpost doctor` looks at before a start, seen from inside; it changes nothing.
 */
export function createReadChecks(deps: {
  redis: Redis
  keys: Pick<Keys, 'masterKeyCheck'>
  settings: MasterKeySettings
  /** The one that was applied at the start. */
  configFile: LoadedFile | null
  policy: GuardPolicy
  /** By how much this machine's clock is ahead of that of Redis (ms). */
  clockAheadMs: () => number
}) {
  const { redis, configFile, settings } = deps

  return async function readChecks(): Promise<Finding[]> {
    const [folder, server, masterKey] = await Promise.all([
      examineDataFolder(settings.dataDir),
      inspectRedis(redis).then(redisFindings),
      redis.get(deps.keys.masterKeyCheck).then((sealed) => examineMasterKey(sealed, settings)),
    ])
    const file = configFile === null ? [] : examineConfigFile(configFile, deps.policy, configFile.content)
    return [...folder, ...file, ...server, ...masterKey, examineSharedClock(deps.clockAheadMs())]
  }
}
