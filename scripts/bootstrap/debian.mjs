import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { delimiter, join } from 'node:path'
import { capture, stopSignal } from './run.mjs'
import { say } from './say.mjs'

/** A mirror that neither sends nor ends must not hold a run for ever. */
const IN_TIME = { timeout: 15 * 60_000, killSignal: 'SIGKILL' }

/** Whether packages of Debian and its like can be had here. */
export const hasApt = () => Boolean(findOnPath('apt-get') && findOnPath('dpkg-deb'))

/**
 * Downloads packages with apt and unpacks them into a folder under `.cache`, with the libraries that the
 * machine lacks. Nothing is installed, and no root is needed.
 *
 * @param options.title what is downloaded, for the person who waits
 * @param options.packages by name
 * @param options.needsOf the package whose libraries are needed, directly or not; none without it
 * @param options.whole names of what else it needs, and needs in one tree with it, although the machine may have them
 * @param options.leaveOut names of libraries that it can do without
 * @param options.finish is given the unpacked tree and the folder to move it to; answers null, or what went wrong
 * @returns null, or what went wrong as part of a sentence
 */
export async function unpackPackages(root, options) {
  const { title, packages, folder, finish } = options
  const work = join(root, '.cache', `${folder}-${process.pid}.part`)
  rmSync(work, { recursive: true, force: true })
  try {
    for (const name of ['debs', 'tree/bin', 'lists/partial', 'apt/archives/partial']) {
      mkdirSync(join(work, name), { recursive: true })
    }
    say(`downloading ${title} (apt-get download ${packages[0]} and what it needs) into .cache/${folder}`)
    // As root, apt would drop to the user _apt, who may not write here.
    const own = ['-o', `Dir::Cache=${join(work, 'apt')}`, '-o', 'Acquire::Retries=2']
    if (process.getuid?.() === 0) own.push('-o', 'APT::Sandbox::User=root')
    let problem = await download(own, join(work, 'debs'), options)
    if (problem !== null && !stopSignal()) {
      // The machine's lists are missing (a fresh container) or stale; reading them needs no root in here.
      say('reading the package lists (apt-get update, into .cache)')
      own.push('-o', `Dir::State::Lists=${join(work, 'lists')}`)
      // Not its exit code: a third-party source that is down must not matter.
      await capture('apt-get', ['update', ...own], IN_TIME)
      problem = await download(own, join(work, 'debs'), options)
    }
    if (problem !== null) return problem
    for (const file of readdirSync(join(work, 'debs'))) {
      const { code, stderr } = await capture('dpkg-deb', ['-x', join(work, 'debs', file), join(work, 'tree')])
      if (code !== 0) return lastLine(stderr)
    }
    return await finish(join(work, 'tree'), join(root, '.cache', folder))
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

async function download(own, folder, { packages, needsOf, whole = /^$/, leaveOut = /^$/ }) {
  const missing = needsOf === undefined ? [] : await missingPackages(own, needsOf, whole)
  const libraries = missing.filter((name) => !leaveOut.test(name))
  const { code, stderr } = await capture('apt-get', ['download', ...own, ...packages, ...libraries], {
    ...IN_TIME,
    cwd: folder,
    env: { ...process.env, LC_ALL: 'C' },
  })
  return code === 0 ? null : lastLine(stderr)
}

/**
 * The libraries that a package needs, directly or not, and that are not installed here, and what it needs of
 * `whole`. The plan is made for
 * an empty system: apt refuses to plan on one with a broken dependency anywhere. (ldd would name files and not
 * packages, and only one layer of them.)
 */
async function missingPackages(own, needsOf, whole) {
  const emptySystem = ['-o', 'Dir::State::status=/dev/null', '--no-install-recommends']
  const plan = await capture('apt-get', ['--simulate', ...own, ...emptySystem, 'install', needsOf], IN_TIME)
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg's own notation
  const format = '${Package} ${db:Status-Status}\n'
  const installed = await capture('dpkg-query', ['--show', `--showformat=${format}`])
  const present = new Set([...installed.stdout.matchAll(/^(\S+) installed$/gm)].map(([, name]) => name))
  const needed = [...plan.stdout.matchAll(/^Inst (\S+) /gm)].map(([, name]) => name)
  return needed.filter((name) => whole.test(name) || (name.startsWith('lib') && !present.has(name)))
}

/**
 * A script that starts an unpacked program with the unpacked libraries, wherever the clone is moved to.
 *
 * @param program its path in the tree
 * @param more further lines before it is started; `$here` is the tree
 */
export function writeWrapper(tree, name, program, more = []) {
  const libraries = ['usr/lib', 'lib']
    .flatMap((base) => foldersOfLibraries(tree, base, 2))
    .map((folder) => `$here/${folder}`)
    .join(':')
  const lines = ['#!/bin/sh', 'here=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)']
  if (libraries) lines.push(`export LD_LIBRARY_PATH="${libraries}\${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"`)
  lines.push(...more, `exec "$here/${program}" "$@"`, '')
  writeFileSync(join(tree, 'bin', name), lines.join('\n'), { mode: 0o755 })
}

/** Folders below one that hold libraries: those of the architecture, and those that a library keeps for itself. */
function foldersOfLibraries(tree, base, depth) {
  if (depth === 0 || !existsSync(join(tree, base))) return []
  const inside = readdirSync(join(tree, base)).map((name) => `${base}/${name}`)
  return inside
    .filter((path) => statSync(join(tree, path), { throwIfNoEntry: false })?.isDirectory())
    .flatMap((path) => [
      ...(readdirSync(join(tree, path)).some((name) => /^lib.*\.so/.test(name)) ? [path] : []),
      ...foldersOfLibraries(tree, path, depth - 1),
    ])
}

/** @returns the path of a program, or null */
export function findOnPath(name) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      if (folder !== '' && statSync(path).isFile()) return path
    } catch {
      // Not there.
    }
  }
  return null
}

function lastLine(text) {
  const lines = text.trim().split('\n')
  const error = lines.findLast((line) => line.startsWith('E: ')) ?? lines.at(-1) ?? ''
  return error.replace(/^E: /, '').replace(/\.$/, '')
}
