import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { findOnPath, hasDebianPackages, unpackPackages } from './debian.mjs'
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
  if (hasDebianPackages()) {
    const problem = await unpackRedis(root, cached)
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
async function unpackRedis(root, bin) {
  const work = join(root, '.cache', `redis-${process.pid}.part`)
  rmSync(work, { recursive: true, force: true })
  try {
    const tree = join(work, 'tree')
    mkdirSync(join(tree, 'bin'), { recursive: true })
    say('downloading Redis (apt-get download redis-server and what it needs) into .cache/redis')
    const problem = await unpackPackages(work, tree, async (options) => [
      'redis-server',
      'redis-tools',
      ...(await missingLibraries(options)),
    ])
    if (problem !== null) return problem
    writeWrappers(tree)
    const version = await redisVersion(join(tree, 'bin', 'redis-server'))
    if (!version) return 'the downloaded redis-server does not run on this machine'
    if (!version.ok) return `this system offers only Redis ${version.version}`
    // A tree from a run at the same time is as good as ours; one that does not run is in the way.
    if (!(await redisVersion(join(bin, 'redis-server')))?.ok) {
      rmSync(dirname(bin), { recursive: true, force: true })
      renameSync(tree, dirname(bin))
    }
    return null
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

/**
 * The libraries that redis-tools needs, directly or not, and that are not installed here. The plan is made for
 * an empty system: apt refuses to plan on one with a broken dependency anywhere. (ldd would name files and not
 * packages, and only one layer of them.)
 */
async function missingLibraries(options) {
  const emptySystem = ['-o', 'Dir::State::status=/dev/null', '--no-install-recommends']
  const plan = await capture('apt-get', ['--simulate', ...options, ...emptySystem, 'install', 'redis-tools'])
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own notation
  const format = '${Package} ${db:Status-Status}\n'
  const installed = await capture('dpkg-query', ['--show', `--showformat=${format}`])
  const present = new Set([...installed.stdout.matchAll(/^(\S+) installed$/gm)].map(([, name]) => name))
  const needed = [...plan.stdout.matchAll(/^Inst (lib\S+) /gm)].map(([, name]) => name)
  return needed.filter((name) => !present.has(name))
}

/** The unpacked programs find the unpacked libraries, wherever the clone is moved to. */
function writeWrappers(tree) {
  const folders = ['usr/lib', 'lib'].flatMap((base) => {
    const path = join(tree, base)
    if (!existsSync(path)) return []
    const inside = readdirSync(path).map((name) => `${base}/${name}`)
    return inside.filter((name) => holdsLibraries(join(tree, name)))
  })
  const libraries = folders.map((folder) => `$here/${folder}`).join(':')
  for (const name of readdirSync(join(tree, 'usr', 'bin'))) {
    const lines = ['#!/bin/sh', 'here=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)']
    if (libraries) lines.push(`export LD_LIBRARY_PATH="${libraries}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"`)
    lines.push(`exec "$here/usr/bin/${name}" "$@"`, '')
    writeFileSync(join(tree, 'bin', name), lines.join('\n'), { mode: 0o755 })
  }
}

function holdsLibraries(path) {
  return statSync(path).isDirectory() && readdirSync(path).some((name) => name.includes('.so'))
}

/** @returns null when the file is missing or does not run */
export async function redisVersion(path) {
  const { code, stdout } = await capture(path, ['--version'])
  const [, version, major, minor] = /v=((\d+)\.(\d+)[\d.]*)/.exec(stdout) ?? []
  if (code !== 0 || version === undefined) return null
  return { version, ok: Number(major) > 6 || (Number(major) === 6 && Number(minor) >= 2) }
}
