import { RingpostError } from '../errors.ts'
import { mastersOf, type Redis, type RedisNode } from './client.ts'

const OLDEST = [6, 2] as const
/** Of its memory: from here on it is worth saying. */
const NEARLY_FULL = 0.9

/** Something that is not as it should be: what it is, and what mends it where we know, without a full stop. */
export interface RedisFault {
  what: string
  fix: string | null
}

/** What was found of a server. With `problems` it cannot be used; `warnings` can be lived with. */
export interface RedisReport {
  version: string
  problems: RedisFault[]
  warnings: RedisFault[]
}

/**
 * Whether a Redis server of the user's own (REDIS_URL) can be trusted with ringpost's state.
 *
 * @returns the server's version as it is shown, and one plain sentence for each thing that is not as it
 *   should be but can be lived with
 * @throws RingpostError `redis_unusable` when ringpost would lose data in silence or cannot work at all;
 *   an error of the connection is thrown as it is
 */
export async function checkRedis(redis: Redis): Promise<{ version: string; warnings: string[] }> {
  const { version, problems, warnings } = await inspectRedis(redis)
  const [problem] = problems
  if (problem !== undefined) throw new RingpostError('redis_unusable', faultSentence(problem))
  return { version, warnings: warnings.map(faultSentence) }
}

function faultSentence({ what, fix }: RedisFault): string {
  return fix === null ? `${what}.` : `${what}: ${fix}.`
}

/**
 * Everything that is not as it should be with a Redis server, or with any server of a cluster.
 *
 * @throws an error of the connection, as it is
 */
export async function inspectRedis(redis: Redis): Promise<RedisReport> {
  const reports = await Promise.all(mastersOf(redis).map((node) => inspectNode(node, redis.isCluster)))
  const [first] = reports
  if (first !== undefined && !redis.isCluster) return first
  const problems = reports.flatMap((report) => report.problems)
  if (/^cluster_state:fail/m.test(String(await redis.cluster('INFO')))) {
    problems.unshift({
      what: 'The cluster at REDIS_URL does not serve all its slots',
      fix: 'bring the missing nodes back, or put others in their place (redis-cli --cluster check)',
    })
  }
  return {
    version: `${first?.version ?? 'Redis'} in a cluster of ${reports.length}`,
    problems: once(problems),
    warnings: once(reports.flatMap((report) => report.warnings)),
  }
}

/** What several servers have in common is said once. */
function once(faults: readonly RedisFault[]): RedisFault[] {
  return faults.filter(({ what }, i) => faults.findIndex((other) => other.what === what) === i)
}

async function inspectNode(redis: RedisNode, ofCluster: boolean): Promise<RedisReport> {
  const info = await askInfo(redis)
  if (typeof info !== 'string') return { version: 'Redis', problems: [info], warnings: [] }
  const { version, isOld } = readServerVersion(info)
  const fact = infoFields(info)
  const problems: RedisFault[] = []
  const warnings: RedisFault[] = []
  if (isOld) {
    problems.push({
      what: `The server at REDIS_URL is ${version}`,
      fix: 'set REDIS_URL to a Redis of 6.2 or newer, or to a Valkey',
    })
  }
  if (fact.get('redis_mode') === 'sentinel') {
    problems.push({
      what: 'The server at REDIS_URL is a Sentinel',
      fix: 'write REDIS_URL as redis+sentinel://host:26379/name',
    })
  } else if (fact.get('cluster_enabled') === '1' && !ofCluster) {
    problems.push({
      what: 'The server at REDIS_URL is one of a cluster',
      fix: 'write REDIS_URL as redis+cluster://host:6379',
    })
  }
  // Replicas answer every read and refuse every write.
  if (fact.get('role') === 'slave') {
    problems.push({ what: 'The server at REDIS_URL is a replica', fix: 'set REDIS_URL to the primary' })
  }

  const setting = await readSettings(redis)
  const policy = setting.get('maxmemory-policy') ?? fact.get('maxmemory_policy')
  if (policy !== undefined && policy !== 'noeviction') {
    problems.push({
      what: `The server at REDIS_URL has the maxmemory-policy ${policy}, which drops ringpost's state in silence when memory runs short`,
      fix: 'set maxmemory-policy to noeviction',
    })
  }
  const unknown: string[] = []
  if (policy === undefined) unknown.push('whether maxmemory-policy is noeviction')

  const appendOnly = setting.get('appendonly') ?? yesNo(fact.get('aof_enabled'))
  const save = setting.get('save')
  const sync = setting.get('appendfsync')
  const turnOn = 'set appendonly to yes'
  if (appendOnly === undefined) unknown.push('whether there is an append-only file (appendonly)')
  if (appendOnly === 'no' && save === '') {
    warnings.push({ what: 'Redis keeps nothing on disk, so a restart loses everything', fix: turnOn })
  } else if (appendOnly === 'no' && save !== undefined) {
    warnings.push({
      what: 'Redis saves to disk only now and then (RDB), so a crash loses what came since',
      fix: turnOn,
    })
  } else if (appendOnly === 'no') {
    warnings.push({ what: 'Redis keeps no append-only file, so a crash can lose changes', fix: turnOn })
  }
  if (appendOnly !== 'yes' && save === undefined) unknown.push('whether it saves to disk (save)')
  if (appendOnly === 'yes' && sync === 'no') {
    warnings.push({
      what: 'Redis leaves it to the system when its append-only file reaches the disk, so a power cut can lose half a minute',
      fix: 'set appendfsync to everysec',
    })
  }
  if (appendOnly !== 'no' && sync === undefined) unknown.push('how often it syncs to disk (appendfsync)')
  if (unknown.length > 0) {
    warnings.push({
      what: `Redis does not let ringpost read its settings (CONFIG), so this could not be checked: ${unknown.join(', ')}`,
      fix: null,
    })
  }
  warnings.push(...troubles(fact))
  return { version, problems, warnings }
}

