import { execFile, execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const ROOT = new URL('../../', import.meta.url).pathname

export interface Clone {
  folder: string
  git(...args: string[]): string
  read(path: string): string
  /** Changes a file, or makes it. */
  write(path: string, change: string | ((before: string) => string)): void
  commit(message?: string): string
  /** `npm run release -- …args`, or another script. */
  npm(script: string, ...args: string[]): Promise<{ code: number; output: string }>
  remove(): void
}

/**
 * Makes repositories that stand alone, on main, with what the working tree holds and one commit. Their tests are a line,
 * since the real ones are what this is part of.
 */
export function createClones(): { make(): Clone; remove(): void } {
  const original = cloneIn(mkdtempSync(join(tmpdir(), 'ringpost-release-')))
  fill(original)
  return {
    make() {
      const folder = mkdtempSync(join(tmpdir(), 'ringpost-release-'))
      execFileSync('cp', ['--archive', `${original.folder}/.`, folder])
      return cloneIn(folder)
    },
    remove: original.remove,
  }
}

function fill({ folder, git, commit }: Clone): void {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  for (const path of new Set(files.split('\0'))) {
    // A link to packages that are elsewhere is not ignored as the folder is.
    if (path === '' || path === 'node_modules' || path.startsWith('.cache') || !existsSync(ROOT + path))
      continue
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    cpSync(ROOT + path, join(folder, path))
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
  mkdirSync(join(folder, '.cache'))
  writeFileSync(join(folder, '.ci/run'), 'git rev-parse HEAD >> .cache/tested\n')
  git('init', '--quiet', '--initial-branch=main')
  writeFileSync(join(folder, '.git/info/exclude'), 'node_modules\n')
  commit('All there is')
}

function cloneIn(folder: string): Clone {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_')))
  Object.assign(env, {
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    ...Object.fromEntries(
      ['AUTHOR', 'COMMITTER'].flatMap((who) => [
        [`GIT_${who}_NAME`, 'Somebody'],
        [`GIT_${who}_EMAIL`, 'somebody@example.com'],
      ]),
    ),
  })
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: folder,
      env,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim()
  const read = (path: string) => readFileSync(join(folder, path), 'utf8')

  const clone: Clone = {
    folder,
    git,
    read,
    write(path, change) {
      writeFileSync(join(folder, path), typeof change === 'string' ? change : change(read(path)))
    },
    commit(message = 'A change') {
      git('add', '--all')
      git('commit', '--quiet', '--allow-empty', '--message', message)
      return git('rev-parse', 'HEAD')
    },
    npm: (script, ...args) =>
      new Promise((resolve) => {
        execFile(
          'npm',
          ['run', '--silent', script, '--', ...args],
          { cwd: folder, env },
          (error, stdout, stderr) => {
            resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr })
          },
        )
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
  return clone
}
