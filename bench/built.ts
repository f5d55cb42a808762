import { spawnSync } from 'node:child_process'
import { cpSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter } from 'node:path'
import { fileURLToPath } from 'node:url'
import nodeFlags from '../scripts/bootstrap/node-flags.json' with { type: 'json' }

const root = fileURLToPath(new URL('..', import.meta.url))
const out = `${root}.cache/bench`

/**
 * Runs the bench as JavaScript, as the published package and the image are: a process that strips types takes some
 * 25 MB for that.
 *
 * @returns the exit code
 */
export function runBuilt(args: readonly string[]): number {
  rmSync(out, { recursive: true, force: true })
  cpSync(`${root}src`, `${out}/src`, { recursive: true, filter: (path) => !path.endsWith('.ts') })
  cpSync(`${root}package.json`, `${out}/package.json`)
  const settings = {
    extends: '../../tsconfig.build.json',
    compilerOptions: { rootDir: '../..', outDir: '.' },
    include: ['src', 'workers', 'bench', 'scripts/bootstrap/*.json'].map((folder) => `../../${folder}`),
  }
  writeFileSync(`${out}/tsconfig.json`, JSON.stringify(settings))
  const built = run(`${root}node_modules/.bin/tsc`, ['--project', `${out}/tsconfig.json`])
  return built === 0 ? run(process.execPath, [...nodeFlags, `${out}/bench/main.js`, ...args]) : built
}

function run(command: string, args: readonly string[]): number {
  // The Redis that `npm test` and `npm start` put there where the machine has none.
  const PATH = [`${root}.cache/redis/bin`, process.env.PATH].join(delimiter)
  return spawnSync(command, args, { stdio: 'inherit', env: { ...process.env, PATH } }).status ?? 1
}