/** What a server tells of its disk and its memory. */
function troubles(fact: ReadonlyMap<string, string>): RedisFault[] {
  const found: RedisFault[] = []
  if (fact.get('aof_last_write_status') === 'err') {
    found.push({
      what: 'Redis cannot write its append-only file, and refuses every change until it can',
      fix: "make room on its disk, or mend the folder's permissions",
    })
  }
  const [used, most] = [Number(fact.get('used_memory')), Number(fact.get('maxmemory'))]
  if (most > 0 && used > NEARLY_FULL * most) {
    found.push({
      what: `Redis has used ${Math.floor((100 * used) / most)} % of its maxmemory, and refuses changes when it is full`,
      fix: 'raise maxmemory, or shorten RINGPOST_EVENT_RETENTION and RINGPOST_DELIVERY_RETENTION',
    })
  }
  return found
}

/**
 * The server's name and version out of INFO. Valkey says 7.2.4 in `redis_version` for the sake of old
 * clients and has its own field; KeyDB's versions count on from the Redis that it was made from.
 */
export function readServerVersion(info: string): { version: string; isOld: boolean } {
  const fact = infoFields(info)
  const compatible = fact.get('redis_version') ?? ''
  const [major = 0, minor = 0] = compatible.split('.').map(Number)
  const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1])
  const valkey = fact.get('valkey_version')
  if (valkey !== undefined) return { version: `Valkey ${valkey}`, isOld }
  const name = fact.get('executable')?.includes('keydb') ? 'KeyDB' : 'Redis'
  return { version: `${name} ${compatible || 'of an unknown version'}`, isOld }
}

function infoFields(info: string): Map<string, string> {
  const pairs = [...info.matchAll(/^([^#:\r\n]+):([^\r\n]*)/gm)]
  return new Map(pairs.map(([, name = '', value = '']) => [name, value]))
}

/** What INFO says, or that the server does not permit it. */
async function askInfo(redis: RedisNode): Promise<string | RedisFault> {
  try {
    return await redis.info()
  } catch (error) {
    if (!isRefusal(error)) throw error
    return {
      what: `The server at REDIS_URL does not permit INFO (${error.message})`,
      fix: 'give the user in REDIS_URL that right',
    }
  }
}

/** Empty where the server does not permit CONFIG, as many managed services do not. */
async function readSettings(redis: RedisNode): Promise<Map<string, string>> {
  const settings = new Map<string, string>()
  // One by one: several names in one call came with Redis 7.
  for (const name of ['maxmemory-policy', 'appendonly', 'save', 'appendfsync']) {
    try {
      const reply: unknown = await redis.config('GET', name)
      const value = Array.isArray(reply) ? reply[1] : Object(reply)[name]
      if (typeof value === 'string') settings.set(name, value)
    } catch (error) {
      if (!isRefusal(error)) throw error
    }
  }
  return settings
}

function yesNo(flag: string | undefined): 'yes' | 'no' | undefined {
  if (flag === undefined) return undefined
  return flag === '1' ? 'yes' : 'no'
}

/** An answer of the server, and not a failure of the connection. */
function isRefusal(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError'
}
