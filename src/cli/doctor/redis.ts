import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Finding, ok, problem } from '../../checks/finding.ts'
import { examineMasterKey } from '../../checks/master-key.ts'
import { REDIS_CHECK as CHECK, redisFindings } from '../../checks/redis-server.ts'
import type { Config } from '../../config/schema.ts'
import { inspectRedis } from '../../redis/check-server.ts'
import { type Redis, reasonOf } from '../../redis/client.ts'
import { connectRedis } from '../../redis/connect.ts'
import { createKeys } from '../../redis/keys.ts'
import { hasRedisHosts, readRedisHosts, urlsOfNodes } from '../../redis/redis-hosts.ts'
import { probeRedis, redisSocketPath } from '../../redis/redis-socket.ts'

const PATIENCE_MS = 5_000
/** What the set-up of a clone can do; a package has none. */
const SET_UP = fileURLToPath(new URL('../../../scripts/bootstrap/redis.mjs', import.meta.url))

/** What is needed of the configuration; `dataDir` is the demo's, where that runs. */
export type RedisSettings = Pick<Config, 'redisUrl' | 'dataDir' | 'masterKey' | 'previousMasterKey' | 'demo'>

/** Whether Redis can hold the state, and the master key opens what is in it. Changes nothing. */
export async function examineRedis(settings: RedisSettings): Promise<Finding[]> {
  const { redisUrl, dataDir } = settings
  if (redisUrl !== null) return lookInside(redisUrl, settings)
  const socket = existsSync(dataDir) ? await redisSocketPath(dataDir) : null
  if (socket !== null && (await probeRedis(socket)) === 'ready') return lookInside(socket, settings)
  return [await examineProgram()]
}

/** Whether a private server could be started. */
async function examineProgram(): Promise<Finding> {
  const said = await promisify(execFile)('redis-server', ['--version']).catch(() => null)
  if (said === null) {
    if (existsSync(SET_UP)) {
      return ok(CHECK, 'There is no redis-server on the PATH; npm start finds or brings one.')
    }
    return problem(
      CHECK,
      'There is no redis-server on the PATH, and ringpost runs one of its own without REDIS_URL.',
      'Install Redis 6.2 or newer (the package is redis-server or valkey), or set REDIS_URL to a server that runs.',
    )
  }
  const [version = '', major = '0', minor = '0'] = /\bv=(\d+)\.(\d+)[.\d]*/.exec(said.stdout) ?? []
  if (Number(major) < 6 || (Number(major) === 6 && Number(minor) < 2)) {
    return problem(
      CHECK,
      `redis-server on this machine is ${version.slice(2)}, and ringpost needs 6.2 or newer.`,
      'Install a newer one, or set REDIS_URL to a server that runs.',
    )
  }
  return ok(CHECK, `redis-server ${version.slice(2)} is there; ringpost starts one of its own.`)
}

/** A connection that gives up at once. */
function connectOnce(target: string): Redis {
  return connectRedis(target, 'doctor', {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: PATIENCE_MS,
    // Otherwise a server that is silent keeps this process for two seconds more.
    disconnectTimeout: 50,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
  })
}

async function lookInside(target: string, settings: RedisSettings): Promise<Finding[]> {
  const redis = connectOnce(target)
  let first: Error | null = null
  redis.on('error', (error) => {
    first ??= error
  })
  try {
    await inTime(redis.connect())
    const report = await inTime(inspectRedis(redis))
    const { masterKeyCheck } = createKeys(settings.demo ? 'ringpost-demo' : 'ringpost')
    const sealed = await inTime(redis.get(masterKeyCheck)).catch(() => null)
    return [...redisFindings(report), ...(await examineMasterKey(sealed, settings))]
  } catch (error) {
    return [unreachable((await troubleOfNode(target)) ?? first ?? (error as Error))]
  } finally {
    redis.disconnect()
  }
}

/** A cluster's client says no more of a connection than that it is closed: what keeps its nodes from being reached. */
async function troubleOfNode(target: string): Promise<Error | null> {
  if (!hasRedisHosts(target)) return null
  const hosts = readRedisHosts(target)
  if (hosts.kind !== 'cluster') return null
  for (const url of urlsOfNodes(hosts)) {
    const node = connectOnce(url)
    let first: Error | null = null
    node.on('error', (error) => {
      first ??= error
    })
    const trouble = await inTime(node.connect().then(() => node.cluster('INFO'))).then(
      () => null,
      (error: Error) => first ?? error,
    )
    node.disconnect()
    if (trouble !== null) return trouble
  }
  return null
}

function unreachable(error: Error): Finding {
  const { code } = error as NodeJS.ErrnoException
  const said = `${code ?? reasonOf(error)}`
  if (/cluster support disabled/i.test(said)) {
    return problem(
      CHECK,
      `The server at REDIS_URL is not one of a cluster (${said}).`,
      'Write REDIS_URL as redis://host:6379, or turn cluster-enabled on there.',
    )
  }
  if (/NOAUTH|WRONGPASS|invalid password|AUTH.*without any password/i.test(reasonOf(error))) {
    return problem(
      CHECK,
      `Redis at REDIS_URL does not let ringpost in (${reasonOf(error)}).`,
      'Correct the user and password in REDIS_URL: redis://user:password@host:6379, special characters percent-encoded.',
    )
  }
  if (/No such master/i.test(said)) {
    return problem(
      CHECK,
      'The Sentinels at REDIS_URL know no servers by the name that is in it.',
      'Correct the name: redis-cli -p 26379 SENTINEL MASTERS lists those that they know.',
    )
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return problem(CHECK, `The host in REDIS_URL is not known (${said}).`, 'Correct the host in REDIS_URL.')
  }
  if (/SSL|TLS|CERT|self.signed/i.test(`${code} ${error.message}`)) {
    return problem(
      CHECK,
      `The TLS connection to Redis failed (${said}).`,
      'Use redis:// for a server without TLS, and rediss:// for one with a certificate that this machine trusts.',
    )
  }
  return problem(
    CHECK,
    `Redis at REDIS_URL cannot be reached (${said}).`,
    'Start it, correct REDIS_URL, or leave REDIS_URL out to have ringpost run one of its own.',
  )
}

/** A server that takes a connection and never says a word is as good as none. */
async function inTime<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${PATIENCE_MS / 1000} s`)), PATIENCE_MS)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
