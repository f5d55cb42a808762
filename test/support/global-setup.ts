import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import type { TestProject } from 'vitest/node'
import { startPrivateRedis } from '../../src/redis/private-server.ts'
import { startCluster } from './redis-servers.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the Redis is that all tests share: a unix socket, or the URL of a cluster. See testRedis(). */
    redisTarget: string
  }
}

/**
 * One Redis for the whole run. All temporary folders of the tests lie in one folder, so that a Redis server or a
 * browser that a test left behind is found: it fails the run, and ends with it.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), 'ringpost-'))
  // For the workers, which are forked later.
  process.env.TMPDIR = folder
  const sweep = () => {
    const left = [...endRedisServers(folder), ...endBrowsers(folder)]
    rmSync(folder, { recursive: true, force: true })
    return left
  }
  // Vitest does not run the teardown when it is interrupted.
  process.once('exit', sweep)
  const redis = await startShared(join(folder, 'shared'))
  project.provide('redisTarget', redis.target)

  return async () => {
    await redis.stop()
    const left = sweep()
    if (left.length > 0) throw new Error(`Redis servers or browsers were left running:\n${left.join('\n')}`)
  }
}

/** `npm run test:cluster` says TEST_REDIS=cluster; everything else has one server. */
async function startShared(dataDir: string): Promise<{ target: string; stop(): Promise<void> }> {
  if (process.env.TEST_REDIS === 'cluster') {
    const { url, stop } = await startCluster()
    return { target: url, stop }
  }
  const logger = pino({ level: 'warn' }, pino.destination({ fd: 2, sync: true }))
  const { socketPath, stop } = await startPrivateRedis({ dataDir, logger })
  return { target: socketPath, stop }
}

/** Ends every server whose redis.pid lies under the folder, and answers with those files. */
function endRedisServers(folder: string): string[] {
  let names: string[]
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  } catch {
    return []
  }
  return names
    .filter((name) => name.endsWith('redis.pid'))
    .filter((name) => {
      try {
        const pid = Number(readFileSync(join(folder, name), 'utf8'))
        // Its number may be somebody else's by now.
        if (!isRedis(pid)) return false
        process.kill(pid, 'SIGKILL')
        return true
      } catch {
        // A server that was killed leaves the file.
        return false
      }
    })
}

function isRedis(pid: number): boolean {
  if (process.platform !== 'linux') return true
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('redis-server')
}

/** Ends every Chromium whose profile lies under the folder, and answers with those profiles. */
function endBrowsers(folder: string): string[] {
  let pids: string[]
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch {
    // Not Linux: playwright ends its browsers with the process that started them.
    return []
  }
  return pids.flatMap((pid) => {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      const profile = words.find((word) => word.startsWith(`--user-data-dir=${folder}`))
      if (profile === undefined) return []
      process.kill(Number(pid), 'SIGKILL')
      return [profile]
    } catch {
      // It has ended meanwhile, or is somebody else's.
      return []
    }
  })
}
