import { accessSync, constants, mkdirSync, readdirSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { capture, stopSignal } from './run.mjs'
import { say } from './say.mjs'

/** Whether packages of Debian or its like can be downloaded and unpacked here. */
export function hasDebianPackages() {
  return findOnPath('apt-get') !== null && findOnPath('dpkg-deb') !== null
}

/**
 * Downloads packages with apt and unpacks them, which installs nothing and needs no root.
 *
 * @param work a folder for what is needed meanwhile; the caller removes it
 * @param tree where they are unpacked to
 * @param namesOf answers with the packages; it is given apt's options
 * @returns null, or what went wrong as part of a sentence
 */
export async function unpackPackages(work, tree, namesOf) {
  for (const folder of ['debs', 'lists/partial', 'apt/archives/partial']) {
    mkdirSync(join(work, folder), { recursive: true })
  }
  mkdirSync(tree, { recursive: true })
  // As root, apt would drop to the user _apt, who may not write here.
  const own = ['-o', `Dir::Cache=${join(work, 'apt')}`, '-o', 'Acquire::Retries=2']
  if (process.getuid?.() === 0) own.push('-o', 'APT::Sandbox::User=root')
  const debs = join(work, 'debs')
  let problem = await download(own, debs, await namesOf(own))
  if (problem !== null && !stopSignal()) {
    // The machine's lists are missing (a fresh container) or stale; reading them needs no root in here.
    say('reading the package lists (apt-get update, into .cache)')
    own.push('-o', `Dir::State::Lists=${join(work, 'lists')}`)
    // Not its exit code: a third-party source that is down must not matter.
    await capture('apt-get', ['update', ...own])
    problem = await download(own, debs, await namesOf(own))
  }
  if (problem !== null) return problem
  for (const file of readdirSync(debs)) {
    const { code, stderr } = await capture('dpkg-deb', ['-x', join(debs, file), tree])
    if (code !== 0) return lastLine(stderr)
  }
  return null
}

async function download(options, folder, names) {
  const { code, stderr } = await capture('apt-get', ['download', ...options, ...names], {
    cwd: folder,
    env: { ...process.env, LC_ALL: 'C' },
  })
  return code === 0 ? null : lastLine(stderr)
}

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
