// Prints where promtool is, which checks what Prometheus reads, and puts it into .cache/promtool where it is missing:
// `node scripts/bootstrap/promtool.mjs`. Says on stderr why where it cannot be had, and ends with 1.
import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findOnPath, hasApt, unpackPackages } from './debian.mjs'
import { capture } from './run.mjs'
import { say } from './say.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const cached = join(root, '.cache', 'promtool', 'promtool')

const works = async (path) => path !== null && (await capture(path, ['--version'])).code === 0

/** Answers null, or what went wrong as part of a sentence. */
async function unpackPromtool() {
  if (!hasApt()) return 'this system has no apt-get'
  return unpackPackages(root, {
    title: 'promtool',
    packages: ['prometheus'],
    folder: 'promtool',
    async finish(tree, folder) {
      const unpacked = join(tree, 'usr', 'bin', 'promtool')
      if (!(await works(unpacked))) return 'the downloaded promtool does not run on this machine'
      mkdirSync(folder, { recursive: true })
      renameSync(unpacked, join(folder, 'promtool'))
      return null
    },
  })
}

const onPath = findOnPath('promtool')
if (await works(onPath)) {
  console.log(onPath)
} else {
  const problem = existsSync(cached) ? null : await unpackPromtool()
  if (problem === null) console.log(cached)
  else {
    say(`promtool could not be set up here (${problem}).`)
    process.exitCode = 1
  }
}
