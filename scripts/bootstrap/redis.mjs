import { readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { findOnPath, hasApt, unpackPackages, writeWrapper } from './debian.mjs'
import { capture, run } from './run.mjs'
import { SetupError, say } from './say.mjs'

/**
 * Finds a redis-server of 6.2 or newer, and puts one in place where there is none.
 *
 * On Debian and its like the packages are downloaded with apt and unpacked into `.cache/redis`, as root too:
 * an installed package would bring a system service on port 6379 (its postinst starts it) that nobody asked
 * for, and change the machine; this way there is one road for everybody, and `rm -rf .cache` undoes it.
 *
 * @returns the folder to put on the PATH, or null when the server is on it already or none is needed
 */
export async function provideRedis(root, { verb }) {
  const onPath = findOnPath('redis-server')
  const present = onPath ? await redisVersion(onPath) : null
  if (present?.ok) return null
  const cached = join(root, '.cache', 'redis', 'bin')
  if ((await redisVersion(join(cached, 'redis-server')))?.ok) return cached
  if (verb === 'start' && hasRedisUrl(root)) return null

  const other = verb === 'start' ? ', or set REDIS_URL to a server that runs already' : ''
  const choices = `install redis-server 6.2 or newer yourself${other}`
  if (present) say(`${onPath} is Redis ${present.version}, which is too old: 6.2 or newer is needed`)
  if (hasApt()) {
    const problem = await unpackRedis(root)
    if (problem === null) return cached
    throw new SetupError(`Redis could not be set up here (${problem}): ${choices}.`)
  }
  if (process.platform === 'darwin' && findOnPath('brew')) {
    say('installing Redis (brew install redis)')
    if ((await run('brew', ['install', 'redis'], { stdio: ['ignore', 2, 2] })) === 0) return null
    throw new SetupError(`Redis could not be installed with brew: ${choices}.`)
  }
  throw new SetupError(`Redis is missing and this system has neither apt-get nor brew: ${choices}.`)
}

/** As ringpost reads it: from the environment, else from the file .env. */
function hasRedisUrl(root) {
  if (process.env.REDIS_URL !== undefined) return process.env.REDIS_URL !== ''
  try {
    return /^\s*(export\s+)?REDIS_URL\s*=\s*["']?\w/m.test(readFileSync(join(root, '.env'), 'utf8'))
  } catch {
    return false
  }
}

/** Downloads and unpacks. Answers null, or what went wrong as part of a sentence. */
function unpackRedis(root) {
  return unpackPackages(root, {
    title: 'Redis',
    packages: ['redis-server', 'redis-tools'],
    needsOf: 'redis-tools',
    folder: 'redis',
    async finish(tree, folder) {
      for (const name of readdirSync(join(tree, 'usr', 'bin'))) writeWrapper(tree, name, `usr/bin/${name}`)
      const version = await redisVersion(join(tree, 'bin', 'redis-server'))
      if (!version) return 'the downloaded redis-server does not run on this machine'
      if (!version.ok) return `this system offers only Redis ${version.version}`
      // A tree from a run at the same time is as good as ours; one that does not run is in the way.
      if (!(await redisVersion(join(folder, 'bin', 'redis-server')))?.ok) {
        rmSync(folder, { recursive: true, force: true })
        renameSync(tree, folder)
      }
      return null
    },
  })
}

/** @returns null when the file is missing or does not run */
export async function redisVersion(path) {
  const { code, stdout } = await capture(path, ['--version'])
  const [, version, major, minor] = /v=((\d+)\.(\d+)[\d.]*)/.exec(stdout) ?? []
  if (code !== 0 || version === undefined) return null
  return { version, ok: Number(major) > 6 || (Number(major) === 6 && Number(minor) >= 2) }
}
