import { setTimeout as wait } from 'node:timers/promises'
import type { LoadedFile } from '../config-file/load.ts'
import type { GuardPolicy } from '../deliver/guard/url.ts'
import { inspectRedis } from '../redis/check-server.ts'
import type { Redis } from '../redis/client.ts'
import type { Keys } from '../redis/keys.ts'
import { examineSharedClock } from './clock.ts'
import { examineConfigFile } from './config-file.ts'
import { examineDataFolder } from './data-folder.ts'
import { type Finding, problem, skipped } from './finding.ts'
import { examineMasterKey, type MasterKeySettings } from './master-key.ts'
import { REDIS_CHECK, redisFindings } from './redis-server.ts'

/** How long Redis may take (ms): whoever asks waits. */
const REDIS_MS = 3_000
const AWAY = problem(
  REDIS_CHECK,
  'Redis does not answer.',
  'See that it runs and can be reached; ringpost goes on by itself when it does.',
)

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
  const { redis, configFile, settings, policy } = deps

  /** What is asked of Redis waits for it, which may take for ever. */
  async function inTime(findings: Promise<Finding[]>, late: Finding): Promise<Finding[]> {
    const over = new AbortController()
    const waited = wait(REDIS_MS, [late], { signal: over.signal }).catch(() => [late])
    try {
      return await Promise.race([findings, waited])
    } catch {
      return [late]
    } finally {
      over.abort()
    }
  }

  return async function readChecks(): Promise<Finding[]> {
    const [folder, server, masterKey] = await Promise.all([
      examineDataFolder(settings.dataDir),
      inTime(inspectRedis(redis).then(redisFindings), AWAY),
      inTime(
        redis.get(deps.keys.masterKeyCheck).then((sealed) => examineMasterKey(sealed, settings)),
        skipped('master key', 'Redis has to answer first.'),
      ),
    ])
    const file =
      configFile === null
        ? []
        : examineConfigFile(configFile, { policy, words: false, applied: configFile.content })
    return [...folder, ...file, ...server, ...masterKey, examineSharedClock(deps.clockAheadMs())]
  }
}
