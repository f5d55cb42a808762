// Prints where a program is that some tests ask, and unpacks it into .cache where it is missing:
// `node scripts/bootstrap/tool.mjs promtool`. Says on stderr why where it cannot be had, and ends with 1.
import { globSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findOnPath, hasApt, unpackPackages, writeWrapper } from './debian.mjs'
import { capture } from './run.mjs'
import { say } from './say.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * What holds them, where they are in that, and what they are to know of where they are; `$here` is the unpacked
 * tree. `whole` is what must be of one tree with a program, `ask` what it answers where it works.
 */
const TOOLS = {
  promtool: { packages: ['prometheus'], programs: ['usr/bin/promtool'] },
  fish: { packages: ['fish', 'fish-common'], needsOf: 'fish', programs: ['usr/bin/fish'] },
  zsh: {
    packages: ['zsh-static', 'zsh-common'],
    programs: ['usr/bin/zsh-static', 'bin/zsh-static'],
    more: ['export FPATH="$(find "$here/usr/share/zsh/functions" -type d | tr "\\n" ":")"'],
  },
  python3: {
    packages: ['python3-minimal'],
    needsOf: 'python3',
    whole: /^(lib)?python3/,
    programs: ['usr/bin/python3'],
    more: ['export PYTHONHOME="$here/usr"'],
  },
  php: { packages: ['php-cli'], needsOf: 'php-cli', whole: /^php\d/, programs: ['usr/bin/php[0-9]*'] },
  ruby: {
    packages: ['ruby'],
    needsOf: 'ruby',
    whole: /^(lib)?ruby/,
    programs: ['usr/bin/ruby[0-9]*'],
    more: [
      // What it requires stands beside its name and its architecture's: usr/lib/ruby/3.1.0, usr/lib/<arch>/ruby/3.1.0.
      'export RUBYLIB="$(find "$here/usr/lib" -path "$here/usr/lib*/ruby/*" -prune -type d | tr "\\n" ":")"',
    ],
  },
  // 80 MB, so a machine's own comes first, as with all of them.
  go: {
    packages: ['golang-go'],
    needsOf: 'golang-go',
    whole: /^golang/,
    programs: ['usr/lib/go-*/bin/go'],
    more: ['export GOTOOLCHAIN=local GOROOT="$(echo "$here"/usr/lib/go-*)"'],
    ask: 'version',
  },
}

const works = async (path) =>
  path !== null && (await capture(path, [TOOLS[name].ask ?? '--version'])).code === 0

/** Answers null, or what went wrong as part of a sentence. */
async function unpack(cached) {
  if (!hasApt()) return 'this system has no apt-get'
  const { packages, needsOf, whole, programs, more } = TOOLS[name]
  return unpackPackages(root, {
    title: name,
    packages,
    needsOf,
    whole,
    folder: name,
    async finish(tree, folder) {
      const [program] = globSync(programs, { cwd: tree })
      if (program === undefined) return `${packages[0]} holds no ${programs[0]}`
      writeWrapper(tree, name, program, more)
      if (!(await works(join(tree, 'bin', name))))
        return `the downloaded ${name} does not run on this machine`
      if (!(await works(cached))) {
        rmSync(folder, { recursive: true, force: true })
        renameSync(tree, folder)
      }
      return null
    },
  })
}

const name = process.argv[2]
if (!(name in TOOLS)) throw new Error(`There is no tool ${name}; there are ${Object.keys(TOOLS).join(', ')}.`)
const cached = join(root, '.cache', name, 'bin', name)
const onPath = findOnPath(name)
if (await works(onPath)) {
  console.log(onPath)
} else {
  const problem = (await works(cached)) ? null : await unpack(cached)
  if (problem === null) console.log(cached)
  else {
    say(`${name} could not be set up here (${problem}).`)
    process.exitCode = 1
  }
}
