import { createHash } from 'node:crypto'
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { capture, stopSignal } from './run.mjs'
import { SetupError, say } from './say.mjs'

/** Installs the packages unless node_modules already holds what package-lock.json asks for. */
export async function installPackages(root, { dev }) {
  if (packagesInstalled(root, { dev })) return
  const unlock = await lockSetup(root)
  try {
    // Another start in the same clone may have installed them while this one waited.
    if (packagesInstalled(root, { dev })) return
    say('installing packages into node_modules (npm ci)')
    let { code, stderr } = await npm(root, ['ci'])
    if (code !== 0 && stderr.includes('EUSAGE')) {
      // npm 11 refuses a lock file that lacks the optional packages of other systems, which npm itself leaves
      // out when a registry does not have them. `npm install` takes the versions of the same file.
      say('npm ci does not accept package-lock.json; installing with npm install --no-save')
      const second = await npm(root, ['install', '--no-save'])
      code = second.code
      stderr = second.stderr
    }
    if (code === 127) throw new SetupError('npm was not found: install npm 9 or newer and start again.')
    if (code !== 0) {
      // After Ctrl-C its complaint is no news.
      if (!stopSignal()) process.stderr.write(stderr)
      throw new SetupError("The packages could not be installed; npm's message above says why (no network?).")
    }
    writeFileSync(join(root, 'node_modules', '.ringpost-stamp'), stamp(root))
  } finally {
    unlock()
  }
}

function npm(root, verb) {
  // No package here needs its install script (msgpackr-extract's is an optional speed-up).
  const flags = ['--include=dev', '--include=optional', '--ignore-scripts', '--no-audit', '--no-fund']
  return capture('npm', [...verb, ...flags, '--loglevel=error'], {
    cwd: root,
    env: { ...process.env, PATH: pathWithoutPackages(root) },
  })
}

/**
 * Whether node_modules fits package-lock.json: by npm's own record of what it put there
 * (node_modules/.package-lock.json), or because the last `npm ci` from here left exactly this record.
 */
export function packagesInstalled(root, { dev }) {
  const wanted = readJson(join(root, 'package-lock.json'))?.packages
  if (!wanted) throw new SetupError('package-lock.json is missing or unreadable: get it back from git.')
  const found = readJson(join(root, 'node_modules', '.package-lock.json'))?.packages
  if (!found) return false
  if (readText(join(root, 'node_modules', '.ringpost-stamp')) === stamp(root)) return true
  return Object.entries(wanted).every(([path, want]) => {
    if (path === '') return true
    const have = found[path]
    if (!have) return Boolean(want.optional || want.devOptional || (want.dev && !dev))
    // A folder that was filled on another system, e.g. mounted into a container.
    if (!allows(have.os, process.platform) || !allows(have.cpu, process.arch)) return false
    return have.version === want.version && (have.integrity ?? want.integrity) === want.integrity
  })
}

/** npm's rule for `os` and `cpu`: a list of names, or of names with `!`. */
function allows(list, name) {
  if (!list) return true
  if (list.includes(`!${name}`)) return false
  return list.includes(name) || list.every((entry) => entry.startsWith('!'))
}

function stamp(root) {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}\n`)
  for (const path of ['package-lock.json', 'node_modules/.package-lock.json']) {
    hash.update(readText(join(root, path)) ?? '')
  }
  return `${hash.digest('hex')}\n`
}

/** npm ci deletes node_modules, so npm must not run on the Node that lies in it. */
function pathWithoutPackages(root) {
  const own = join(root, 'node_modules')
  const entries = (process.env.PATH ?? '').split(delimiter)
  return entries.filter((entry) => !resolve(entry).startsWith(own)).join(delimiter)
}

/**
 * Waits until no other set-up works in this clone. The lock belongs to an open file (flock), so that the
 * system frees it however this process ends. Where there is no flock (macOS), nothing is locked.
 */
async function lockSetup(root) {
  mkdirSync(join(root, '.cache'), { recursive: true })
  const file = openSync(join(root, '.cache', 'setup.lock'), 'a')
  const flock = (...flags) =>
    capture('flock', ['--exclusive', ...flags, '3'], { stdio: ['ignore', 'pipe', 'pipe', file] })
  const { code } = await flock('--nonblock')
  if (code === 1) {
    say('waiting for another ringpost that installs packages here')
    await flock()
  }
  return () => closeSync(file)
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch {
    return undefined
  }
}
